"""Contexts of each start method side by side, and one lock for children of all of them."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def use(lock, method):
    free = lock.acquire(timeout=0)
    print(f"{method}: the lock is {'free' if free else 'held'}", flush=True)


if __name__ == "__main__":
    lock = mp.get_context("fork").Lock()
    lock.acquire()
    for method in "fork", "spawn", "forkserver":
        try:
            child = mp.get_context(method).Process(target=use, args=(lock, method))
            child.start()
            child.join()
        except RuntimeError as error:
            print(f"{method}: {type(error).__name__}", flush=True)
    lock.release()
