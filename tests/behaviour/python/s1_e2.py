"""A clock: a subclass of Process prints the time."""
import multiprocessing as mp
import sys
import time

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


class Ticker(mp.Process):
    def __init__(self, ticks, interval):
        super().__init__()
        self.ticks, self.interval = ticks, interval

    def run(self):
        for _ in range(self.ticks):
            print("The time is", time.ctime(), flush=True)
            time.sleep(self.interval)


if __name__ == "__main__":
    child = Ticker(5, 0.02)
    child.start()
    child.join()
