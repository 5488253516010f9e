"""A block with a name: made, attached by a child that knows the name, closed, unlinked."""
import multiprocessing as mp
from multiprocessing import shared_memory
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def worker(name):
    block = shared_memory.SharedMemory(name)
    print(f"child: {block.size} bytes, {bytes(block.buf[:5]).decode()}", flush=True)
    block.buf[:5] = b"world"
    block.close()


if __name__ == "__main__":
    block = shared_memory.SharedMemory(create=True, size=1000)
    name = block.name
    block.buf[:5] = b"hello"
    child = mp.Process(target=worker, args=(name,))
    child.start()
    child.join()
    print(f"parent: {bytes(block.buf[:5]).decode()}", flush=True)
    block.close()
    block.unlink()
    try:
        shared_memory.SharedMemory(name)
        print("then: found")
    except FileNotFoundError:
        print("then: not found")
