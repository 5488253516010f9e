/* Kill points of the condition: waiters and notifiers die at every step, with and without the
 * lock. The survivors go on, each as long as one other lives: every one gives and takes. */
#include "killing.h"

typedef struct log_t {
    killing_log_t head;
    atomic_int counted, mirrored; /* changed together under the lock */
    atomic_int over_notified;
} log_t;

static brood_condition_t *the_condition;

static apr_status_t put_right(log_t *log, apr_status_t rv) {
    if (rv == BROOD_EOWNERDEAD) {
        atomic_store(&log->mirrored, atomic_load(&log->counted));
        return APR_SUCCESS;
    }
    return rv;
}

/* Each notifies one and waits a little to be notified itself: survivors wake each other, and a
 * wait has a timeout, for a notification dies with the one that it woke. */
static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_condition_t *condition;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &condition));
    log = self.log;
    killing_plan(&self);
    while (!killing_over(&self)) {
        uint32_t woken;
        apr_status_t rv;
        CHILD_OK(put_right(log, brood_condition_acquire(condition, KILLING_LATE_US)));
        if (atomic_load(&log->counted) != atomic_load(&log->mirrored)) {
            killing_fault(&self, "the words differ", atomic_load(&log->counted));
        }
        atomic_fetch_add(&log->counted, 1);
        atomic_fetch_add(&log->mirrored, 1);
        CHILD_OK(brood_condition_notify(condition, 1, &woken));
        if (woken > 1) {
            killing_fault(&self, "more notified than asked for", woken);
        }
        rv = brood_condition_wait(condition, 20000);
        if (rv != APR_TIMEUP) {
            CHILD_OK(put_right(log, rv));
        }
        if (atomic_load(&log->counted) != atomic_load(&log->mirrored)) {
            killing_fault(&self, "the words differ after a wait",
                          atomic_load(&log->counted));
        }
        CHILD_OK(brood_condition_release(condition));
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_condition_create(&the_condition, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_condition));
}

static void check(killing_t *run) {
    uint32_t woken = 0;
    apr_status_t rv = brood_condition_acquire(the_condition, 0);
    if (rv != APR_SUCCESS && rv != BROOD_EOWNERDEAD) {
        killing_complain(run->at->point, "the lock is held and nobody is there", rv);
        return;
    }
    (void)brood_condition_notify(the_condition, UINT32_MAX, &woken);
    (void)brood_condition_release(the_condition);
    if (woken != 0) {
        killing_complain(run->at->point, "somebody waits and nobody is there", woken);
    }
}

#define BOTH (1u << 1 | 1u << 2)

/* Those with .holds are passed with the lock. */
static const killing_point_t points[] = {
    {"condition.notifying", 20, .holds = BOTH},
    {"condition.notified", 20, .holds = BOTH},
    {"waiter.notified", 5, .holds = BOTH}, /* notified, not woken */
    {"waiter.claimed", 20, 0, 0, 0},
    {"waiter.waiting", 20, 0, 0, 0},
    {"condition.recorded", 20, .holds = BOTH},
    {"condition.released", 20, 0, 0, 0},
    {"condition.woken", 20, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "condition",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
