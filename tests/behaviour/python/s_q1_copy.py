"""A message is a copy, made some time after put by a thread."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def look(queue):
    for _ in range(100):
        numbers = queue.get()
        if numbers[0] != 1 or numbers[999] != 1:
            print("changed after put", flush=True)
            return
    print("as it was put", flush=True)


if __name__ == "__main__":
    queue = mp.Queue()
    child = mp.Process(target=look, args=(queue,))
    child.start()
    for _ in range(100):
        numbers = [1] * 1000
        queue.put(numbers)
        numbers[0] = numbers[999] = 2
    child.join()
    queue.cancel_join_thread()
