"""The child's change of a variable does not reach the parent."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

x = 10


def change():
    global x
    x = 20
    print("child: x =", x, flush=True)


if __name__ == "__main__":
    child = mp.Process(target=change)
    child.start()
    child.join()
    print("parent: x =", x)
