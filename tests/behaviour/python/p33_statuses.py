"""The exceptions: a message larger than the memory for it, a time that has run out."""
import multiprocessing as mp
import multiprocessing.pool
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def name_of(error):
    assert isinstance(error, (mp.ProcessError, AssertionError))
    return type(error).__name__


def be_late(leave):
    leave.wait()


if __name__ == "__main__":
    here, there = mp.Pipe(False)
    there.send_bytes(b"hello")
    try:
        here.recv_bytes_into(bytearray(4))
    except mp.BufferTooShort as error:
        print(f"5 bytes into 4: {name_of(error)}, it has {len(error.args[0])}")
    print("then into 16:", "success" if here.poll(0) else "nothing is there", flush=True)

    leave = mp.Event()
    child = mp.Process(target=be_late, args=(leave,))
    child.start()
    with mp.pool.ThreadPool(1) as pool: # only a pool raises it
        late = pool.apply_async(child.join)
        try:
            late.get(0.01)
        except mp.TimeoutError as error:
            print("a child that is late:", name_of(error), flush=True)
        leave.set()
        late.get()
    try:
        child.start()
    except AssertionError as error:
        print(f"a wrong call: {name_of(error)}, {error}", flush=True)
