"""One variable in parent and child: its address and its value."""
import ctypes
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

x = ctypes.c_int(1)


def look(parents):
    x.value = 2
    same = ctypes.addressof(x) == parents
    print("address in the child:", "the same" if same else "another", flush=True)
    print("value in the child:", x.value, flush=True)


if __name__ == "__main__":
    child = mp.Process(target=look, args=(ctypes.addressof(x),))
    child.start()
    child.join()
    print("value in the parent:", x.value)
