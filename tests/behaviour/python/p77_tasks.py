"""A parent waits until a child has done three tasks; then one is called done too many."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def work(tasks):
    for _ in range(3):
        tasks.get()
        print("task", flush=True)
        tasks.task_done()


if __name__ == "__main__":
    tasks = mp.JoinableQueue()
    for i in range(3):
        tasks.put(i)
    child = mp.Process(target=work, args=(tasks,))
    child.start()
    tasks.join()
    print("all are done")
    try:
        tasks.task_done()
    except ValueError as error:
        print("one more:", type(error).__name__)
    child.join()
