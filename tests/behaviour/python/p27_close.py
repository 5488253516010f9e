"""close: while it runs, after its end, and what the object is good for then."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


def attempt(what, call):
    try:
        call()
        print(f"{what}: success", flush=True)
    except ValueError as error:
        print(f"{what}:", type(error).__name__, flush=True)


if __name__ == "__main__":
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    child.start()
    attempt("while it runs", child.close)
    event.set()
    child.join()
    attempt("when it has ended", child.close)
    attempt("join after that", lambda: child.join(0))
    attempt("close after that", child.close)
