"""A queue of the top level, used as the child finds it; and one handed over."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

inherited = mp.Queue()  # in every process that imports this module


def put_both(handed):
    inherited.put(1)
    handed.put(1)


if __name__ == "__main__":
    handed = mp.Queue()
    child = mp.Process(target=put_both, args=(handed,))
    child.start()
    child.join()
    print("inherited:", inherited.qsize())
    print("handed over:", handed.qsize())
