"""Neither process sees what the other writes after the start."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

value = 1


def look(to_child, to_parent):
    global value
    to_child.get()
    print("the child sees", "the parent's change" if value == 2 else "no change", flush=True)
    value = 3
    to_parent.put(True)


if __name__ == "__main__":
    to_child, to_parent = mp.Queue(), mp.Queue()
    child = mp.Process(target=look, args=(to_child, to_parent))
    child.start()
    value = 2
    to_child.put(True)
    to_parent.get()
    print("the parent sees", "the child's change" if value == 3 else "no change")
    child.join()
