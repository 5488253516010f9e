"""A child fills a queue for two without waiting; the parent empties it in the same way."""
import multiprocessing as mp
import queue
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def say_state(buffer):
    print(f"size {buffer.qsize()}, empty {int(buffer.empty())}, full {int(buffer.full())}",
          flush=True)


def put_three(buffer):
    for i in range(1, 4):
        try:
            buffer.put_nowait(i)
            print(f"put {i}: success", flush=True)
        except queue.Full:
            print(f"put {i}: full", flush=True)


if __name__ == "__main__":
    buffer = mp.Queue(2)
    say_state(buffer)
    child = mp.Process(target=put_three, args=(buffer,))
    child.start()
    child.join()
    say_state(buffer)
    for _ in range(3):
        try:
            print("get: success", buffer.get_nowait())
        except queue.Empty:
            print("get: empty 0")
