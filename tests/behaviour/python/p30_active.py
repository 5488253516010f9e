"""active_children: those that have been started and have not ended."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event):
    event.wait()


def say_active(when):
    names = sorted(child.name for child in mp.active_children())
    print(f"{when}:", " ".join(names) or "none", flush=True)


if __name__ == "__main__":
    pipe, other_end = mp.Pipe()
    events = [mp.Event(), mp.Event()]  # a killed waiter would break one event for both
    children = [mp.Process(target=wait_for_event, args=(event,)) for event in events]
    say_active("made")
    for child in children:
        child.start()
    say_active("started")
    children[0].kill()
    children[0].join()
    say_active("one killed")
    events[1].set()
    children[1].join()
    say_active("both ended")
