"""A producer of a large message is joined before the message is taken."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def put_large(buffer):
    buffer.put(bytes(1000000))


if __name__ == "__main__":
    buffer = mp.Queue()
    child = mp.Process(target=put_large, args=(buffer,))
    child.start()
    child.join(1)
    print("join:", "still there" if child.is_alive() else "ended")
    print("get:", len(buffer.get()), "bytes")
    child.join()
