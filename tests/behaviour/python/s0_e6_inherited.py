"""A queue made at the top level of the module."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

buffer = mp.Queue()  # in every process that imports this module


def put_one():
    buffer.put(1)


if __name__ == "__main__":
    child = mp.Process(target=put_one)
    child.start()
    child.join()
    print(buffer.qsize())
