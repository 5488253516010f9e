"""A function that can be named."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def seven():
    sys.exit(7)


if __name__ == "__main__":
    child = mp.Process(target=seven)
    child.start()
    child.join()
    print("exit code", child.exitcode)
