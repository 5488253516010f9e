"""The state of a random generator after two forks."""
import os
import random

random.seed(1234)
numbers = []
for i in range(2):
    here, there = os.pipe()
    if os.fork() == 0:
        os.write(there, str(random.random()).encode())
        os._exit(0)
    os.wait()
    numbers.append(os.read(here, 100))
print("the same number" if numbers[0] == numbers[1] else "two numbers", flush=True)
