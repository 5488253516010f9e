"""What is not independent after a fork: an open file has one position for both."""
import os
import tempfile

with tempfile.TemporaryFile(buffering=0) as file:
    file.write(b"HelloWorld")
    file.seek(0)
    pid = os.fork()
    if pid == 0:
        print("child:", file.read(5).decode(), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    print("parent:", file.read(5).decode(), flush=True)
