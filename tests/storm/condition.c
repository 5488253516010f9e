/* The storm on the condition: four take numbers that two others give out, under one lock.
 *
 * What the lock guards lies in a file that all of them map: how many are there to be taken, and
 * a mirror of that, changed together. Who takes waits while there is none; who gives notifies
 * one for each. Exactly as many are notified as live and wait: never more than were asked for.
 * One who is killed after it was notified takes that with it, so a wait has a timeout, and
 * the next notification finds the others. */
#include "storm.h"
#include <inttypes.h>

#define GIVERS 2u

typedef struct log_t {
    storm_log_t head;
    _Atomic uint32_t inside; /* worker number + 1 */
    _Atomic int64_t there;
    _Atomic int64_t mirror;
    _Atomic uint64_t taken, notified;
} log_t;

static brood_condition_t *the_condition;
static brood_rlock_t *the_rlock;

/* What is so whenever somebody gets the lock. */
static void enter(log_t *log, uint32_t me, int owner_died) {
    uint32_t inside = atomic_exchange(&log->inside, me + 1);
    int64_t gap = atomic_load(&log->there) - atomic_load(&log->mirror);
    if (owner_died) {
        storm_repaired(log);
        if (gap < -1 || gap > 1) {
            storm_violation(log, "%" PRId64 " between the numbers after a death", gap);
        }
        atomic_store(&log->mirror, atomic_load(&log->there));
    } else if (inside != 0) {
        storm_violation(log, "two hold the lock (%" PRIu32 ")", inside);
    } else if (gap != 0) {
        storm_violation(log, "the numbers differ by %" PRId64, gap);
    }
}

static void leave(log_t *log) {
    atomic_store(&log->inside, 0);
}

static void change(log_t *log, int64_t by) {
    atomic_fetch_add(&log->there, by);
    atomic_fetch_add(&log->mirror, by);
}

static int give(storm_worker_t *self, brood_condition_t *condition) {
    log_t *log = self->log;
    while (!storm_stopping(log)) {
        uint32_t count = 1 + storm_random(&self->seed, 3);
        uint32_t woken;
        apr_status_t rv = brood_condition_acquire(condition, 10 * 1000000);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        enter(log, self->me, rv == BROOD_EOWNERDEAD);
        if (atomic_load(&log->there) < 10) {
            for (uint32_t i = 0; i < count; i++) {
                change(log, 1);
            }
        }
        CHILD_OK(brood_condition_notify(condition, count, &woken));
        if (woken > count) {
            storm_violation(log, "%" PRIu32 " woken of %" PRIu32, woken, count);
        }
        atomic_fetch_add(&log->notified, woken);
        leave(log);
        CHILD_OK(brood_condition_release(condition));
        storm_step(self);
        storm_moment(&self->seed, 200);
    }
    return 0;
}

static int take(storm_worker_t *self, brood_condition_t *condition) {
    log_t *log = self->log;
    while (!storm_stopping(log)) {
        apr_status_t rv = brood_condition_acquire(condition, 10 * 1000000);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        enter(log, self->me, rv == BROOD_EOWNERDEAD);
        while (atomic_load(&log->there) == 0 && !storm_stopping(log)) {
            leave(log);
            rv = brood_condition_wait(condition, 100000);
            CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD || rv == APR_TIMEUP);
            enter(log, self->me, rv == BROOD_EOWNERDEAD);
        }
        if (atomic_load(&log->there) > 0) {
            change(log, -1);
            atomic_fetch_add(&log->taken, 1);
        }
        leave(log);
        CHILD_OK(brood_condition_release(condition));
        storm_step(self);
    }
    return 0;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_condition_t *condition;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &condition));
    return self.me < GIVERS ? give(&self, condition) : take(&self, condition);
}

static apr_status_t make(storm_t *storm) {
    return brood_condition_create(&the_condition, storm->pool);
}

static apr_status_t make_given(storm_t *storm) {
    apr_status_t rv = brood_rlock_create(&the_rlock, storm->pool);
    return rv == APR_SUCCESS
               ? brood_condition_create_with_rlock(&the_condition, the_rlock, storm->pool)
               : rv;
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_condition));
}

/* Somebody has given, and somebody has taken. */
static int moved(const storm_t *storm, const uint64_t *before, uint32_t dead) {
    (void)dead;
    return storm_steps(storm, before, 0, GIVERS) >= 1 &&
           storm_steps(storm, before, GIVERS, storm->kind->workers - GIVERS) >= 1;
}

static void check(storm_t *storm) {
    const log_t *log = storm->log;
    apr_status_t rv = brood_condition_acquire(the_condition, 0);
    if (rv != APR_SUCCESS) {
        storm_violation(storm->log, "the lock is held and nobody is there");
    } else {
        (void)brood_condition_release(the_condition);
    }
    if (atomic_load(&log->taken) == 0 || atomic_load(&log->notified) == 0) {
        storm_violation(storm->log, "nobody was notified");
    }
}

#define KIND(kind_name, maker)                                                     \
    {                                                                              \
        .name = kind_name, .workers = 6, .log_size = sizeof(log_t), .make = maker, \
        .place = place, .moved = moved, .check = check, .steps = "times inside",   \
        .repairs = "owners dead"                                                   \
    }

static const storm_kind_t kinds[] = {
    KIND("condition", make),
    KIND("condition-rlock", make_given),
};

STORM_MAIN(kinds)
