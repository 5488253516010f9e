"""Starts processes that do nothing and joins them.

python_start.py METHOD MEGABYTES prints the median of the seconds that one took.
METHOD: fork, spawn, forkserver, or "command PROGRAM OPTION", an external program.
MEGABYTES: how much memory the parent has touched.

python_start.py METHOD idle prints the kilobytes of private memory that a child has which waits.
"""
import mmap
import multiprocessing
import statistics
import subprocess
import sys
import time

COUNT = 8
SETTLE_SECONDS = 0.1


def nothing():
    pass


def touched(size):
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    for at in range(0, size, mmap.PAGESIZE):
        memory[at] = 1
    return memory


def child_of(method):
    context = multiprocessing.get_context(method)

    def once():
        child = context.Process(target=nothing)
        child.start()
        child.join()

    return once


def command_of(words):
    return lambda: subprocess.run(words, check=True)


def seconds_of(once):
    begin = time.monotonic()
    once()
    return time.monotonic() - begin


def idle_kilobytes(method):
    context = multiprocessing.get_context(method)
    child = context.Process(target=time.sleep, args=(60,))
    child.start()
    time.sleep(SETTLE_SECONDS)
    with open(f"/proc/{child.pid}/smaps_rollup") as lines:
        found = [int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:")]
    child.kill()
    child.join()
    return found[0]


def main():
    *method, what = sys.argv[1:]
    if what == "idle":
        print(idle_kilobytes(method[0]))
        return
    once = command_of(method[1:]) if method[0] == "command" else child_of(method[0])
    memory = touched(int(what) << 20)
    once()
    print(statistics.median(seconds_of(once) for _ in range(COUNT)))
    del memory


if __name__ == "__main__":
    main()
