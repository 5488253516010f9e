"""Ways to end, and the exit codes that come of them."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def leave(how, code):
    if how == "_exit":
        os._exit(code)
    if code != 0:
        sys.exit(code)


def try_to(how, wanted):
    child = mp.Process(target=leave, args=(how, wanted))
    child.start()
    child.join()
    print(f"{how} {wanted}: {child.exitcode}", flush=True)


if __name__ == "__main__":
    try_to("return", 0)
    try_to("return", 8)
    try_to("exit", 9)
    try_to("_exit", 10)
    try_to("return", 257)
