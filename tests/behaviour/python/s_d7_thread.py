"""A thread and a process count up the same global variable."""
import multiprocessing as mp
import sys
import threading

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

count = 0


def increment():
    global count
    count += 1


if __name__ == "__main__":
    thread = threading.Thread(target=increment)
    thread.start()
    thread.join()
    print("after a thread:", count, flush=True)
    child = mp.Process(target=increment)
    child.start()
    child.join()
    print("after a process:", count)
