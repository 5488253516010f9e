/* A cache line's way from one processor to the other and back. */
#include "support/probe.h"

#include "support/clock.h"
#include "support/team.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

enum { PARTS = 20, TRIPS = 1000, NEAR_NS = 150 };

/* Member 0 writes odd numbers, member 1 the even ones that answer them. The quickest of the
 * parts counts: who is interrupted in one does not look far away. */
static int volley(unsigned index, void *context) {
    _Atomic uint32_t *ball = context;
    double begin = bench_now(), quickest = 1;
    for (uint32_t i = 0; i < PARTS * TRIPS; i++) {
        if (index == 0)
            atomic_store_explicit(ball, 2 * i + 1, memory_order_release);
        while (atomic_load_explicit(ball, memory_order_acquire) !=
               2 * i + 1 + (index == 0))
            ;
        if (index == 1)
            atomic_store_explicit(ball, 2 * i + 2, memory_order_release);
        if (i % TRIPS == TRIPS - 1) {
            double now = bench_now();
            quickest = now - begin < quickest ? now - begin : quickest;
            begin = now;
        }
    }
    bench_team_took(quickest);
    if (index == 1)
        bench_team_uncounted();
    return 0;
}

int bench_is_near(double probe_ns) {
    return probe_ns < NEAR_NS;
}

double bench_probe(void) {
    static void *line;
    bench_team_t team = {.size = 2, .role = volley, .pin = BENCH_TWO};
    double seconds;
    if (bench_processors() < 2)
        return 0;
    if (!line) {
        line =
            mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (line == MAP_FAILED)
            line = NULL;
    }
    if (!line)
        return 0;
    atomic_store((_Atomic uint32_t *)line, 0);
    team.context = line;
    seconds = bench_team_run(&team);
    return seconds < 0 ? 0 : seconds / TRIPS * 1e9;
}
