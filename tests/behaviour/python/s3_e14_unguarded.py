"""The missing guard: a process is started by whoever imports this module."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def work():
    print("Working", flush=True)


child = mp.Process(target=work)
child.start()
print("start: success", flush=True)
child.join()
print("exit code", child.exitcode)
