/* The storm on shared arrays: six processes write and read slices whose items are all alike.
 *
 * Whoever reads finds them alike, or is told that the last owner died, finds two numbers at the
 * most, the old and the new, in any places, and writes the slice anew with one of them. One array lies in a cell, one in a segment of its own. */
#include "storm.h"

#define LENGTH_MAX 1500

typedef struct log_t {
    storm_log_t head;
    _Atomic uint64_t told[2];
} log_t;

static brood_shared_array_t *the_arrays[2];

static int all_alike(const int32_t *items, size_t length) {
    size_t i;
    for (i = 1; i < length && items[i] == items[0]; i++) {}
    return i == length;
}

static int two_at_most(const int32_t *items, size_t length) {
    int32_t other = items[0];
    size_t i;
    for (i = 1; i < length; i++) {
        if (items[i] != items[0] && items[i] != other) {
            if (other != items[0]) {
                return 0;
            }
            other = items[i];
        }
    }
    return 1;
}

/* Holds the lock after a death: writes all items anew and gives the lock back. */
static int repair(storm_worker_t *self, brood_shared_array_t *array, int which) {
    log_t *log = self->log;
    int32_t items[LENGTH_MAX];
    size_t length = brood_shared_array_length(array);
    CHILD_OK(brood_shared_array_read(array, 0, length, items, 0));
    if (!two_at_most(items, length)) {
        storm_violation(log, "a slice of %d has more than an old and a new number",
                        (int)length);
    }
    for (size_t i = 1; i < length; i++) {
        items[i] = items[0];
    }
    CHILD_OK(brood_shared_array_write(array, 0, length, items, 0));
    CHILD_OK(brood_shared_array_release(array));
    atomic_fetch_add(&log->told[which], 1);
    storm_repaired(log);
    return 0;
}

static int use(storm_worker_t *self, brood_shared_array_t *array, int which) {
    int32_t items[LENGTH_MAX];
    size_t length = brood_shared_array_length(array);
    int32_t number = (int32_t)storm_random(&self->seed, 1000000);
    apr_status_t rv;
    for (size_t i = 0; i < length; i++) {
        items[i] = number;
    }
    rv = brood_shared_array_write(array, 0, length, items, 10 * 1000000);
    if (rv == BROOD_EOWNERDEAD) {
        return repair(self, array, which);
    }
    CHILD_OK(rv);
    rv = brood_shared_array_read(array, 0, length, items, 10 * 1000000);
    if (rv == BROOD_EOWNERDEAD) {
        return repair(self, array, which);
    }
    CHILD_OK(rv);
    if (!all_alike(items, length)) {
        storm_violation(self->log, "a slice of %d is torn and nobody was told of a death",
                        (int)length);
    }
    return 0;
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_shared_array_t *few, *many;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &few, &many));
    while (!storm_stopping(self.log)) {
        CHILD_CHECK(use(&self, few, 0) == 0);
        CHILD_CHECK(use(&self, many, 1) == 0);
        storm_step(&self);
    }
    return 0;
}

static apr_status_t make(storm_t *storm) {
    apr_status_t rv =
        brood_shared_array_create(&the_arrays[0], 'i', 6, NULL, storm->pool);
    return rv == APR_SUCCESS ? brood_shared_array_create(&the_arrays[1], 'i', LENGTH_MAX,
                                                         NULL, storm->pool)
                             : rv;
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, work, BROOD_ARGS(the_arrays[0], the_arrays[1]));
}

static void check(storm_t *storm) {
    for (int i = 0; i < 2; i++) {
        int64_t number;
        if (brood_shared_array_get_int(the_arrays[i], 0, &number, 0) != APR_SUCCESS) {
            storm_violation(storm->log, "a lock is held and nobody is there");
        }
    }
}

static const storm_kind_t kinds[] = {
    {.name = "shared array",
     .workers = 6,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .steps = "slices written",
     .repairs = "owners dead"},
};

STORM_MAIN(kinds)
