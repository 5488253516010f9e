"""What fork returns, and where."""
import os

print("parent", os.getpid(), flush=True)
pid = os.fork()
if pid == 0:
    print(f"child {os.getpid()} of {os.getppid()}: fork returned 0", flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print(f"parent {os.getpid()}: fork returned {pid}", flush=True)
