"""The document joins only the last child; one is late, and waits for ever."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def replace(own, queue, begin):
    begin.wait()
    queue.get()
    print("process", own, flush=True)
    queue.put(own)


if __name__ == "__main__":
    queue, at_once, later = mp.Queue(20), mp.Event(), mp.Event()
    at_once.set()
    queue.put(0)
    late = mp.Process(target=replace, args=(8, queue, later))
    last = mp.Process(target=replace, args=(9, queue, at_once))
    late.start()
    last.start()
    last.join()
    print("last:", queue.get())
    later.set()
    late.join(0.2)
    print("the late one:", "waits" if late.is_alive() else "success")
    late.terminate()
    late.join()
    print("ended with", late.exitcode)
