/* The storm on the recursive lock: six processes change two words together under it, at one to
 * three levels.
 *
 * Whoever gets the lock is at depth one and finds the words alike; or it is told that the last
 * owner died, finds at most one step between them, and puts that right. A third word names who
 * is inside: two at once would see each other. */
#include "storm.h"
#include <inttypes.h>

typedef struct log_t {
    storm_log_t head;
    _Atomic uint32_t inside; /* worker number + 1 */
    _Atomic uint64_t one;
    _Atomic uint64_t other;
    _Atomic uint64_t levels;
} log_t;

static brood_rlock_t *the_rlock;

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

static int expect_depth(log_t *log, brood_rlock_t *rlock, uint32_t wanted) {
    uint32_t depth = brood_rlock_depth(rlock);
    if (depth != wanted) {
        storm_violation(log, "depth %" PRIu32 ", not %" PRIu32, depth, wanted);
    }
    return depth == wanted;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_rlock_t *rlock;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &rlock));
    log_t *log = self.log;
    while (!storm_stopping(log)) {
        uint32_t most = 1 + storm_random(&self.seed, 3);
        apr_status_t rv = brood_rlock_acquire(rlock, 10 * 1000000);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        CHILD_CHECK(expect_depth(log, rlock, 1));
        enter(log, self.me, rv == BROOD_EOWNERDEAD);
        atomic_fetch_add(&log->one, 1);
        for (uint32_t depth = 2; depth <= most; depth++) {
            CHILD_OK(brood_rlock_acquire(rlock, 0));
            atomic_fetch_add(&log->levels, 1);
        }
        CHILD_CHECK(expect_depth(log, rlock, most));
        atomic_fetch_add(&log->other, 1);
        storm_step(&self);
        for (uint32_t depth = most; depth > 1; depth--) {
            CHILD_OK(brood_rlock_release(rlock));
        }
        CHILD_CHECK(expect_depth(log, rlock, 1));
        atomic_store(&log->inside, 0);
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_CHECK(expect_depth(log, rlock, 0));
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    return brood_rlock_create(&the_rlock, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_rlock));
}

static void check(storm_t *storm) {
    const log_t *log = storm->log;
    if (brood_rlock_locked(the_rlock)) {
        storm_violation(storm->log, "the lock is held and nobody is there");
    }
    if (atomic_load(&log->levels) == 0) {
        storm_violation(storm->log, "nobody has taken it twice");
    }
}

static const storm_kind_t kinds[] = {
    {.name = "rlock",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "times inside",
     .repairs = "owners dead"},
};

STORM_MAIN(kinds)
