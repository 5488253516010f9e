"""fork: what stands before it runs once."""
import os

w = 100
print(f"1. once, w={w}", flush=True)
pid = os.fork()
if pid == 0:
    print("2. the child", flush=True)
    os._exit(0)
print("3. the parent", flush=True)
os.wait()
