"""counter.value += 1 reads and writes; what is counted in between is lost."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def count_slowly(counter, pipe):
    number = counter.value
    pipe.send("read")
    pipe.recv()
    counter.value = number + 1


if __name__ == "__main__":
    counter = mp.Value("i", 0)
    mine, theirs = mp.Pipe()
    child = mp.Process(target=count_slowly, args=(counter, theirs))
    child.start()
    mine.recv()
    for _ in range(10):
        counter.value += 1
    mine.send("write")
    child.join()
    print(f"counted 11 times, the value is {counter.value}", flush=True)
