/* Benchmark of queues: messages from process to process, copied in and out one at a time,
 * several at a time, and in place, beside what else carries messages on this system. */
#include "peers/channels.h"
#include "support/options.h"

#include <brood/boot.h>

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

static const bench_channel_kind_t *const kinds[] = {&bench_brood_queue,
                                                    &bench_brood_queue_wide,
                                                    &bench_brood_queue_many,
                                                    &bench_brood_queue_place,
                                                    &bench_pipe,
                                                    &bench_socketpair,
                                                    &bench_mq,
                                                    &bench_boost,
                                                    &bench_zmq,
                                                    &bench_nng,
                                                    &bench_mpi,
                                                    &bench_python_queue};

/* Without those that differ from another only for large messages, or for several. */
static const bench_channel_kind_t *const one_by_one[] = {
    &bench_brood_queue, &bench_brood_queue_place,
    &bench_pipe,        &bench_socketpair,
    &bench_mq,          &bench_boost,
    &bench_zmq,         &bench_nng,
    &bench_mpi,         &bench_python_queue};

/* Those that have one place for all messages, which several consumers share. */
static const bench_channel_kind_t *const shared[] = {
    &bench_brood_queue, &bench_pipe, &bench_socketpair, &bench_mq, &bench_boost};

static void one_way(bench_pin_t pin) {
    static const size_t sizes[] = {8, 64, 1 << 10, 64 << 10, 1 << 20};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        /* One core says little that two do not, and where the kernel puts the two decides
         * the figures of large messages. */
        int is_usual = pin == BENCH_TWO ||
                       (pin == BENCH_ONE && sizes[i] != 8 && sizes[i] != 1 << 10);
        if (is_usual || bench_options()->all)
            bench_channel_work("queue", BENCH_ONE_WAY, sizes[i], pin, kinds,
                               COUNT_OF(kinds));
    }
}

int main(int argc, char **argv) {
    static const bench_pin_t pins[] = {BENCH_TWO, BENCH_ONE, BENCH_FREE};
    static const int crowds[][2] = {{1, 1}, {1, 4}, {4, 1}, {4, 4}, {8, 8}};
    int starved;
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    for (size_t i = 0; i < COUNT_OF(pins); i++)
        bench_channel_work("queue", BENCH_ROUND_TRIP, 8, pins[i], one_by_one,
                           COUNT_OF(one_by_one));
    for (size_t i = 0; i < COUNT_OF(pins); i++)
        one_way(pins[i]);
    for (size_t i = 0; i < COUNT_OF(crowds); i++)
        bench_channel_crowd("queue", 64, crowds[i][0], crowds[i][1], kinds,
                            COUNT_OF(kinds));
    starved = bench_channel_fairness("queue", 64, 8, 8, shared, COUNT_OF(shared));
    bench_channel_idle("queue", one_by_one, COUNT_OF(one_by_one));
    return starved;
}
