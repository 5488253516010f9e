"""How many permits of the two semaphores are had without waiting."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def try_all(two, none):
    for _ in range(3):
        print(f"Semaphore(2): {two.acquire(False):d}", flush=True)
    print(f"Semaphore(0): {none.acquire(False):d}", flush=True)
    none.release()


if __name__ == "__main__":
    two, none = mp.Semaphore(2), mp.Semaphore(0)
    child = mp.Process(target=try_all, args=(two, none))
    child.start()
    none.acquire()
    child.join()
    print(f"the child has released; {two.get_value()} left of two")
