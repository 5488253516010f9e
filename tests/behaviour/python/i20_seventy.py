"""Seventy children, waited for in one call: which has ended, and when all have."""
import multiprocessing as mp
import multiprocessing.connection
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

CHILDREN = 70
FIRST = 66


def stay(leave):
    leave.wait()
    sys.exit(7)


if __name__ == "__main__":
    one_leaves, all_leave = mp.Event(), mp.Event()
    children = [mp.Process(target=stay, args=(one_leaves if i == FIRST else all_leave,))
                for i in range(CHILDREN)]
    for child in children:
        child.start()
    one_leaves.set()
    ended = mp.connection.wait([child.sentinel for child in children])
    which = [child.sentinel for child in children].index(ended[-1])
    print(f"ended: {len(ended)}, number {which} of {CHILDREN}", flush=True)
    all_leave.set()
    for child in children:
        child.join()
    print("exit code 7:", sum(child.exitcode == 7 for child in children), flush=True)
