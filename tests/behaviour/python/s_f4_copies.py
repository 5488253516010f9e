"""A variable from before the fork: the same value on both sides, and then two variables."""
import os

x = 1
parent_wrote, write = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(parent_wrote, 1)
    print("child: x =", x, flush=True)
    x = 3
    os._exit(0)
x = 2
os.write(write, b".")
os.waitpid(pid, 0)
print("parent: x =", x, flush=True)
