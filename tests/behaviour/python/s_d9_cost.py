"""What a thread and a process cost: create, start, join."""
import multiprocessing as mp
import sys
import threading
import time

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def nothing():
    pass


def measure(kind):
    begin = time.perf_counter()
    worker = kind(target=nothing)
    worker.start()
    worker.join()
    return (time.perf_counter() - begin) * 1000


if __name__ == "__main__":
    thread = min(measure(threading.Thread) for _ in range(25))
    process = min(measure(mp.Process) for _ in range(25))
    print(f"thread {thread:.3f} ms, process {process:.3f} ms")
    print("cheaper: the", "thread" if thread < process else "process")
