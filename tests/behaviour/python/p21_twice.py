"""A process object is started once."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


def start(child):
    try:
        child.start()
        return "success"
    except AssertionError as error:
        return type(error).__name__


if __name__ == "__main__":
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    print("start:", start(child), flush=True)
    print("while it runs:", start(child), flush=True)
    event.set()
    child.join()
    print("when it has ended:", start(child), flush=True)
