"""What a process consists of: code, data, and an entry of its own in the kernel's table."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

data = 1


def look(code, parent):
    global data
    data += 1
    print("code:", "the same" if code == look.__code__.co_code else "another", flush=True)
    print("data:", data, "in the child", flush=True)
    print("number:", "the same" if parent == os.getpid() else "another", flush=True)


if __name__ == "__main__":
    child = mp.Process(target=look, args=(look.__code__.co_code, os.getpid()))
    child.start()
    child.join()
    print("data:", data, "in the parent", flush=True)
