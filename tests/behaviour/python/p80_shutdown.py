"""The end of a queue: there is no such call."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


if __name__ == "__main__":
    buffer = mp.Queue()
    try:
        buffer.shutdown()
        print("shutdown: success")
    except AttributeError as error:
        print("shutdown:", type(error).__name__)
