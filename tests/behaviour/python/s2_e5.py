"""Ten processes write long lines in pieces under one lock."""
import multiprocessing as mp
import os
import sys
import tempfile

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

WORDS = b"hello world" * 8192


def print_line(number, name, lock):
    line = WORDS + b" %d\n" % number
    output = os.open(name, os.O_WRONLY | os.O_APPEND)
    with lock:
        for at in range(0, len(line), 1000):
            os.write(output, line[at:at + 1000])


if __name__ == "__main__":
    lock = mp.Lock()
    with tempfile.NamedTemporaryFile() as file:
        children = [mp.Process(target=print_line, args=(i, file.name, lock))
                    for i in range(10)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        print(sum(line[:-3] == WORDS for line in file), "whole lines")
