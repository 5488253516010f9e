"""How often the top level of the module runs for two children."""
import multiprocessing as mp
import os
import sys

print("top level in", os.getpid(), flush=True)


def child_line():
    print("child in", os.getpid(), flush=True)


if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])
    for _ in range(2):
        child = mp.Process(target=child_line)
        child.start()
        child.join()
