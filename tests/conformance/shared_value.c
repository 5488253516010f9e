/* Conformance of shared values: counting together, whole numbers, and deaths with the lock. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(1000)

typedef struct place_t {
    long count; /* guarded by the value's lock */
    atomic_int told, torn;
} place_t;

static void setup(conformance_t *run) {
    brood_shared_value_t *value;
    assert_success(brood_shared_value_create(&value, 'q', NULL, run->pool));
    conformance_args(run, BROOD_ARGS(value));
}

/* ---- the lock ------------------------------------------------------------------------ */

static int count_locked(conformance_party_t *self) {
    brood_shared_value_t *value;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        int64_t number;
        CHILD_OK(brood_shared_value_acquire(value, CONFORMANCE_LATE_US));
        CHILD_OK(brood_shared_value_get_int(value, &number, 0));
        CHILD_CHECK(number == place->count);
        place->count++;
        CHILD_OK(brood_shared_value_set_int(value, number + 1, 0));
        CHILD_OK(brood_shared_value_release(value));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        int64_t number;
        CHILD_OK(brood_shared_value_get_int(value, &number, 0));
        CHILD_CHECK(number == ROUNDS * (int64_t)self->count);
    }
    return 0;
}

static void check_count(conformance_t *run) {
    const place_t *place = run->place;
    assert_int_equal(place->count, ROUNDS * (long)run->at->parties);
}

/* A single get or set takes the lock for itself; each ends when its time is over. */
static int be_late(conformance_party_t *self) {
    brood_shared_value_t *value;
    int64_t number;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    if (self->me == 0) {
        CHILD_OK(brood_shared_value_acquire(value, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_STATUS(brood_shared_value_get_int(value, &number, 0), APR_TIMEUP);
        CHILD_STATUS(brood_shared_value_set_int(value, 1, 20000), APR_TIMEUP);
        CHILD_STATUS(brood_shared_value_acquire(value, 20000), APR_TIMEUP);
        CHILD_STATUS(brood_shared_value_release(value), BROOD_ENOTOWNER);
        CHILD_OK(brood_shared_value_load(value, &number));
        CHILD_CHECK(number == 0);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_shared_value_release(value));
    }
    return 0;
}

/* ---- without the lock ---------------------------------------------------------------- */

static int count_atomically(conformance_party_t *self) {
    brood_shared_value_t *value;
    int64_t number, old;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        int exchanged = 0;
        CHILD_OK(brood_shared_value_fetch_add(value, 3, &old));
        CHILD_OK(brood_shared_value_load(value, &number));
        for (exchanged = 0;
             !exchanged;) { /* ends: whoever fails has seen another succeed */
            CHILD_OK(brood_shared_value_compare_exchange(value, &number, number - 1,
                                                         &exchanged));
        }
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_shared_value_get_int(value, &number, CONFORMANCE_LATE_US));
    CHILD_CHECK(number == 2 * ROUNDS * (int64_t)self->count);
    return 0;
}

/* Numbers both halves of which are alike: nobody sees two different ones. */
static int never_torn(conformance_party_t *self) {
    brood_shared_value_t *value;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    CHILD_CHECK(conformance_gate(self));
    for (int64_t i = 0; i < ROUNDS; i++) {
        int64_t number;
        if (self->me % 2 == 0) {
            number = (i * 8 + self->me) % INT32_MAX;
            CHILD_OK(brood_shared_value_store(value, number << 32 | number));
        } else {
            CHILD_OK(brood_shared_value_get_int(value, &number, CONFORMANCE_LATE_US));
            CHILD_CHECK(number >> 32 == (number & UINT32_MAX));
        }
    }
    return 0;
}

/* ---- deaths -------------------------------------------------------------------------- */

/* The last party dies with the lock; one of the others is told, by whatever call it makes. */
static int outlive_the_owner(conformance_party_t *self) {
    brood_shared_value_t *value;
    place_t *place = self->place;
    int64_t number = 0;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_shared_value_acquire(value, 0));
        CHILD_OK(brood_shared_value_set_int(value, 41, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, value, self->count - 1));
        conformance_die(self);
    }
    rv = self->me % 2 == 0 ? brood_shared_value_get_int(value, &number, BROOD_FOREVER)
                           : brood_shared_value_acquire(value, BROOD_FOREVER);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&place->told, 1);
        CHILD_CHECK(self->me % 2 != 0 || number == 41);
        CHILD_OK(brood_shared_value_set_int(value, 42, 0));
        CHILD_OK(brood_shared_value_release(value));
    } else {
        CHILD_OK(rv);
        if (self->me % 2 != 0) {
            CHILD_OK(brood_shared_value_release(value));
        }
    }
    CHILD_STATUS(brood_shared_value_release(value), BROOD_ENOTOWNER);
    CHILD_OK(brood_shared_value_get_int(value, &number, CONFORMANCE_LATE_US));
    CHILD_CHECK(number == 42);
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
}

/* ---- handles ------------------------------------------------------------------------- */

static int close_ones_own(conformance_party_t *self) {
    brood_shared_value_t *value;
    int64_t number;
    CHILD_OK(BROOD_UNPACK(self->state, &value));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_shared_value_close(value));
        CHILD_STATUS(brood_shared_value_get_int(value, &number, 0), BROOD_ECLOSED);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_shared_value_set_int(value, 5, 0));
        CHILD_OK(brood_shared_value_get_int(value, &number, 0));
        CHILD_CHECK(number == 5);
    }
    return 0;
}

/* ---- two objects --------------------------------------------------------------------- */

static void setup_two(conformance_t *run) {
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value;
    brood_shared_array_t *array;
    brood_lock_t *lock;
    assert_success(brood_lock_create(&lock, run->pool));
    options.lock = lock;
    assert_success(brood_shared_value_create(&value, 'i', &options, run->pool));
    assert_success(brood_shared_array_create(&array, 'i', 100, &options, run->pool));
    conformance_args(run, BROOD_ARGS(value, array, lock));
}

/* One lock guards a value and an array: the value is the sum of the array. */
static int keep_a_sum(conformance_party_t *self) {
    brood_shared_value_t *value;
    brood_shared_array_t *array;
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &value, &array, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        int32_t *sum = brood_shared_value_data(value);
        int32_t *items = brood_shared_array_data(array);
        int32_t seen = 0;
        CHILD_OK(i % 2 == 0 ? brood_shared_value_acquire(value, CONFORMANCE_LATE_US)
                            : brood_shared_array_acquire(array, CONFORMANCE_LATE_US));
        for (int at = 0; at < 100; at++) {
            seen += items[at];
        }
        CHILD_CHECK(seen == *sum);
        items[(i * 7 + (int)self->me) % 100] += i;
        *sum += i;
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static const conformance_case_t cases[] = {
    {.name = "they count under the lock",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = count_locked,
     .check = check_count},
    {.name = "the time ends a get and a set",
     .parties = 3,
     .setup = setup,
     .party = be_late},
    {.name = "they count without the lock",
     .parties = 4,
     .setup = setup,
     .party = count_atomically},
    {.name = "a number is never torn", .parties = 4, .setup = setup, .party = never_torn},
    {.name = "the owner's death is told once",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_the_owner,
     .check = check_told,
     .dying = 1},
    {.name = "a handle is closed for its owner",
     .parties = 3,
     .setup = setup,
     .party = close_ones_own,
     .own_handles = 1},
    {.name = "one lock guards a value and an array",
     .parties = 4,
     .setup = setup_two,
     .party = keep_a_sum},
};
CONFORMANCE_MAIN(cases)
