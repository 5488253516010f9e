/* The storms on semaphores: six processes share two permits.
 *
 * Never more of the living are inside than there are permits. After each death all workers come
 * to rest and the permits are counted: of those that know their holders every one is there
 * again; of a plain semaphore at most the dead one's is missing, and it is given back for it. So
 * no permit is lost or made, whatever the moment of the death. */
#include "storm.h"

#include "participant.h"
#include "session.h"
#include <apr_thread_proc.h>
#include <inttypes.h>

#define WORKERS 6u
#define PERMITS 2u
#define MANY 100u /* all but PERMITS of them are the first process's */
#define PAUSE_US (10 * 1000000)

typedef struct log_t {
    storm_log_t head;
    _Atomic uint32_t pause;        /* 1: everybody come to rest */
    _Atomic uint32_t resting;      /* a bit for each worker */
    _Atomic uint32_t inside;       /* a bit for each worker */
    _Atomic uint32_t ids[WORKERS]; /* participants, written when the bit above is off */
    _Atomic uint64_t by_two;
} log_t;

static brood_semaphore_t *the_semaphore;

static uint32_t bits_of(uint32_t mask) {
    uint32_t bits = 0;
    for (; mask != 0; mask &= mask - 1) {
        bits++;
    }
    return bits;
}

/* ---- workers ---- */

/* Of those in the mask, how many are not known to be dead. */
static uint32_t living_of(uint32_t mask, const uint32_t *ids, uint32_t me) {
    uint32_t living = 0;
    for (uint32_t i = 0; i < WORKERS; i++) {
        living += (mask & 1u << i) != 0 &&
                  (i == me || (ids[i] != 0 && !brood__participant_is_dead(ids[i])));
    }
    return living;
}

/* Who was inside at the moment of the fetch, and lives now, had a permit then. The ids are older:
 * a bit whose worker has a new id since is not counted. One whose death others have proved may
 * pass for alive for another moment, while the system takes it apart: it is looked at again. */
static void enter(log_t *log, uint32_t me) {
    uint32_t ids[WORKERS], mask;
    for (uint32_t i = 0; i < WORKERS; i++) {
        ids[i] = atomic_load(&log->ids[i]);
    }
    mask = atomic_fetch_or(&log->inside, 1u << me) | 1u << me;
    if (bits_of(mask) <= PERMITS) {
        return;
    }
    for (int look = 0; look < 20; look++) {
        if (living_of(mask, ids, me) <= PERMITS) {
            return;
        }
        apr_thread_yield();
    }
    storm_violation(log, "more than %u are inside (%" PRIx32 ")", PERMITS, mask);
}

static void rest(log_t *log, uint32_t me) {
    atomic_fetch_or(&log->resting, 1u << me);
    while (atomic_load(&log->pause) != 0) { /* the first process ends it */
        apr_thread_yield();
    }
    atomic_fetch_and(&log->resting, ~(1u << me));
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_semaphore_t *semaphore;
    int owned;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &semaphore, &owned));
    log_t *log = self.log;
    atomic_fetch_and(&log->inside, ~(1u << self.me));
    atomic_store(&log->ids[self.me], brood__self_id);
    while (!storm_stopping(log)) {
        uint32_t count = 1;
        apr_status_t rv;
        if (atomic_load(&log->pause) != 0) {
            rest(log, self.me);
        }
        rv = brood_semaphore_acquire(semaphore, 100000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        enter(log, self.me);
        /* Only where the dead give it back: the others need one to go on with. */
        if (owned && storm_random(&self.seed, 4) == 0 &&
            brood_semaphore_acquire(semaphore, 0) == APR_SUCCESS) {
            count = 2;
            atomic_fetch_add(&log->by_two, 1);
        }
        storm_step(&self);
        atomic_fetch_and(&log->inside, ~(1u << self.me));
        CHILD_OK(brood_semaphore_release(semaphore, count));
    }
    return 0;
}

/* ---- the first process ---- */

static apr_status_t make_bounded(storm_t *storm) {
    return brood_semaphore_create_bounded(&the_semaphore, PERMITS, PERMITS, storm->pool);
}

