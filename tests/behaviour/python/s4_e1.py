"""fork: what stands after it runs twice."""
import os

w = 100
pid = os.fork()
print(f"1. both, w={w}", flush=True)
if pid == 0:
    print("2. the child", flush=True)
    os._exit(0)
print("3. the parent", flush=True)
os.wait()
