"""What a start does to a parent with much memory: see the C program."""
import multiprocessing as mp
import resource
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

SIZE = 64 << 20
PAGE = 4096
CHANCE = 512  # the interpreter's own


def stay(leave):
    leave.wait()


def write_to_all(memory):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for at in range(0, SIZE, PAGE):
        memory[at] += 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


if __name__ == "__main__":
    leave = mp.Event()
    memory = bytearray(SIZE)
    write_to_all(memory)
    print("written to twice:",
          "no page is made" if write_to_all(memory) < CHANCE else "?", flush=True)
    child = mp.Process(target=stay, args=(leave,))
    child.start()
    print("after the start:",
          "no page is made" if write_to_all(memory) < CHANCE else "pages are made again",
          flush=True)
    leave.set()
    child.join()
