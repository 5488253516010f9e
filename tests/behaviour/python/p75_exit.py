"""A producer that ends right after its last put, without any exit handler."""
import multiprocessing as mp
import os
import queue
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def put_ten(buffer):
    for i in range(10):
        buffer.put(i)
    os._exit(0)


if __name__ == "__main__":
    buffer, count = mp.Queue(), 0
    child = mp.Process(target=put_ten, args=(buffer,))
    child.start()
    child.join()
    try:
        while True:
            buffer.get(timeout=0.1)
            count += 1
    except queue.Empty:
        print(f"{count} of 10 are there")
