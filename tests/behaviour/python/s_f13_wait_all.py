"""Waiting for all children that were forked: a loop until there is none."""
import os

for i in range(1, 11):
    if os.fork() == 0:
        os._exit(i)
count = total = 0
try:
    while True:
        pid, status = os.wait()
        count += 1
        total += os.waitstatus_to_exitcode(status)
except ChildProcessError as error:
    print(f"{count} have ended, their codes make {total}", flush=True)
    print("then:", type(error).__name__, flush=True)
