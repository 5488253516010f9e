"""Ctrl-C in a terminal reaches every process of the group: a child, and the fork server."""
import multiprocessing as mp
import os
import signal
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def stay(pipe):
    pipe.send("here")
    pipe.recv()


def run(which, interrupted):
    here, there = mp.Pipe()
    child = mp.Process(target=stay, args=(there,))
    child.start()
    here.recv()
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.kill(0, signal.SIGINT)
    else:
        here.send("go")
    child.join()
    print(f"{which}: {child.exitcode}", flush=True)


if __name__ == "__main__":
    run("a child", True)
    run("the next one", False)
