"""Four processes, all started and then all joined."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def worker(name):
    print(f"Worker {name}, PID: {os.getpid()}", flush=True)


if __name__ == "__main__":
    children = [mp.Process(target=worker, args=(f"P{i}",)) for i in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
