"""Start to end of a child under each method; the top level of the module takes 50 ms."""
import multiprocessing as mp
import statistics
import time

time.sleep(0.05)


def nothing():
    pass


def time_start(context):
    begin = time.perf_counter()
    child = context.Process(target=nothing)
    child.start()
    child.join()
    return (time.perf_counter() - begin) * 1000


def measure(method):
    context = mp.get_context(method)
    time_start(context)
    ms = statistics.median(time_start(context) for _ in range(7))
    print(f"{method}: {ms:.2f} ms", flush=True)
    return ms


def yes(fact):
    return "yes" if fact else "no"


if __name__ == "__main__":
    fork, server, spawn = (measure(method) for method in ("fork", "forkserver", "spawn"))
    print("spawn pays for the top level:", yes(spawn >= 50))
    print("fork is faster than spawn:", yes(fork < spawn))
    print("forkserver is faster than spawn:", yes(server < spawn))
