"""Ten processes that nobody joins."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def worker(number):
    print(f"Process: {number}", flush=True)


if __name__ == "__main__":
    for i in range(10):
        mp.Process(target=worker, args=(i,)).start()
