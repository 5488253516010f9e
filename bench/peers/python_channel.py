"""Producers and consumers over CPython's own channels.

python_channel.py KIND SHAPE SIZE COUNT PROCESSOR PROCESSOR PRODUCERS CONSUMERS
prints the seconds that COUNT messages took. KIND: queue, pipe. SHAPE: one_way, round_trip, many, or
idle: a message comes after COUNT seconds, and what is printed is the processor time of the consumer
that waits for it. A PROCESSOR of -1 is left to the kernel.
"""
import multiprocessing
import os
import sys
import time


def pin(processor):
    if processor >= 0 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {processor})


class Pipe:
    def __init__(self, context):
        self.reader, self.writer = context.Pipe(duplex=False)

    def put(self, data):
        self.writer.send_bytes(data)

    def get(self):
        return self.reader.recv_bytes()


def make(kind, context, size):
    if kind == "pipe":
        return Pipe(context)
    return context.Queue(max(8, (256 << 10) // size))


def compose(size, number):
    return bytes([number & 0xFF]) * size


def touch(data):
    return sum(data[::4096])


def produce(channel, size, count):
    for number in range(count):
        channel.put(compose(size, number))


def consume(channel, count):
    for _ in range(count):
        touch(channel.get())


def member(role, processor, barrier, results, *arguments):
    pin(processor)
    barrier.wait()
    begin = time.monotonic()
    role(*arguments)
    results.put((begin, time.monotonic()))


def ping(out, back, size, count):
    for number in range(count):
        out.put(compose(size, number))
        touch(back.get())


def echo(out, back, size, count):
    for number in range(count):
        touch(out.get())
        back.put(compose(size, number))


def late(channel, size, seconds):
    channel.put(compose(size, 0))
    time.sleep(seconds)
    channel.put(compose(size, 1))


def wait(channel, results):
    touch(channel.get())
    before = time.process_time()
    touch(channel.get())
    results.put((0, time.process_time() - before))


def idle(channel, size, seconds, context):
    results = context.SimpleQueue()
    children = [
        context.Process(target=late, args=(channel, size, seconds)),
        context.Process(target=wait, args=(channel, results)),
    ]
    for child in children:
        child.start()
    print(results.get()[1])
    for child in children:
        child.join()


def main():
    kind, shape = sys.argv[1:3]
    size, count, first, second, producers, consumers = map(int, sys.argv[3:9])
    context = multiprocessing.get_context("fork")
    channel = make(kind, context, size)
    if shape == "idle":
        idle(channel, size, count, context)
        return
    results = context.SimpleQueue()
    barrier = context.Barrier(producers + consumers)
    if shape == "round_trip":
        back = make(kind, context, size)
        roles = [(ping, first, channel, back, size, count), (echo, second, channel, back, size, count)]
    else:
        roles = [(produce, first, channel, size, count // producers) for _ in range(producers)]
        roles += [(consume, second, channel, count // consumers) for _ in range(consumers)]
    children = [
        context.Process(target=member, args=(role, processor, barrier, results, *rest))
        for role, processor, *rest in roles
    ]
    for child in children:
        child.start()
    times = [results.get() for _ in children]
    for child in children:
        child.join()
    print(max(end for _, end in times) - min(begin for begin, _ in times))


main()
