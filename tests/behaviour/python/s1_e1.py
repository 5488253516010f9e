"""Who am I: name, module, parent and self."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def tell():
    print(f"{mp.current_process().name} in {__name__}, "
          f"parent {os.getppid()}, process {os.getpid()}", flush=True)


if __name__ == "__main__":
    print(f"{mp.current_process().name} in {__name__}, process {os.getpid()}", flush=True)
    children = [mp.Process(target=tell) for _ in range(5)]
    for child in children:
        child.start()
    for child in children:
        child.join()
