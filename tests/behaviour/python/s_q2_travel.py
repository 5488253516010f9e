"""A queue put into a queue, and a message after it."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


if __name__ == "__main__":
    queue, other = mp.Queue(), mp.Queue()
    queue.put(other)
    print("put a queue: success", flush=True)
    queue.put("hello")
    print("get:", queue.get(), flush=True)
