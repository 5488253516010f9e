"""Daemons that nobody joins."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def loop(count, never):
    for i in range(count):
        never.get()
        print(f"Pid: {os.getpid()} LoopCount: {i}", flush=True)


if __name__ == "__main__":
    never = mp.Queue()
    for count in (2, 3, 4):
        mp.Process(target=loop, args=(count, never), daemon=True).start()
