"""What travels to a child as it is, what as its class says, and what does not."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def answer(pipe, queue, value, point):
    pipe.send(["hello"])
    queue.put([point.x, point.y])
    value.value = 7


def shown(message):
    return str(message).replace("'", '"')


if __name__ == "__main__":
    here, there = mp.Pipe(False)
    queue = mp.Queue()
    value = mp.Value("i")
    child = mp.Process(target=answer, args=(there, queue, value, Point(3, 4.5)))
    child.start()
    child.join()
    print("a connection:", shown(here.recv()))
    print("a queue, and a struct:", shown(queue.get()))
    print("a shared value:", value.value)
    there.send(here)
    print("a connection through another, to whoever reads it: success", flush=True)
