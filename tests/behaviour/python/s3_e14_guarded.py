"""The guarded form."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def work():
    print("Working", flush=True)


if __name__ == "__main__":
    for _ in range(2):
        child = mp.Process(target=work)
        child.start()
        child.join()
