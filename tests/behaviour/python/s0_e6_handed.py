"""The same queue, handed over."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def put_one(buffer):
    buffer.put(1)


if __name__ == "__main__":
    buffer = mp.Queue()
    child = mp.Process(target=put_one, args=(buffer,))
    child.start()
    child.join()
    print(buffer.qsize())
