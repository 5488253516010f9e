"""Name and daemon flag, before the start and after it."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


if __name__ == "__main__":
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    print(f"{child.name}, daemon {int(child.daemon)}", flush=True)
    child.name = "Worker"
    child.daemon = True
    print(f"{child.name}, daemon {int(child.daemon)}", flush=True)
    child.start()
    try:
        child.daemon = False
        print("daemon, when it runs: success", flush=True)
    except AssertionError as error:
        print("daemon, when it runs:", type(error).__name__, flush=True)
    event.set()
    child.join()
