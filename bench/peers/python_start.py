"""Starts processes that do nothing and joins them.

python_start.py METHOD MEGABYTES prints the median of the seconds that one took.
MEGABYTES: how much memory the parent has touched.
"""
import mmap
import multiprocessing
import statistics
import sys
import time

COUNT = 8


def nothing():
    pass


def touched(size):
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    for at in range(0, size, mmap.PAGESIZE):
        memory[at] = 1
    return memory


def once(context):
    begin = time.monotonic()
    child = context.Process(target=nothing)
    child.start()
    child.join()
    return time.monotonic() - begin


def main():
    context = multiprocessing.get_context(sys.argv[1])
    memory = touched(int(sys.argv[2]) << 20)
    once(context)
    print(statistics.median(once(context) for _ in range(COUNT)))
    return memory


if __name__ == "__main__":
    main()
