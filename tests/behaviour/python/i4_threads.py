"""A start while another thread of the parent holds a lock."""
import multiprocessing as mp
import sys
import threading

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

lock = threading.Lock()
held, leave = threading.Event(), threading.Event()


def hold():
    with lock:
        held.set()
        leave.wait()


def try_it():
    free = lock.acquire(blocking=False)
    print("child: the mutex is", "free" if free else "held, by nobody who is there",
          flush=True)


if __name__ == "__main__":
    threading.Thread(target=hold).start()
    held.wait()
    child = mp.Process(target=try_it)
    child.start()
    print("start: success", flush=True)
    child.join()
    leave.set()
