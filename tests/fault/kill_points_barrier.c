/* Kill points of the barrier: a party dies before, while and after it arrives, in the action, and
 * when the others are let go; one that resets it dies half-way. Whoever finds the barrier broken
 * resets it, and the two survivors go on as its two parties. */
#include "killing.h"

typedef struct log_t {
    killing_log_t head;
    _Atomic uint32_t acted, opened;
} log_t;

static brood_barrier_t *the_barrier;

static apr_status_t act(void *data) {
    log_t *log = data;
    atomic_fetch_add(&log->acted, 1);
    return APR_SUCCESS;
}

/* What a variant adds up. */
#define ACTION 1
#define CALM 2 /* nobody aborts it: who resets it late would break the next phase, too */

/* There are two parties and, at first, three who come. Now and then the victim aborts it. */
static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_barrier_t *barrier;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &barrier));
    log = self.log;
    CHILD_OK(brood_barrier_set_data(barrier, log));
    killing_plan(&self);
    for (int round = 0; !killing_over(&self); round++) {
        uint32_t index = 99;
        uint32_t acted = atomic_load(&log->acted);
        apr_status_t rv = brood_barrier_wait(barrier, KILLING_LATE_US, &index);
        if (rv == APR_SUCCESS) {
            if (index > 1) {
                killing_fault(&self, "index", index);
            }
            if ((self.variant & ACTION) && atomic_load(&log->acted) == acted) {
                killing_fault(&self, "let through before the action", acted);
            }
            atomic_fetch_add(&log->opened, 1);
        } else {
            CHILD_CHECK(rv == BROOD_EBROKENBARRIER || killing_over(&self));
            CHILD_OK(brood_barrier_reset(barrier));
        }
        if (self.me == KILLING_VICTIM && !(self.variant & CALM) && round % 5 == 4) {
            CHILD_OK(brood_barrier_abort(barrier));
            CHILD_OK(brood_barrier_reset(barrier));
        }
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_barrier_create(&the_barrier, 2, (run->at->variant & ACTION) ? act : NULL,
                                -1, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_barrier));
}

static void nudge(killing_t *run) {
    (void)run;
    (void)brood_barrier_abort(the_barrier);
}

static void check(killing_t *run) {
    const log_t *log = run->log;
    if (atomic_load(&log->opened) == 0) {
        killing_complain(run->at->point, "it never opened", 0);
    }
    (void)brood_barrier_reset(the_barrier);
    if (brood_barrier_waiting(the_barrier) != 0 || brood_barrier_broken(the_barrier)) {
        killing_complain(run->at->point, "somebody is left in it",
                         brood_barrier_waiting(the_barrier));
    }
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t points[] = {
    {"waiter.claimed", 10, 0, 0, 0},
    {"waiter.waiting", 10, 0, 0, 0},
    {"barrier.recorded", 10, 0, 0, 0},
    {"barrier.arrived", 10, 0, 0, 0},
    {"barrier.waiting", 1, 0, 0, 0},
    {"barrier.opening", 10, 0, 0, 0},
    {"barrier.resetting", 2, 0, 0, 0},
    {"barrier.marked", 2, 0, 0, 0},
    {"barrier.recorded", 10, ACTION, 0, 0},
    {"barrier.arrived", 10, ACTION, 0, 0},
    {"barrier.acting", 5, ACTION | CALM, .holds = BOTH},
    {"barrier.acted", 5, ACTION | CALM, .holds = BOTH},
    {"barrier.opening", 10, ACTION, 0, 0},
    {"barrier.marked", 2, ACTION, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "barrier",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .nudge = nudge,
     .check = check},
};

KILLING_MAIN(kinds)
