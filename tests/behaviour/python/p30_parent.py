"""A child looks at its parent: its name, whether it lives, and when it has ended."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def say_parent():
    parent = mp.parent_process()
    print(f"parent: {parent.name},", "lives" if parent.is_alive() else "has ended", flush=True)


def child(looked):
    say_parent()
    looked.set()
    mp.parent_process().join()
    print("join: success", flush=True)
    say_parent()


def parent(looked):
    process = mp.Process(target=child, args=(looked,))
    process.start()
    process.join()


if __name__ == "__main__":
    looked = mp.Event()
    print("parent of the first:", "none" if mp.parent_process() is None else "one", flush=True)
    process = mp.Process(target=parent, args=(looked,))
    process.start()
    looked.wait()
    process.kill()
    process.join()
