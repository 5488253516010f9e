"""A process by each way that there may be, and by whatever the system offers."""
import multiprocessing as mp
import sys


def seven():
    sys.exit(7)


def run(method, how):
    child = mp.get_context(method).Process(target=seven)
    child.start()
    child.join()
    print(f"{how}: exit code {child.exitcode}", flush=True)


if __name__ == "__main__":
    print("main's own work", flush=True)
    run("fork", "by fork")
    run("spawn", "by spawn")
    run(None, "by the system's own way")
