"""Two ways to leave a process: an ordinary end, after which output is written, and _exit."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def leave(now):
    print("not yet written, and left at once" if now else "not yet written, and returned")
    if now:
        os._exit(3)
    sys.exit(2)


if __name__ == "__main__":
    for now in False, True:
        child = mp.Process(target=leave, args=(now,))
        child.start()
        child.join()
        print("exit code", child.exitcode, flush=True)
