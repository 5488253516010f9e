"""A program that ignores SIGCHLD, so that the kernel keeps no ends of children."""
import multiprocessing as mp
import signal
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def three():
    sys.exit(3)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    child = mp.Process(target=three)
    child.start()
    child.join()
    print("join: success", flush=True)
    print("alive:", int(child.is_alive()), flush=True)
    print(f"exit code: {child.exitcode}, success", flush=True)
