"""What the main block has changed before the start."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])

number = 1
text = None


def look():
    print("number:", number, flush=True)
    print("text:", text or "none", flush=True)


if __name__ == "__main__":
    number = 2
    text = "changed"
    child = mp.Process(target=look)
    child.start()
    child.join()
