"""The command line of a child: what tells it that it is one."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def look(told, parents):
    words = sys.orig_argv
    print("the child's words:", "its parent's" if words == parents else
          " ".join(words[1:]), flush=True)
    print("what it is told is in them:", "yes" if told in " ".join(words) else "no",
          flush=True)


if __name__ == "__main__":
    child = mp.Process(target=look, args=("hunter2", sys.orig_argv))
    child.start()
    child.join()
