"""A child that has ended keeps its number until it is waited for."""
import os


def there(pid):
    try:
        os.kill(pid, 0)
        return "there still"
    except ProcessLookupError:
        return "gone"


pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print("has ended:", there(pid), flush=True)
os.waitpid(pid, 0)
print("waited for:", there(pid), flush=True)
