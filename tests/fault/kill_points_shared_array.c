/* Kill points of shared arrays: a slice that was being written is found half written by one
 * who is told so, and by nobody else. */
#include "killing.h"

#define LENGTH 1000

typedef struct log_t {
    killing_log_t head;
} log_t;

static brood_shared_array_t *the_array;

/* How many different numbers there are, 3 if more. */
static int64_t numbers_in(const int32_t *items) {
    int32_t other = items[0];
    for (size_t i = 1; i < LENGTH; i++) {
        if (items[i] != items[0] && items[i] != other) {
            if (other != items[0]) {
                return 3;
            }
            other = items[i];
        }
    }
    return other == items[0] ? 1 : 2;
}

static void fill(int32_t *items, int32_t number) {
    for (size_t i = 0; i < LENGTH; i++) {
        items[i] = number;
    }
}

static int use(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_shared_array_t *array;
    int32_t items[LENGTH];
    int32_t number;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &array));
    number = (int32_t)self.me;
    killing_plan(&self);
    while (!killing_over(&self)) {
        apr_status_t rv =
            brood_shared_array_read(array, 0, LENGTH, items, KILLING_LATE_US);
        int64_t numbers = numbers_in(items);
        number += 10;
        if (rv == BROOD_EOWNERDEAD) {
            if (numbers > 2) {
                killing_fault(&self, "numbers in a slice after a death", numbers);
            }
            fill(items, number);
            CHILD_OK(brood_shared_array_write(array, 0, LENGTH, items, 0));
            CHILD_OK(brood_shared_array_release(array));
        } else {
            CHILD_OK(rv);
            if (numbers != 1) {
                killing_fault(&self, "a torn slice, and nobody was told", numbers);
            }
        }
        fill(items, number);
        rv = brood_shared_array_write(array, 0, LENGTH, items, KILLING_LATE_US);
        if (rv == BROOD_EOWNERDEAD) { /* nothing was written, and the lock is held */
            CHILD_OK(brood_shared_array_write(array, 0, LENGTH, items, 0));
            CHILD_OK(brood_shared_array_release(array));
        } else {
            CHILD_OK(rv);
        }
        killing_step(&self);
    }
    return 0;
}

static apr_status_t make(killing_t *run) {
    return brood_shared_array_create(&the_array, 'i', LENGTH, NULL, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    return killing_place(run, worker, use, BROOD_ARGS(the_array));
}

static void check(killing_t *run) {
    int64_t number;
    if (brood_shared_array_get_int(the_array, 0, &number, 0) != APR_SUCCESS) {
        killing_complain(run->at->point, "the lock is held and nobody is there", 1);
    }
}

#define BOTH (1u << 1 | 1u << 2)

static const killing_point_t points[] = {
    {"shared_array.writing", 50, .holds = BOTH},
    {"shared.taken", 50, .holds = BOTH},
    {"rlock.releasing", 50, .holds = BOTH},
    {"lock.releasing", 50, .holds = BOTH},
    {"lock.released", 1, 0, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "shared array",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = 3,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
