"""The states of a process, in the line that describes it."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


if __name__ == "__main__":
    mp.Process.__name__ = "Process"  # the class of the method has a longer name
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    print(repr(child)[1:-1], flush=True)
    child.start()
    print(repr(child)[1:-1], flush=True)
    child.terminate()
    child.join()
    print(repr(child)[1:-1], flush=True)
    child.close()
    print(repr(child)[1:-1], flush=True)
