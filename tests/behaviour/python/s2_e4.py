"""The same message through a pipe, then the end of the stream."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def reply(sender):
    sender.send([42, None, "hello"])
    sender.close()


if __name__ == "__main__":
    receiver, sender = mp.Pipe(duplex=False)
    child = mp.Process(target=reply, args=(sender,))
    child.start()
    sender.close()
    print(receiver.recv())
    try:
        receiver.recv()
    except EOFError:
        print("end of the stream")
    child.join()
