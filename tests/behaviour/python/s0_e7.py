"""One pipe, both ways."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def consumer(pipe):
    pipe.send("Consumer Words")
    print("Consumer Received:", pipe.recv(), flush=True)


def producer(pipe):
    print("Producer Received:", pipe.recv(), flush=True)
    pipe.send("Producer Words")


if __name__ == "__main__":
    one, other = mp.Pipe()
    children = [mp.Process(target=consumer, args=(one,)),
                mp.Process(target=producer, args=(other,))]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print("Main Process Ended")
