"""Copy-on-write: 16 MiB that the parent has filled."""
import ctypes
import mmap
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

SIZE = 16 << 20
memory = None


def own_kib():
    """What this process alone has written of the mapping around the memory; Linux."""
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    here = False
    with open("/proc/self/smaps") as maps:
        for line in maps:
            head = line.split()[0]
            if not head.endswith(":"):
                begin, end = (int(number, 16) for number in head.split("-"))
                here = begin <= address < end
            elif here and head == "Private_Dirty:":
                return int(line.split()[1])


def say_whose(when):
    whose = "the parent's pages" if own_kib() < SIZE // 2048 else "pages of its own"
    print(f"{when}: {whose}", flush=True)


def look():
    if memory is None:
        print("the memory is not there", flush=True)
        return
    print("the memory is there, filled with", chr(memory[SIZE - 1]), flush=True)
    say_whose("before writing")
    memory[:] = b"c" * SIZE
    say_whose("after writing")


if __name__ == "__main__":
    memory = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = b"p" * SIZE
    child = mp.Process(target=look)
    child.start()
    child.join()
    print("the parent has", chr(memory[SIZE - 1]))
