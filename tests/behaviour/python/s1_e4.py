"""Two processes count up a global variable."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

zero = 0


def increment():
    global zero
    for _ in range(3):
        zero += 1
        print(mp.current_process().name, zero, flush=True)


if __name__ == "__main__":
    children = [mp.Process(target=increment) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(zero)
