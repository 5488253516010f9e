"""A child that crashes, and a parent that goes on."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def crash():
    os.abort()


if __name__ == "__main__":
    child = mp.Process(target=crash)
    child.start()
    child.join()
    print(f"crashed: {child.exitcode}\nthe parent goes on", flush=True)
