"""Five numbers through a pipe."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def produce(pipe):
    for i in range(5):
        number = i * i % 7
        print(mp.current_process().name, "produce", number, flush=True)
        pipe.send(number)


def consume(pipe):
    for _ in range(5):
        print(mp.current_process().name, "consume", pipe.recv(), flush=True)


if __name__ == "__main__":
    receiver, sender = mp.Pipe(duplex=False)
    children = [mp.Process(target=produce, args=(sender,)),
                mp.Process(target=consume, args=(receiver,))]
    for child in children:
        child.start()
    for child in children:
        child.join()
