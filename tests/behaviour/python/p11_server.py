"""The fork server is killed while a child of it runs; and then another child is started."""
import multiprocessing as mp
import multiprocessing.forkserver
import os
import signal
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def wait_for_event(event, here):
    here.send("here")
    event.wait()
    sys.exit(3)


def started(event):
    here, there = mp.Pipe()
    child = mp.Process(target=wait_for_event, args=(event, there))
    child.start()
    here.recv()
    return child


def say_end(which, child):
    child.join()
    print(f"{which}: exit code {child.exitcode}, success", flush=True)


if __name__ == "__main__":
    event = mp.Event()
    child = started(event)
    server = mp.forkserver._forkserver._forkserver_pid
    if server is None:
        print("there is no server", flush=True)
    else:
        os.kill(server, signal.SIGKILL)
        os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    event.set()
    say_end("its child", child)
    say_end("the next one", started(event))
