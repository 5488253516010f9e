"""Producer and consumer with a sentinel."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def producer(queue):
    for i in range(5):
        print("Produced:", i, flush=True)
        queue.put(i)
    queue.put(None)


def consumer(queue):
    for i in iter(queue.get, None):
        print("Consumed:", i, flush=True)


if __name__ == "__main__":
    queue = mp.Queue()
    children = [mp.Process(target=role, args=(queue,)) for role in (producer, consumer)]
    for child in children:
        child.start()
    for child in children:
        child.join()
