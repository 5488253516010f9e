"""fork copies what has not been written yet, too; a Process flushes before it is started."""
import multiprocessing as mp
import os
import sys


def child_line():
    print("4. a child that was started")


if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])
    print("1. before")
    if os.fork() == 0:
        print("2. the child")
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    print("3. the parent")
    child = mp.Process(target=child_line)
    child.start()
    child.join()
