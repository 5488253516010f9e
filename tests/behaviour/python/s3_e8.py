"""A pipe between two children."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def sender(pipe):
    pipe.send("Hello from sender")
    pipe.send([1, 2, 3])


def receiver(pipe):
    print(pipe.recv(), flush=True)
    print(pipe.recv(), flush=True)


if __name__ == "__main__":
    one, other = mp.Pipe()
    children = [mp.Process(target=sender, args=(one,)),
                mp.Process(target=receiver, args=(other,))]
    for child in children:
        child.start()
    for child in children:
        child.join()
