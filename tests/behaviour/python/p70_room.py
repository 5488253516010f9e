"""A queue with room for two: the third put waits until somebody takes one."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def put_three(queue, steps):
    for i in range(1, 4):
        queue.put(i)
        steps.send(i)


if __name__ == "__main__":
    queue = mp.Queue(2)
    mine, theirs = mp.Pipe(duplex=False)
    child = mp.Process(target=put_three, args=(queue, theirs))
    child.start()
    print("put", mine.recv())
    print("put", mine.recv())
    print("the third put is through:", "success" if mine.poll(0.1) else "APR_TIMEUP")
    print("get", queue.get())
    print("put", mine.recv())
    queue.get(), queue.get()
    child.join()
