"""The simple queue: put, get, empty, close."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def reply(queue):
    queue.put("hello")


if __name__ == "__main__":
    queue = mp.SimpleQueue()
    print("empty:", int(queue.empty()))
    child = mp.Process(target=reply, args=(queue,))
    child.start()
    child.join()
    print("empty:", int(queue.empty()))
    print(queue.get())
    queue.close()
    try:
        queue.put(1)
    except OSError as error:
        print("after close:", type(error).__name__)
