"""A get and a put with a timeout, where nobody comes."""
import multiprocessing as mp
import queue
import sys
import time

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def timed(call, *args):
    begin = time.monotonic()
    try:
        call(*args)
        result = "success"
    except queue.Empty:
        result = "empty"
    except queue.Full:
        result = "full"
    return f"{result}, {'in time' if time.monotonic() - begin >= 0.09 else 'early'}"


if __name__ == "__main__":
    buffer = mp.Queue(1)
    print("get:", timed(buffer.get, True, 0.1))
    buffer.put(1)
    print("put:", timed(buffer.put, 2, True, 0.1))
    buffer.get()
