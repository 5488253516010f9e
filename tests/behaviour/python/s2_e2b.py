"""The same with a wait in the loop: one after the other, and then the end."""
import os
import random

for i in range(10):
    if os.fork() == 0:
        print(f"{i} {random.random():.6f}", flush=True)
        os._exit(0)
    os.wait()
print("END", flush=True)
