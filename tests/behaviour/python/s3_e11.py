"""A block of 1000 bytes seen as 10 x 10 doubles; the view outlives the block's handle."""
import multiprocessing as mp
from multiprocessing import shared_memory
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def worker(block):
    array = block.buf[:800].cast("d")
    for i in range(100):
        array[i] = i
    array.release()


if __name__ == "__main__":
    block = shared_memory.SharedMemory(create=True, size=1000)
    part = block.buf[:800]
    array = part.cast("d")
    print(f"block of {block.size} bytes, array of {part.nbytes}", flush=True)
    child = mp.Process(target=worker, args=(block,))
    child.start()
    child.join()
    print(f"sum: {int(sum(array))}", flush=True)

    block.unlink()
    try:
        block.close()
        print("close: success")
    except BufferError:
        print("close: BufferError")
    print(f"sum: {int(sum(array))}", flush=True)
    array.release()
    part.release()
    block.close()
