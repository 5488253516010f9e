/* The storm on shared values: six processes count in several ways at once.
 *
 * `locked` is counted by get and set under its lock, in two steps with a mirror between them:
 * whoever is told of a death finds at most one step between the two. `atomic` is counted by
 * fetch_add, and the log beside it: killed between the two a worker leaves them one apart, so
 * in the end they differ by no more than there were deaths. */
#include "storm.h"
#include <inttypes.h>

typedef struct log_t {
    storm_log_t head;
    _Atomic uint32_t inside; /* worker number + 1 */
    _Atomic int64_t mirror;  /* of `locked` */
    _Atomic int64_t added;   /* to `atomic` */
} log_t;

static brood_shared_value_t *the_locked, *the_atomic;

static int count_locked(storm_worker_t *self, brood_shared_value_t *value) {
    log_t *log = self->log;
    int64_t number;
    uint32_t inside;
    apr_status_t rv = brood_shared_value_acquire(value, 10 * 1000000);
    CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
    inside = atomic_exchange(&log->inside, self->me + 1);
    CHILD_OK(brood_shared_value_get_int(value, &number, 0));
    if (rv == BROOD_EOWNERDEAD) {
        int64_t gap = number - atomic_load(&log->mirror);
        if (gap != 0 && gap != 1) {
            storm_violation(log, "%" PRId64 " steps between value and mirror", gap);
        }
        atomic_store(&log->mirror, number);
        storm_repaired(log);
    } else if (inside != 0 || number != atomic_load(&log->mirror)) {
        storm_violation(log, "inside %" PRIu32 ", value %" PRId64 ", mirror %" PRId64,
                        inside, number, atomic_load(&log->mirror));
    }
    CHILD_OK(brood_shared_value_set_int(value, number + 1, 0));
    atomic_store(&log->mirror, number + 1);
    atomic_store(&log->inside, 0);
    CHILD_OK(brood_shared_value_release(value));
    return 0;
}

/* A single get and set take the lock, too, and may be told of a death. */
static int look(storm_worker_t *self, brood_shared_value_t *value) {
    log_t *log = self->log;
    int64_t number;
    apr_status_t rv = brood_shared_value_get_int(value, &number, 10 * 1000000);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_store(&log->inside, self->me + 1);
        atomic_store(&log->mirror, number);
        atomic_store(&log->inside, 0);
        storm_repaired(log);
        CHILD_OK(brood_shared_value_release(value));
    } else {
        CHILD_OK(rv);
    }
    return 0;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_shared_value_t *locked, *atomic;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &locked, &atomic));
    log_t *log = self.log;
    while (!storm_stopping(log)) {
        CHILD_CHECK(count_locked(&self, locked) == 0);
        CHILD_CHECK(look(&self, locked) == 0);
        CHILD_OK(brood_shared_value_fetch_add(atomic, 1, NULL));
        atomic_fetch_add(&log->added, 1);
        storm_step(&self);
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    apr_status_t rv = brood_shared_value_create(&the_locked, 'q', NULL, storm->pool);
    return rv == APR_SUCCESS
               ? brood_shared_value_create(&the_atomic, 'q', NULL, storm->pool)
               : rv;
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_locked, the_atomic));
}

static void check(storm_t *storm) {
    log_t *log = storm->log;
    int64_t number = 0;
    if (brood_shared_value_get_int(the_locked, &number, 0) != APR_SUCCESS) {
        storm_violation(log, "the lock is held and nobody is there");
    }
    if (number < (int64_t)atomic_load(&log->head.steps[0])) {
        storm_violation(log, "%" PRId64 " counted, more steps done", number);
    }
    (void)brood_shared_value_load(the_atomic, &number);
    number -= atomic_load(&log->added);
    if (number < 0 || number > (int64_t)storm->kills) {
        storm_violation(log, "atomic counts are %" PRId64 " apart after %u deaths",
                        number, storm->kills);
    }
}

static const storm_kind_t kinds[] = {
    {.name = "shared value",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "times counted",
     .repairs = "owners dead"},
};

STORM_MAIN(kinds)
