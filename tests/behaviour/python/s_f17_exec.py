"""exec: a command replaces itself by another program."""
import os
import subprocess
import sys

if sys.argv[-1] in ("before", "after"):
    print(f"{sys.argv[-1]} exec:", os.getpid(), flush=True)
    if sys.argv[-1] == "before":
        os.execv(sys.executable, [sys.executable, sys.argv[0], "after"])
    sys.exit(5)
command = subprocess.Popen([sys.executable, sys.argv[0], "before"])
command.wait()
print(f"{command.pid}: exit code {command.returncode}", flush=True)
