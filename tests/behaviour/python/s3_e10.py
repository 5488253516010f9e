"""A child fills an Array of ten numbers."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def fill(array, start):
    for i in range(len(array)):
        array[i] = start + i


if __name__ == "__main__":
    array = mp.Array("i", 10)
    child = mp.Process(target=fill, args=(array, 100))
    child.start()
    child.join()
    print(array[:], flush=True)
