"""Ten children in any order, then END."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def echo(number):
    print(number, flush=True)


if __name__ == "__main__":
    children = [mp.Process(target=echo, args=(i,)) for i in range(1, 11)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print("END")
