/* Which processors the members of a team run on. */
#include "support/pin.h"

#include <sched.h>

/* The first two that this program was allowed when it started. The set is read once, before
 * anybody is pinned, and children inherit what was read. */
static int processors[2] = {-1, -1};
static int processor_count;

static void look(void) {
    cpu_set_t allowed;
    if (processor_count)
        return;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed)) {
        processor_count = 1;
        return;
    }
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &allowed))
            continue;
        if (processor_count < 2)
            processors[processor_count] = i;
        processor_count++;
    }
}

int bench_processors(void) {
    look();
    return processor_count;
}

int bench_pin_processor(bench_pin_t pin, unsigned index) {
    look();
    if (pin == BENCH_FREE)
        return -1;
    if (pin == BENCH_ONE || processor_count < 2)
        return processors[0];
    return processors[index % 2];
}

void bench_pin(bench_pin_t pin, unsigned index) {
    int processor = bench_pin_processor(pin, index);
    cpu_set_t chosen;
    if (processor < 0)
        return;
    CPU_ZERO(&chosen);
    CPU_SET(processor, &chosen);
    (void)sched_setaffinity(0, sizeof chosen, &chosen);
}

const char *bench_pin_name(bench_pin_t pin) {
    static const char *const names[] = {"free", "two cores", "one core"};
    return names[pin];
}
