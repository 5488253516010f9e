"""A shell's loop of ten commands in the background, its `wait`, and END."""
import subprocess

commands = [subprocess.Popen(["echo", str(i)]) for i in range(1, 11)]
for command in commands:
    command.wait()
print("END", flush=True)
