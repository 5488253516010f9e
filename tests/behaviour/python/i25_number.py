"""A child has ended, somebody else has waited for it, and a stranger gets its number."""
import multiprocessing as mp
import multiprocessing.connection
import os
import subprocess
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def three():
    sys.exit(3)


def start_stranger(number):
    for _ in range(50):
        try:
            with open("/proc/sys/kernel/ns_last_pid", "w") as last:
                last.write(str(number - 1))
        except OSError:
            return None
        stranger = subprocess.Popen(["sleep", "60"])
        if stranger.pid == number:
            return stranger
        stranger.kill()
        stranger.wait()
    return None


if __name__ == "__main__":
    child = mp.Process(target=three)
    child.start()
    mp.connection.wait([child.sentinel])
    if mp.get_start_method() != "forkserver":
        os.waitpid(child.pid, 0)
    stranger = start_stranger(child.pid)
    if stranger is None:
        print("nobody could be given the number", flush=True)
    child.terminate()
    print("terminate: success", flush=True)
    child.kill()
    print("kill: success", flush=True)
    if stranger is not None:
        try:
            stranger.wait(0.5)
            print("who has the number now was hit", flush=True)
        except subprocess.TimeoutExpired:
            print("who has the number now lives", flush=True)
            stranger.kill()
            stranger.wait()
