"""Two processes take two locks in opposite order."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def take_both(one, other, both):
    one.acquire()
    both.wait()
    got = other.acquire(timeout=0.1)
    print(f"{mp.current_process().name}: the second lock:",
          "success" if got else "APR_TIMEUP", flush=True)
    both.wait()
    one.release()


if __name__ == "__main__":
    one, other, both = mp.Lock(), mp.Lock(), mp.Barrier(2)
    children = [mp.Process(target=take_both, args=(one, other, both)),
                mp.Process(target=take_both, args=(other, one, both))]
    for child in children:
        child.start()
    for child in children:
        child.join()
