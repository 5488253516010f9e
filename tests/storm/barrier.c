/* The storm on the barrier: four parties, of six, meet again and again; one of the six resets
 * it when it is broken.
 *
 * Nobody is let through unless the action has been run since it came. A party that was killed breaks the barrier for those who were there, and a
 * reset makes it whole while others still leave. */
#include "storm.h"
#include <inttypes.h>

#define PARTIES 4u

typedef struct log_t {
    storm_log_t head;
    _Atomic uint64_t opened;
    _Atomic uint64_t broken;
    _Atomic uint64_t acted;
} log_t;

static brood_barrier_t *the_barrier;

static apr_status_t act(void *data) {
    log_t *log = data;
    atomic_fetch_add(&log->acted, 1);
    return APR_SUCCESS;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_barrier_t *barrier;
    uint32_t index;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &barrier));
    log_t *log = self.log;
    CHILD_OK(brood_barrier_set_data(barrier, log));
    while (!storm_stopping(log)) {
        uint64_t acted = atomic_load(&log->acted);
        apr_status_t rv = brood_barrier_wait(barrier, 100000, &index);
        CHILD_CHECK(rv == APR_SUCCESS || rv == APR_TIMEUP || rv == BROOD_EBROKENBARRIER);
        if (rv == APR_SUCCESS) {
            if (index >= PARTIES) {
                storm_violation(log, "index %" PRIu32, index);
            }
            if (atomic_load(&log->acted) == acted) {
                storm_violation(log, "let through before the action (%" PRIu64 ")",
                                acted);
            }
            atomic_fetch_add(&log->opened, index == 0);
        } else {
            atomic_fetch_add(&log->broken, 1);
            storm_repaired(log);
            if (self.me == 0) { /* several would go on breaking each other's phases */
                CHILD_OK(brood_barrier_reset(barrier));
            } else {
                storm_moment(&self.seed, 1000);
            }
        }
        storm_step(&self);
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    return brood_barrier_create(&the_barrier, PARTIES, act, -1, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_barrier));
}

static void check(storm_t *storm) {
    const log_t *log = storm->log;
    if (atomic_load(&log->opened) == 0 || brood_barrier_waiting(the_barrier) != 0) {
        storm_violation(storm->log,
                        "it never opened, or somebody is left in it (%" PRIu32 ")",
                        brood_barrier_waiting(the_barrier));
    }
}

static const storm_kind_t kinds[] = {
    {.name = "barrier",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "waits",
     .repairs = "times broken"},
};

STORM_MAIN(kinds)
