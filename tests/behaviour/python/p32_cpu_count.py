"""How many processors there are for this process, and for a child of it."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def count(parents):
    same = mp.cpu_count() == parents
    print("the child's:", "as many" if same else "others", flush=True)


if __name__ == "__main__":
    print("at least one:", int(mp.cpu_count() >= 1), flush=True)
    print("no more than are online:", int(mp.cpu_count() <= os.cpu_count()), flush=True)
    child = mp.Process(target=count, args=(mp.cpu_count(),))
    child.start()
    child.join()
