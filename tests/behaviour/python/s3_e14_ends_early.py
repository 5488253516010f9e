"""A module that ends the process when a child imports it."""
import multiprocessing as mp
import sys

if __name__ == "__mp_main__":
    sys.exit()
mp.set_start_method(sys.argv[1])


def work():
    print("Working", flush=True)


if __name__ == "__main__":
    child = mp.Process(target=work)
    child.start()
    print("start: success", flush=True)
    child.join()
    print("exit code", child.exitcode)
