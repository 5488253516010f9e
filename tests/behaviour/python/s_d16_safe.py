"""What is handed over explicitly works under every start method."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def answer(queue, pipe, lock):
    queue.put("by queue")
    pipe.send("by pipe")
    sys.exit(lock.acquire(block=False))


if __name__ == "__main__":
    queue, lock = mp.Queue(), mp.Lock()
    receiver, sender = mp.Pipe(duplex=False)
    with lock:
        child = mp.Process(target=answer, args=(queue, sender, lock))
        child.start()
        print(queue.get(), flush=True)
        print(receiver.recv(), flush=True)
        child.join()
        print("two locks" if child.exitcode else "one lock")
