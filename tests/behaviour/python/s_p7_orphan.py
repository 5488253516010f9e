"""terminate: no clean-up, and what becomes of the terminated one's own child."""
import atexit
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def never():
    print("the exit handler ran", flush=True)


def grandchild(pipe):
    pipe.send("here")
    pipe.recv()
    print("the grandchild goes on", flush=True)


def child(pipe):
    atexit.register(never)
    process = mp.Process(target=grandchild, args=(pipe,))
    process.start()
    process.join()


if __name__ == "__main__":
    here, there = mp.Pipe()
    process = mp.Process(target=child, args=(there,))
    process.start()
    here.recv()
    process.terminate()
    process.join()
    print("terminated:", process.exitcode, flush=True)
    here.send("go on")
