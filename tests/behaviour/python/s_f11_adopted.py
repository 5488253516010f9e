"""A zombie whose parent ends without having waited for it."""
import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36


def is_there(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return "gone"
    return "there still"


ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
here, there = os.pipe()
middle = os.fork()
if middle == 0:
    zombie = os.fork()
    if zombie == 0:
        os._exit(5)
    os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
    print("ended, its parent does not wait:", is_there(zombie), flush=True)
    os.write(there, str(zombie).encode())
    os._exit(0)
zombie = int(os.read(here, 20))
os.waitpid(middle, 0)
print("its parent has ended, the next waits: exit code",
      os.waitstatus_to_exitcode(os.waitpid(zombie, 0)[1]), flush=True)
print("then:", is_there(zombie), flush=True)
