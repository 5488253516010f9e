/* Benchmark of queues: messages from process to process, copied in and out. */
#include "peers/channels.h"
#include "support/options.h"

#include <brood/boot.h>

enum { COUNT = 10 };

static const bench_channel_kind_t *const kinds[COUNT] = {
    &bench_brood_queue, &bench_brood_queue_wide,
    &bench_pipe,        &bench_socketpair,
    &bench_mq,          &bench_boost,
    &bench_zmq,         &bench_nng,
    &bench_mpi,         &bench_python_queue};

static const bench_channel_kind_t *const queues[] = {&bench_brood_queue, &bench_boost,
                                                     &bench_python_queue};

static const bench_channel_kind_t *const waiters[] = {&bench_brood_queue, &bench_pipe};

int main(int argc, char **argv) {
    static const bench_pin_t pins[] = {BENCH_TWO, BENCH_ONE, BENCH_FREE};
    static const size_t sizes[] = {64, 64 << 10, 1 << 20};
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    for (unsigned i = 0; i < sizeof pins / sizeof *pins; i++) {
        bench_channel_work("queue", BENCH_ROUND_TRIP, 8, pins[i], kinds, COUNT);
        for (unsigned j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            /* Where the kernel puts the two decides the figures of large messages. */
            if (pins[i] == BENCH_FREE && sizes[j] > 64 && !bench_options()->all)
                continue;
            bench_channel_work("queue", BENCH_ONE_WAY, sizes[j], pins[i], kinds, COUNT);
        }
    }
    bench_channel_work("queue", BENCH_MANY, 64, BENCH_FREE, queues, 3);
    bench_channel_idle("queue", waiters, 2);
    return 0;
}
