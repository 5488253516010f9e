/* Kill points of the lock: the next owner learns of a death and puts right what the lock
 * guards; a stopped owner keeps it. */
#include "killing.h"

typedef struct log_t {
    killing_log_t head;
    atomic_int counted, mirrored; /* changed together under the lock */
} log_t;

static brood_lock_t *the_lock;

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_lock_t *lock;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &lock));
    log = self.log;
    killing_plan(&self);
    while (!killing_over(&self)) {
        apr_status_t rv = brood_lock_acquire(lock, KILLING_LATE_US);
        if (rv == BROOD_EOWNERDEAD) { /* what it guards is put right */
            atomic_store(&log->mirrored, atomic_load(&log->counted));
        } else {
            CHILD_OK(rv);
        }
        if (atomic_load(&log->counted) != atomic_load(&log->mirrored)) {
            killing_fault(&self, "the words differ", atomic_load(&log->counted));
        }
        atomic_fetch_add(&log->counted, 1);
        atomic_fetch_add(&log->mirrored, 1);
        CHILD_OK(brood_lock_release(lock));
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_lock_create(&the_lock, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_lock));
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t points[] = {
    {"lock.acquired", 50, .holds = BOTH},
    {"lock.releasing", 50, .holds = BOTH},
    {"lock.waiting", 1, 0, 0, 0},
    {"lock.released", 1, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "lock",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place},
};

KILLING_MAIN(kinds)
