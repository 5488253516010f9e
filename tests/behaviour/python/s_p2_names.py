"""The names of processes: by default, nested, and chosen."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def say_name():
    print(mp.current_process().name, flush=True)


def run(target, name=None):
    child = mp.Process(target=target, name=name)
    child.start()
    child.join()


def with_children():
    say_name()
    run(say_name)
    run(say_name)


if __name__ == "__main__":
    say_name()
    run(with_children)
    run(say_name, "Worker")
    run(say_name)