static apr_status_t make_few(storm_t *storm) {
    return brood_semaphore_create(&the_semaphore, PERMITS, BROOD_SEM_OWNED, storm->pool);
}

static apr_status_t make_many(storm_t *storm) {
    apr_status_t rv =
        brood_semaphore_create(&the_semaphore, MANY, BROOD_SEM_OWNED, storm->pool);
    for (uint32_t i = PERMITS; rv == APR_SUCCESS && i < MANY; i++) {
        rv = brood_semaphore_acquire(the_semaphore, 0);
    }
    return rv;
}

/* Everybody but `dead` rests; then how many permits are free is a matter of fact. */
static uint32_t permits_at_rest(storm_t *storm, uint32_t dead) {
    log_t *log = storm->log;
    uint32_t others = ((1u << WORKERS) - 1) & ~(1u << dead);
    int64_t end_us = brood_test_now_us() + PAUSE_US;
    uint32_t value = 0;
    atomic_store(&log->pause, 1);
    while ((atomic_load(&log->resting) & others) != others) {
        if (brood_test_now_us() > end_us) {
            storm_violation(log, "they do not come to rest (%" PRIx32 ")",
                            atomic_load(&log->resting));
            break;
        }
        apr_thread_yield();
    }
    if (brood_semaphore_value(the_semaphore, &value) != APR_SUCCESS) {
        storm_violation(log, "no value");
    }
    return value;
}

static void go_on(storm_t *storm, uint32_t dead) {
    log_t *log = storm->log;
    atomic_fetch_and(&log->resting, ~(1u << dead));
    atomic_store(&log->pause, 0);
}

/* The dead one may have had one. */
static void bury_bounded(storm_t *storm, uint32_t dead) {
    uint32_t value = permits_at_rest(storm, dead);
    if (value > PERMITS || value < PERMITS - 1) {
        storm_violation(storm->log, "%" PRIu32 " permits of %u after a death", value,
                        PERMITS);
    } else if (value < PERMITS) {
        storm_repaired(storm->log);
        if (brood_semaphore_release(the_semaphore, PERMITS - value) != APR_SUCCESS) {
            storm_violation(storm->log, "the permits are not taken back");
        }
    }
    go_on(storm, dead);
}

static void bury_owned(storm_t *storm, uint32_t dead) {
    uint32_t value = permits_at_rest(storm, dead);
    if (value != PERMITS) {
        storm_violation(storm->log, "%" PRIu32 " permits of %u after a death", value,
                        PERMITS);
    }
    go_on(storm, dead);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    int owned = storm->kind->bury == bury_owned;
    return storm_place(storm, worker, work, BROOD_ARGS(the_semaphore, owned));
}

static void check(storm_t *storm) {
    const log_t *log = storm->log;
    uint32_t value = 0;
    if (brood_semaphore_value(the_semaphore, &value) != APR_SUCCESS || value != PERMITS) {
        storm_violation(storm->log, "%" PRIu32 " permits of %u at the end", value,
                        PERMITS);
    }
    for (uint32_t i = 0; i < PERMITS; i++) {
        if (brood_semaphore_acquire(the_semaphore, 0) != APR_SUCCESS) {
            storm_violation(storm->log, "permit %" PRIu32 " is not to be had", i);
        }
    }
    if (brood_semaphore_acquire(the_semaphore, 0) != APR_TIMEUP) {
        storm_violation(storm->log, "there are more than %u permits", PERMITS);
    }
    if (storm->kind->bury == bury_owned && atomic_load(&log->by_two) == 0) {
        storm_violation(storm->log, "nobody has had two");
    }
}

#define KIND(words, made, buried)                                                       \
    {                                                                                   \
        .name = (words), .workers = WORKERS, .log_size = sizeof(log_t), .make = (made), \
        .place = place, .bury = (buried), .check = check, .steps = "times inside",      \
        .repairs = "permits given back by hand"                                         \
    }

static const storm_kind_t kinds[] = {
    KIND("bounded semaphore", make_bounded, bury_bounded),
    KIND("owned semaphore, few", make_few, bury_owned),
    KIND("owned semaphore, many", make_many, bury_owned),
};

STORM_MAIN(kinds)
