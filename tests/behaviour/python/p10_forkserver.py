"""The fork server: who can reach it, what goes through it to a child, and what comes back."""
import multiprocessing as mp
import multiprocessing.forkserver
import os
import re
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

PIPES = 100


def answer(starter, pipes):
    for number, pipe in enumerate(pipes):
        pipe.send(number)
    print("forked by", "the one that started it" if os.getppid() == starter else "another",
          flush=True)
    sys.exit(42)


def named_sockets(pid):
    names = {}
    with open("/proc/net/unix") as table:
        for line in table.readlines()[1:]:
            words = line.split()
            names[words[6]] = len(words) > 7
    count = 0
    for number in os.listdir(f"/proc/{pid}/fd"):
        found = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{number}"))
        count += bool(found and names.get(found[1]))
    return count


if __name__ == "__main__":
    pipes = [mp.Pipe(False) for _ in range(PIPES)]
    child = mp.Process(target=answer, args=(os.getpid(), [there for _, there in pipes]))
    child.start()
    child.join()
    server = mp.forkserver._forkserver._forkserver_pid
    print("names by which others could reach the server:",
          named_sockets(server) if server else 0, flush=True)
    right = sum(here.recv() == number for number, (here, _) in enumerate(pipes))
    print(f"pipes that work: {right} of {PIPES}\nexit code {child.exitcode}", flush=True)
