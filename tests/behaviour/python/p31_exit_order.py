"""What runs at the end of a process, and in which order."""
import multiprocessing as mp
import sys
from multiprocessing.util import Finalize

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def say(text):
    print(text, flush=True)


def let_go(text, pipe):
    say(text)
    pipe.send("go")


def child(pipe):
    pipe.recv()
    say("the child ends")


if __name__ == "__main__":
    here, there = mp.Pipe()
    Finalize(None, let_go, args=("priority 0", here), exitpriority=0)
    Finalize(None, say, args=("priority -1",), exitpriority=-1)
    Finalize(None, say, args=("priority 10, the first",), exitpriority=10)
    Finalize(None, say, args=("priority 10, the second",), exitpriority=10)
    mp.Process(target=child, args=(there,)).start()
    say("main ends")
