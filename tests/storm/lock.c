/* The storm on the lock: six processes change two words together under one lock.
 *
 * The words lie in a file that all of them map. Whoever gets the lock finds them alike, or is
 * told that the last owner died, finds at most one step between them, and puts that right. A
 * third word names who is inside: two at once would see each other. */
#include "storm.h"
#include <inttypes.h>

typedef struct log_t {
    storm_log_t head;
    _Atomic uint32_t inside; /* worker number + 1 */
    _Atomic uint64_t one;
    _Atomic uint64_t other;
} log_t;

static brood_lock_t *the_lock;

static void enter(log_t *log, uint32_t me, int owner_died) {
    uint32_t inside = atomic_exchange(&log->inside, me + 1);
    uint64_t gap = atomic_load(&log->one) - atomic_load(&log->other);
    if (owner_died) {
        storm_repaired(log);
        if (gap > 1) {
            storm_violation(log, "%" PRIu64 " steps between the words after a death",
                            gap);
        }
        atomic_store(&log->other, atomic_load(&log->one));
        return;
    }
    if (inside != 0) {
        storm_violation(log, "two hold the lock (%" PRIu32 ")", inside);
    }
    if (gap != 0) {
        storm_violation(
            log, "the words differ by %" PRIu64 " and nobody was told of a death", gap);
    }
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_lock_t *lock;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &lock));
    log_t *log = self.log;
    while (!storm_stopping(log)) {
        apr_status_t rv = brood_lock_acquire(lock, 10 * 1000000);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        enter(log, self.me, rv == BROOD_EOWNERDEAD);
        atomic_fetch_add(&log->one, 1);
        atomic_fetch_add(&log->other, 1);
        storm_step(&self);
        atomic_store(&log->inside, 0);
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    return brood_lock_create(&the_lock, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_lock));
}

static void check(storm_t *storm) {
    if (brood_lock_locked(the_lock)) {
        storm_violation(storm->log, "the lock is held and nobody is there");
    }
}

static const storm_kind_t kinds[] = {
    {.name = "lock",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "times inside",
     .repairs = "owners dead"},
};

STORM_MAIN(kinds)
