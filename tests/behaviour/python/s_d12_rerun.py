"""Which process has computed the value of a global variable."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

computed_in = os.getpid()  # the top level


def look():
    parent = mp.parent_process().pid
    print("computed in", "this process" if computed_in == os.getpid()
          else "the parent" if computed_in == parent else "a server", flush=True)


if __name__ == "__main__":
    child = mp.Process(target=look)
    child.start()
    child.join()
