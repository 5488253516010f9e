"""Where a function lies in parent and child, and a child that watches television."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def watch():
    print("watch:", hex(id(watch)), flush=True)
    for _ in range(3):
        print("看电视...", os.getpid(), flush=True)


if __name__ == "__main__":
    print("watch:", hex(id(watch)), flush=True)
    child = mp.Process(target=watch)
    child.start()
    child.join()
