/* Kill points of shared values: a number is the old one or the new one; the next to take the
 * lock learns of the death and puts right what the number belongs to. */
#include "killing.h"

typedef struct log_t {
    killing_log_t head;
    _Atomic int64_t mirror; /* of the value, under its lock */
} log_t;

static brood_shared_value_t *the_value;

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_shared_value_t *value;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &value));
    log = self.log;
    killing_plan(&self);
    while (!killing_over(&self)) {
        int64_t number;
        apr_status_t rv = brood_shared_value_acquire(value, KILLING_LATE_US);
        if (rv != BROOD_EOWNERDEAD) {
            CHILD_OK(rv);
        }
        CHILD_OK(brood_shared_value_get_int(value, &number, 0));
        if (rv == BROOD_EOWNERDEAD) {
            int64_t gap = number - atomic_load(&log->mirror);
            if (gap != 0 && gap != 1) {
                killing_fault(&self, "neither old nor new", gap);
            }
            atomic_store(&log->mirror, number);
        } else if (number != atomic_load(&log->mirror)) {
            killing_fault(&self, "value and mirror differ", number);
        }
        CHILD_OK(brood_shared_value_set_int(value, number + 1, 0));
        atomic_store(&log->mirror, number + 1);
        CHILD_OK(brood_shared_value_release(value));
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_shared_value_create(&the_value, 'q', NULL, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_value));
}

static void check(killing_t *run) {
    int64_t number;
    if (brood_shared_value_get_int(the_value, &number, 0) != APR_SUCCESS) {
        killing_complain(run->at->point, "the lock is held and nobody is there", 1);
    }
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t points[] = {
    {"shared.taken", 50, .holds = BOTH},  {"shared.set", 50, .holds = BOTH},
    {"rlock.held", 50, .holds = BOTH},    {"rlock.releasing", 50, .holds = BOTH},
    {"lock.acquired", 50, .holds = BOTH}, {"lock.releasing", 50, .holds = BOTH},
    {"lock.released", 1, 0, 0, 0},        {"lock.waiting", 1, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "shared value",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
