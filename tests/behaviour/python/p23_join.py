"""join: before the start, while it runs, in time, and once more."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


def join(child, timeout=None):
    try:
        return "success" if child.join(timeout) is None else "something else"
    except AssertionError as error:
        return type(error).__name__


if __name__ == "__main__":
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    print("not started:", join(child), flush=True)
    child.start()
    print("a look:", join(child, 0), flush=True)
    print("a hundredth:", join(child, 0.01), flush=True)
    event.set()
    print("to its end:", join(child), flush=True)
    print("once more:", join(child), flush=True)
