"""Ten processes replace the number in a queue."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def replace(own, queue):
    queue.get()
    print("process", own, flush=True)
    queue.put(own)


if __name__ == "__main__":
    queue = mp.Queue(20)
    queue.put(-1)
    children = [mp.Process(target=replace, args=(i, queue)) for i in range(10)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print("last:", queue.get())
