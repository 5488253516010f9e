"""The program that children are started from, chosen for all of them."""
import multiprocessing as mp
import multiprocessing.forkserver
import os
import sys
import tempfile

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def look(parents):
    print("the parent's program" if sys.executable == parents else "the copy", flush=True)


def start(how):
    print(how, end=": ", flush=True)
    child = mp.Process(target=look, args=(sys.executable,))
    try:
        child.start()
    except (OSError, EOFError):  # refused or ended, as the server's end and this call fall
        print("no such server", flush=True)
        return
    child.join()
    if child.exitcode != 0:
        print("success, and exit code", child.exitcode, flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "python")
        os.symlink(sys.executable, copy)
        mp.set_executable(copy)
        start("for all")
        if mp.get_start_method() == "forkserver":
            mp.forkserver._forkserver._stop()
        mp.set_executable(copy + ".none")
        start("where there is none")
