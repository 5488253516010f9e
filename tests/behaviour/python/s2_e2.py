"""Ten bare forks whose children take their time, and a parent that does not wait for them."""
import os
import random

end_is_said, say_end = os.pipe()
for i in range(10):
    if os.fork() == 0:
        os.close(say_end)
        os.read(end_is_said, 1)
        print(f"{random.random():.6f}", flush=True)
        os._exit(0)
print("END", flush=True)
os.close(say_end)
