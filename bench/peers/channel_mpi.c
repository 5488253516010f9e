/* Open MPI as a channel: two processes that never sleep; peers/mpi_channel.c does the work. */
#include "peers/channels.h"
#include "support/elsewhere.h"

#include <stdio.h>

#ifdef BENCH_MPI_CHANNEL
static double run(const char *words) {
    char line[900];
    snprintf(line, sizeof line,
             "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 '%s' %s",
             BENCH_MPI_CHANNEL, words);
    return bench_elsewhere_run(line);
}

const bench_channel_kind_t bench_mpi = {
    .name = "Open MPI", .part = BENCH_PEER, .elsewhere = run};
#else
static const char *absent(size_t size) {
    (void)size;
    return "no Open MPI here";
}

const bench_channel_kind_t bench_mpi = {
    .name = "Open MPI", .part = BENCH_PEER, .absent = absent};
#endif
