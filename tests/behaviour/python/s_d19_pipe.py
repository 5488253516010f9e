"""A pipe of the top level, used as the child finds it; and one handed over."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

receiver, sender = mp.Pipe(duplex=False)  # in every process that imports this module


def send_both(handed):
    sender.send("hello")
    handed.send("hello")


def say_what_came(name, connection):
    print(f"{name}:", "received" if connection.poll() else "nothing came", flush=True)


if __name__ == "__main__":
    own_receiver, own_sender = mp.Pipe(duplex=False)
    child = mp.Process(target=send_both, args=(own_sender,))
    child.start()
    child.join()
    say_what_came("inherited", receiver)
    say_what_came("handed over", own_receiver)
