"""Threads start children side by side, each with pipes of its own open."""
import multiprocessing as mp
import os
import sys
import threading

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

THREADS = 4
STARTS = 5


def count(told):
    told.put(len(os.listdir("/proc/self/fd")))


def start_one(told):
    child = mp.Process(target=count, args=(told,))
    child.start()
    child.join()


def start_some(told):
    pipes = []
    for _ in range(STARTS):
        pipes.append(mp.Pipe(False))
        start_one(told)


if __name__ == "__main__":
    told = mp.SimpleQueue()
    start_one(told)
    alone = told.get()
    threads = [threading.Thread(target=start_some, args=(told,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    more = sum(told.get() > alone for _ in range(THREADS * STARTS))
    print(f"{more} of {THREADS * STARTS} children have more open than a single one",
          flush=True)
