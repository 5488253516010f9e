"""How a process ended: by itself with a code, terminated, killed."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def three():
    sys.exit(3)


def wait_for_ever(never):
    never.recv()


def say_code(what, child):
    child.join()
    print(f"{what}: {child.exitcode}", flush=True)


if __name__ == "__main__":
    never, other_end = mp.Pipe()
    child = mp.Process(target=three)
    child.start()
    say_code("returned", child)

    child = mp.Process(target=wait_for_ever, args=(never,))
    child.start()
    print("running:", "no code yet" if child.exitcode is None else "a code", flush=True)
    child.terminate()
    say_code("terminated", child)

    child = mp.Process(target=wait_for_ever, args=(never,))
    child.start()
    child.kill()
    say_code("killed", child)
