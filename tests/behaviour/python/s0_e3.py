"""Daemons joined for a limited time."""
import multiprocessing as mp
import os
import sys
import time

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

PAUSE = 0.1


class Loop(mp.Process):
    def __init__(self, count):
        super().__init__(daemon=True)
        self.count = count

    def run(self):
        for i in range(self.count):
            time.sleep(PAUSE)
            print(f"Pid: {os.getpid()} LoopCount: {i}", flush=True)


if __name__ == "__main__":
    children = [Loop(count) for count in (2, 3, 400)]
    for child in children:
        child.start()
    for child in children:
        child.join(PAUSE)
    # join() returns None whatever happened.
    print("join:", "APR_TIMEUP" if children[-1].is_alive() else "success", flush=True)
    print("end", flush=True)
