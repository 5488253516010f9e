"""Three processes print under one lock, and nobody joins them."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


class Loop(mp.Process):
    def __init__(self, count, lock):
        super().__init__()
        self.count, self.lock = count, lock

    def run(self):
        for i in range(self.count):
            with self.lock:
                print(f"Pid: {os.getpid()} LoopCount: {i}", flush=True)


if __name__ == "__main__":
    lock = mp.Lock()
    for count in (2, 3, 4):
        Loop(count, lock).start()
