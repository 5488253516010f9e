/* CPython's multiprocessing.Queue and Pipe as channels: peers/python_channel.py does the work. */
#include "peers/channels.h"
#include "support/python.h"

#include <stdio.h>

static const char *absent(size_t size) {
    (void)size;
    return bench_python_absent();
}

static double run(const char *kind, const char *words, int producers, int consumers) {
    char arguments[200];
    snprintf(arguments, sizeof arguments, "%s %s %d %d", kind, words, producers,
             consumers);
    return bench_python_run("python_channel.py", arguments);
}

static double run_queue(const char *words, int producers, int consumers) {
    return run("queue", words, producers, consumers);
}

static double run_pipe(const char *words, int producers, int consumers) {
    return run("pipe", words, producers, consumers);
}

const bench_channel_kind_t bench_python_queue = {.name = "CPython Queue",
                                                 .part = BENCH_PEER,
                                                 .absent = absent,
                                                 .elsewhere = run_queue};

const bench_channel_kind_t bench_python_pipe = {
    .name = "CPython Pipe", .part = BENCH_PEER, .absent = absent, .elsewhere = run_pipe};
