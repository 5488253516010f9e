"""A child whose parent ends first: the kernel gives it another."""
import os
import time

child_has_looked, tell = os.pipe()
middle = os.fork()
if middle == 0:
    self = os.getpid()
    if os.fork() == 0:
        print("child of", os.getppid(), flush=True)
        os.write(tell, b".")
        while os.getppid() == self:
            time.sleep(0.001)
        print(f"adopted by {os.getppid()}, started by {self}", flush=True)
        os._exit(0)
    os.read(child_has_looked, 1)
    os._exit(0)
os.waitpid(middle, 0)
print(middle, "has ended", flush=True)
