"""The sentinel of a process, and a wait for whichever of two ends first."""
import multiprocessing as mp
import sys
from multiprocessing.connection import wait

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def end_when_told(event):
    event.wait()
    sys.exit(7)


def sentinel_of(child):
    try:
        return "success" if child.sentinel >= 0 else "something else"
    except ValueError as error:
        return type(error).__name__


def ready(children, timeout):
    found = wait([child.sentinel for child in children], timeout)
    if not found:
        return "none"
    return "the first" if children[0].sentinel in found else "the second"


if __name__ == "__main__":
    events = [mp.Event(), mp.Event()]
    children = [mp.Process(target=end_when_told, args=(event,)) for event in events]
    print("not started:", sentinel_of(children[0]), flush=True)
    children[0].start()
    children[1].start()
    print("started:", sentinel_of(children[0]), flush=True)
    print("ended:", ready(children, 0), flush=True)
    events[1].set()
    print("ended:", ready(children, None), flush=True)
    children[1].join()
    print("exit code", children[1].exitcode, flush=True)
    events[0].set()
    children[0].join()  # or it may boot too late, when the name of its event is gone
