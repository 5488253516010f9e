/* Open MPI as a channel: processes that never sleep; peers/mpi_channel.c does the work. */
#include "peers/channels.h"
#include "support/elsewhere.h"
#include "support/pin.h"

#include <stdio.h>

#ifdef BENCH_MPI_CHANNEL
/* Whether some process has to wait for another one's processor. */
static int is_crowded(const char *words, int processes) {
    int one = -1, other = -1;
    return processes > bench_processors() ||
           (sscanf(words, "%*s %*s %*s %d %d", &one, &other) == 2 && one >= 0 &&
            one == other);
}

static double run(const char *words, int producers, int consumers) {
    char line[900];
    int processes = producers + consumers;
    /* Yielding is what its user would ask for then. */
    snprintf(line, sizeof line,
             "mpirun --allow-run-as-root --oversubscribe --bind-to none "
             "--mca mpi_yield_when_idle %d -n %d '%s' %s",
             is_crowded(words, processes), processes, BENCH_MPI_CHANNEL, words);
    return bench_elsewhere_run(line);
}

const bench_channel_kind_t bench_mpi = {
    .name = "Open MPI", .part = BENCH_PEER, .one_reader = 1, .elsewhere = run};
#else
static const char *absent(size_t size) {
    (void)size;
    return "no Open MPI here";
}

const bench_channel_kind_t bench_mpi = {
    .name = "Open MPI", .part = BENCH_PEER, .absent = absent};
#endif
