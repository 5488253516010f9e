"""A message of mixed values through a queue."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def reply(queue):
    queue.put([42, None, "hello"])


if __name__ == "__main__":
    queue = mp.Queue()
    child = mp.Process(target=reply, args=(queue,))
    child.start()
    print(queue.get())
    child.join()
