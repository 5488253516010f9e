"""A look at a child that has ended, which takes nothing; a wait; and one wait too many."""
import os

pid = os.fork()
if pid == 0:
    os._exit(3)
for what in "looked", "looked again":
    print(f"{what}:", os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT).si_status, flush=True)
for what in "waited", "waited again":
    try:
        print(f"{what}:", os.waitid(os.P_PID, pid, os.WEXITED).si_status, flush=True)
    except ChildProcessError as error:
        print(f"{what}:", type(error).__name__, flush=True)
