/* Kill points of the recursive lock: the next owner learns of a death, is at depth one, and puts
 * right what the lock guards; a stopped owner keeps it, whatever it has not yet written. */
#include "killing.h"

typedef struct log_t {
    killing_log_t head;
    atomic_int counted, mirrored; /* changed together under the lock */
} log_t;

static brood_rlock_t *the_rlock;

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_rlock_t *rlock;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &rlock));
    log = self.log;
    killing_plan(&self);
    while (!killing_over(&self)) {
        apr_status_t rv = brood_rlock_acquire(rlock, KILLING_LATE_US);
        if (rv == BROOD_EOWNERDEAD) { /* what it guards is put right */
            atomic_store(&log->mirrored, atomic_load(&log->counted));
        } else {
            CHILD_OK(rv);
        }
        if (brood_rlock_depth(rlock) != 1) {
            killing_fault(&self, "depth", brood_rlock_depth(rlock));
        }
        if (atomic_load(&log->counted) != atomic_load(&log->mirrored)) {
            killing_fault(&self, "the words differ", atomic_load(&log->counted));
        }
        atomic_fetch_add(&log->counted, 1);
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        if (brood_rlock_depth(rlock) != 2) {
            killing_fault(&self, "depth", brood_rlock_depth(rlock));
        }
        CHILD_OK(brood_rlock_release(rlock));
        atomic_fetch_add(&log->mirrored, 1);
        CHILD_OK(brood_rlock_release(rlock));
        if (brood_rlock_is_mine(rlock)) {
            killing_fault(&self, "held after the release", brood_rlock_depth(rlock));
        }
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_rlock_create(&the_rlock, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_rlock));
}

static void check(killing_t *run) {
    if (brood_rlock_locked(the_rlock)) {
        killing_complain(run->at->point, "it is held and nobody is there", 1);
    }
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t points[] = {
    {"lock.acquired", 50, .holds = BOTH}, /* the word names the owner, nothing else does */
    {"rlock.held", 50, .holds = BOTH},    /* and thread and depth are there */
    {"rlock.releasing", 50, .holds = BOTH}, /* the thread is gone, the word names the owner */
    {"lock.releasing", 50, .holds = BOTH},  {"lock.released", 1, 0, 0, 0},
    {"lock.waiting", 1, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "rlock",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
