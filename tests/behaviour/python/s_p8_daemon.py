"""A daemon may not have children."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def never():
    print("a child of a daemon", flush=True)


def daemon_body():
    try:
        mp.Process(target=never).start()
        print("start in a daemon: success", flush=True)
    except AssertionError as error:
        print("start in a daemon:", type(error).__name__, flush=True)


if __name__ == "__main__":
    child = mp.Process(target=daemon_body, daemon=True)
    child.start()
    child.join()
