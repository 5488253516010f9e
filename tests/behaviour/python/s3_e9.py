"""Four processes count under the lock of a Value."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def count(counter):
    for _ in range(10000):
        with counter.get_lock():
            counter.value += 1


if __name__ == "__main__":
    counter = mp.Value("i", 0)
    children = [mp.Process(target=count, args=(counter,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(f"Result: {counter.value}", flush=True)
