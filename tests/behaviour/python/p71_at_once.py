"""What a put has put, a get that does not wait may not find yet."""
import multiprocessing as mp
import queue
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


if __name__ == "__main__":
    buffer, found = mp.Queue(), 0
    for i in range(100):
        buffer.put(i)
        try:
            buffer.get(block=False)
            found += 1
        except queue.Empty:
            buffer.get()
    print(f"found at once: {found} of 100")
