"""A consumer is killed while it waits in get, and takes the queue's lock with it."""
import multiprocessing as mp
import queue
import sys
import time

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def take(buffer):
    buffer.get()


if __name__ == "__main__":
    buffer = mp.Queue()
    child = mp.Process(target=take, args=(buffer,))
    child.start()
    while buffer._rlock.acquire(False):  # until the child has it
        buffer._rlock.release()
        time.sleep(0.01)
    child.kill()
    child.join()
    buffer.put("hello")
    try:
        buffer.get(timeout=1)
        print("after the death: success")
    except queue.Empty:
        print("after the death: empty")
