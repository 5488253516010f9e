"""The same lock, handed over."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def look(number, lock):
    if lock.acquire(block=False):
        print(f"Message {number}: the lock was free", flush=True)
        lock.release()
    else:
        print(f"Message {number}: the lock is held", flush=True)


if __name__ == "__main__":
    lock = mp.Lock()
    with lock:
        children = [mp.Process(target=look, args=(i, lock)) for i in range(5)]
        for child in children:
            child.start()
        for child in children:
            child.join()
