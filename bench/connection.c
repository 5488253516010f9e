/* Benchmark of connections against the same calls made bare. */
#include "peers/channels.h"
#include "support/options.h"

#include <brood/boot.h>

enum { COUNT = 4 };

/* A peer that knows the size of its messages makes one call less for each; it is shown. */
static bench_channel_kind_t plain_pipe;
static bench_channel_kind_t plain_socketpair;

static const bench_channel_kind_t *const simplex[COUNT] = {
    &bench_brood_pipe, &bench_framed_pipe, &bench_python_pipe, &plain_pipe};

static const bench_channel_kind_t *const duplex[COUNT - 1] = {
    &bench_brood_duplex, &bench_framed_socketpair, &plain_socketpair};

static const bench_channel_kind_t *const waiters[] = {&bench_brood_pipe,
                                                      &bench_framed_pipe};

static void works(size_t size, bench_pin_t pin) {
    bench_channel_work("pipe", BENCH_ONE_WAY, size, pin, simplex, COUNT);
    bench_channel_work("pipe", BENCH_ROUND_TRIP, size, pin, simplex, COUNT);
    bench_channel_work("duplex pipe", BENCH_ONE_WAY, size, pin, duplex, COUNT - 1);
    bench_channel_work("duplex pipe", BENCH_ROUND_TRIP, size, pin, duplex, COUNT - 1);
}

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    plain_pipe = bench_pipe;
    plain_pipe.name = "pipe, size known to both";
    plain_pipe.part = BENCH_REFERENCE;
    plain_socketpair = bench_socketpair;
    plain_socketpair.name = "socketpair, size known to both";
    plain_socketpair.part = BENCH_REFERENCE;
    works(64, BENCH_TWO);
    works(64, BENCH_ONE);
    works(64 << 10, BENCH_TWO);
    works(64 << 10, BENCH_ONE);
    bench_channel_idle("pipe", waiters, 2);
    return 0;
}
