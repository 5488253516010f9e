/* CPython's multiprocessing.Queue and Pipe as channels: peers/python_channel.py does the work. */
#include "peers/channels.h"
#include "support/python.h"

static const char *absent(size_t size) {
    (void)size;
    return bench_python_absent();
}

const bench_channel_kind_t bench_python_queue = {
    .name = "CPython Queue", .part = BENCH_PEER, .absent = absent, .python = "queue"};

const bench_channel_kind_t bench_python_pipe = {
    .name = "CPython Pipe", .part = BENCH_PEER, .absent = absent, .python = "pipe"};
