"""What a process is given, changed between the making of the object and the start."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def say_number(numbers):
    print("child:", numbers[0], flush=True)


if __name__ == "__main__":
    numbers = [1]
    child = mp.Process(target=say_number, args=(numbers,))
    numbers[0] = 2
    child.start()
    child.join()
    print("parent:", numbers[0], flush=True)
