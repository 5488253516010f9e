"""A module that starts a process when a child imports it."""
import multiprocessing as mp
import sys


def work():
    print("Working", flush=True)


def start_one():
    child = mp.Process(target=work)
    child.start()
    print("start: success", flush=True)
    child.join()
    print("exit code", child.exitcode, flush=True)


if __name__ == "__mp_main__":
    start_one()
if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])
    start_one()
