"""Standard input of a child, while the parent's has something to read."""
import multiprocessing as mp
import os
import sys
import tempfile

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def read_input(who):
    print(f"{who}:", sys.stdin.read() or "at the end", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryFile() as file:
        file.write(b"words")
        file.seek(0)
        os.dup2(file.fileno(), 0)
        child = mp.Process(target=read_input, args=("child",))
        child.start()
        child.join()
        read_input("parent")
