"""A file that the parent has open, and its number."""
import fcntl
import multiprocessing as mp
import os
import sys
import tempfile

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

SIZE = 12345


def look(number):
    try:
        there = os.fstat(number).st_size == SIZE
    except OSError:
        there = False
    print("the parent's file is open here" if there else "there is no such file here",
          flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryFile() as file:
        file.write(bytes(SIZE))
        file.flush()
        number = fcntl.fcntl(file, fcntl.F_DUPFD, 200)
        child = mp.Process(target=look, args=(number,))
        child.start()
        child.join()
