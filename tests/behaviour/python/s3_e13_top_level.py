"""A lock made at the top level of the module."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

lock = mp.Lock()  # in every process that imports this module


def look(number):
    if lock.acquire(block=False):
        print(f"Message {number}: the lock was free", flush=True)
        lock.release()
    else:
        print(f"Message {number}: the lock is held", flush=True)


if __name__ == "__main__":
    with lock:
        for i in range(5):
            child = mp.Process(target=look, args=(i,))
            child.start()
            child.join()
