"""Three producers and two consumers at one queue."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def produce(queue, results, own):
    for i in range(100):
        queue.put((own, i))


def consume(queue, results, own):
    latest, count, in_order = {}, 0, True
    for producer, number in iter(queue.get, None):
        in_order = in_order and number > latest.get(producer, -1)
        latest[producer] = number
        count += 1
    results.put((count, in_order))


if __name__ == "__main__":
    queue, results = mp.Queue(), mp.Queue()
    children = [mp.Process(target=produce if i < 3 else consume, args=(queue, results, i))
                for i in range(5)]
    for child in children:
        child.start()
    for child in children[:3]:
        child.join()
    for _ in range(2):
        queue.put(None)
    found = [results.get(), results.get()]
    for child in children:
        child.join()
    print(f"{sum(count for count, _ in found)} messages, each producer's in order:",
          int(all(in_order for _, in_order in found)))
