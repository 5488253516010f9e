/* The storm on the event: two set and clear it, again and again; five wait for it.
 *
 * A setter counts each set before it makes it, and after. A wait that began while the event was
 * clear ends with a set that was not yet counted as made then, so by its end more have been begun
 * than were made at its beginning. And none lasts two seconds while setters live. */
#include "storm.h"
#include <inttypes.h>

#define SETTERS 2u

typedef struct log_t {
    storm_log_t head;
    _Atomic uint64_t begun, made;
    _Atomic uint64_t woken;
} log_t;

static brood_event_t *the_event;

static int set_and_clear(storm_worker_t *self, brood_event_t *event) {
    log_t *log = self->log;
    while (!storm_stopping(log)) {
        atomic_fetch_add(&log->begun, 1);
        CHILD_OK(brood_event_set(event));
        atomic_fetch_add(&log->made, 1);
        storm_moment(&self->seed, storm_random(&self->seed, 4) == 0 ? 2000 : 1);
        CHILD_OK(brood_event_clear(event));
        storm_moment(&self->seed, 500);
        storm_step(self);
    }
    return 0;
}

static int await(storm_worker_t *self, brood_event_t *event) {
    log_t *log = self->log;
    while (!storm_stopping(log)) {
        uint64_t made = atomic_load(&log->made);
        int was_set = brood_event_is_set(event);
        apr_status_t rv = brood_event_wait(event, 2 * 1000000);
        if (rv == APR_TIMEUP) {
            if (!storm_stopping(log)) {
                storm_violation(log, "nobody woke a waiter in two seconds (%d)", was_set);
            }
            continue;
        }
        CHILD_OK(rv);
        if (!was_set && !brood_event_is_set(event)) {
            atomic_fetch_add(&log->woken, 1);
        }
        if (!was_set && atomic_load(&log->begun) <= made) {
            storm_violation(log, "a wait ended without a set (%" PRIu64 ")", made);
        }
        storm_step(self);
    }
    return 0;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_event_t *event;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &event));
    return self.me < SETTERS ? set_and_clear(&self, event) : await(&self, event);
}

static apr_status_t make(storm_t *storm) {
    return brood_event_create(&the_event, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_event));
}

/* One of those who wait has been woken twice. */
static int moved(const storm_t *storm, const uint64_t *before, uint32_t dead) {
    (void)dead;
    return storm_steps(storm, before, SETTERS, storm->kind->workers - SETTERS) >= 2;
}

/* A set like others, so it counts. */
static void nudge(storm_t *storm) {
    log_t *log = storm->log;
    atomic_fetch_add(&log->begun, 1);
    (void)brood_event_set(the_event);
    atomic_fetch_add(&log->made, 1);
}

static void check(storm_t *storm) {
    const log_t *log = storm->log;
    if (atomic_load(&log->woken) == 0) {
        storm_violation(storm->log, "nobody was woken by a set that was cleared again");
    }
}

static const storm_kind_t kinds[] = {
    {.name = "event",
     .workers = 7,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .moved = moved,
     .nudge = nudge,
     .check = check,
     .steps = "sets and waits",
     .repairs = "-"},
};

STORM_MAIN(kinds)
