"""is_alive, from before the start to after the end."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


if __name__ == "__main__":
    event = mp.Event()
    child = mp.Process(target=wait_for_event, args=(event,))
    print("not started:", int(child.is_alive()), flush=True)
    child.start()
    print("running:", int(child.is_alive()), flush=True)
    child.terminate()
    child.join()
    print("ended:", int(child.is_alive()), flush=True)
    child.terminate()
    print("terminate it all the same: success", flush=True)
