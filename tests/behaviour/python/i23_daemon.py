"""A daemon when its creator ends in three ways: normally, at once, and killed."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def stay(pipe, other_end):
    other_end.close()
    pipe.send("here")
    try:
        pipe.recv()
    except EOFError:
        pass


def creator(pipe, other_end, leave, at_once):
    mp.Process(target=stay, args=(pipe, other_end), daemon=True).start()
    pipe.close()
    other_end.close()
    leave.wait()
    if at_once:
        os._exit(0)


def end_of(how, at_once, killed):
    here, there = mp.Pipe()
    leave = mp.Event()
    process = mp.Process(target=creator, args=(there, here, leave, at_once))
    process.start()
    there.close()
    here.recv()
    if killed:
        process.kill()
    else:
        leave.set()
    process.join()
    ended = here.poll(0.5)  # at the end, for nothing else comes
    print(f"its creator {how}: the daemon {'has ended' if ended else 'lives on'}", flush=True)
    here.close()


if __name__ == "__main__":
    end_of("returned", False, False)
    end_of("left at once", True, False)
    end_of("was killed", False, True)
