"""A producer and a consumer around a buffer of two places."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

ELEMENTS = 6


def produce(buffer, room, items, lock, steps):
    for i in range(ELEMENTS):
        room.acquire()
        with lock:
            buffer.put(i)
            steps.send(1)
            print("Producer append an element", flush=True)
        items.release()


def consume(buffer, room, items, lock, steps):
    for _ in range(ELEMENTS):
        items.acquire()
        with lock:
            buffer.get()
            steps.send(-1)
            print("Consumer pop an element", flush=True)
        room.release()


if __name__ == "__main__":
    buffer = mp.Queue(10)
    room, items, lock = mp.Semaphore(2), mp.Semaphore(0), mp.Lock()
    mine, theirs = mp.Pipe(duplex=False)
    children = [mp.Process(target=target, args=(buffer, room, items, lock, theirs),
                           daemon=True)
                for target in (produce, consume)]
    for child in children:
        child.start()
    seen = [0]
    for _ in range(2 * ELEMENTS):
        seen.append(seen[-1] + mine.recv())
    for child in children:
        child.join()
    bounds = "never fewer than 0 or more than 2" if 0 <= min(seen) and max(seen) <= 2 \
        else "out of bounds"
    print(f"{bounds}, {seen[-1]} left")
