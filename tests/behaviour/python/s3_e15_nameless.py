"""A lambda, which no other process can look up."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

if __name__ == "__main__":
    child = mp.Process(target=lambda: sys.exit(7))
    try:
        child.start()
    except Exception as error:
        print("start:", type(error).__name__)
    else:
        child.join()
        print("exit code", child.exitcode)
