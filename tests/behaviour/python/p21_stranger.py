"""Process objects in the hands of another process than the one that made them."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


def attempt(what, call):
    try:
        call()
        print(f"{what}: success", flush=True)
    except AssertionError as error:
        print(f"{what}:", type(error).__name__, flush=True)


if __name__ == "__main__":
    event = mp.Event()
    running = mp.Process(target=wait_for_event, args=(event,))
    running.start()
    other = mp.Process(target=wait_for_event, args=(event,))
    event.set()
    pid = os.fork()
    if pid == 0:
        attempt("start", other.start)
        attempt("join", lambda: running.join(0))
        os._exit(0)
    os.waitpid(pid, 0)
    attempt("join by its parent", running.join)
