/* Conformance of shared arrays: items of each, slices that nobody sees half written, deaths. */
#include "conformance.h"

#include <string.h>

#define ROUNDS CONFORMANCE_TIMES(300)
#define LENGTH 3000

typedef struct place_t {
    atomic_int told;
} place_t;

static void setup(conformance_t *run) {
    brood_shared_array_t *array;
    assert_success(brood_shared_array_create(&array, 'i', LENGTH, NULL, run->pool));
    conformance_args(run, BROOD_ARGS(array));
}

/* Each party fills the items that are its own, all look at all of them. */
static int fill_ones_own(conformance_party_t *self) {
    brood_shared_array_t *array;
    CHILD_OK(BROOD_UNPACK(self->state, &array));
    CHILD_CHECK(brood_shared_array_length(array) == LENGTH);
    CHILD_CHECK(conformance_gate(self));
    for (size_t i = self->me; i < LENGTH; i += self->count) {
        CHILD_OK(brood_shared_array_set_int(array, i, -(int64_t)i, CONFORMANCE_LATE_US));
    }
    CHILD_CHECK(conformance_gate(self));
    for (size_t i = 0; i < LENGTH; i++) {
        int64_t number;
        CHILD_OK(brood_shared_array_get_int(array, i, &number, CONFORMANCE_LATE_US));
        CHILD_CHECK(number == -(int64_t)i);
    }
    return 0;
}

/* All items of a slice are alike whenever they are read. */
static int whole_slices(conformance_party_t *self) {
    brood_shared_array_t *array;
    static const size_t width = sizeof(int32_t);
    int32_t items[LENGTH];
    CHILD_OK(BROOD_UNPACK(self->state, &array));
    CHILD_CHECK(conformance_gate(self));
    for (int round = 0; round < ROUNDS; round++) {
        if (self->me % 2 == 0) {
            memset(items, round, LENGTH * width);
            CHILD_OK(
                brood_shared_array_write(array, 0, LENGTH, items, CONFORMANCE_LATE_US));
        } else {
            CHILD_OK(
                brood_shared_array_read(array, 0, LENGTH, items, CONFORMANCE_LATE_US));
            CHILD_CHECK(memcmp(items, items + 1, (LENGTH - 1) * width) == 0);
        }
    }
    return 0;
}

/* The last party dies in the middle of its change: it is told once, and put right. */
static int outlive_the_owner(conformance_party_t *self) {
    brood_shared_array_t *array;
    place_t *place = self->place;
    int32_t two[2];
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &array));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_shared_array_acquire(array, 0));
        CHILD_OK(
            brood_shared_array_set_int(array, 0, 1, 0)); /* and the other would follow */
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, array, self->count - 1));
        conformance_die(self);
    }
    rv = brood_shared_array_read(array, 0, 2, two, BROOD_FOREVER);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&place->told, 1);
        CHILD_CHECK(two[0] == 1 && two[1] == 0);
        CHILD_OK(brood_shared_array_set_int(array, 1, 1, 0));
        CHILD_OK(brood_shared_array_release(array));
    } else {
        CHILD_OK(rv);
        CHILD_CHECK(two[0] == 1 && two[1] == 1);
    }
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
}

/* ---- two objects --------------------------------------------------------------------- */

static void setup_two(conformance_t *run) {
    brood_shared_array_t *few, *many;
    assert_success(brood_shared_array_create(&few, 'q', 3, NULL, run->pool));
    assert_success(brood_shared_array_create(&many, 'q', LENGTH, NULL, run->pool));
    conformance_args(run, BROOD_ARGS(few, many));
}

/* Something moves from an array in a cell to one in a segment of its own, under both locks. */
static int move_between(conformance_party_t *self) {
    brood_shared_array_t *few, *many;
    CHILD_OK(BROOD_UNPACK(self->state, &few, &many));
    CHILD_CHECK(conformance_gate(self));
    for (size_t i = 0; i < ROUNDS; i++) {
        int64_t one, other;
        CHILD_OK(brood_shared_array_acquire(few, CONFORMANCE_LATE_US));
        CHILD_OK(brood_shared_array_acquire(many, CONFORMANCE_LATE_US));
        CHILD_OK(brood_shared_array_get_int(few, i % 3, &one, 0));
        CHILD_OK(brood_shared_array_get_int(many, i % 3, &other, 0));
        CHILD_CHECK(one == -other);
        CHILD_OK(brood_shared_array_set_int(few, i % 3, one + 5, 0));
        CHILD_OK(brood_shared_array_set_int(many, i % 3, other - 5, 0));
        CHILD_OK(brood_shared_array_release(many));
        CHILD_OK(brood_shared_array_release(few));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        int64_t number;
        CHILD_OK(brood_shared_array_get_int(few, 0, &number, CONFORMANCE_LATE_US));
        CHILD_CHECK(number == 5 * (ROUNDS / 3) * (int64_t)self->count);
    }
    return 0;
}

static const conformance_case_t cases[] = {
    {.name = "each fills its own items",
     .parties = 4,
     .setup = setup,
     .party = fill_ones_own},
    {.name = "a slice is whole", .parties = 4, .setup = setup, .party = whole_slices},
    {.name = "the owner's death is told once",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_the_owner,
     .check = check_told,
     .dying = 1},
    {.name = "two arrays keep one sum",
     .parties = 4,
     .setup = setup_two,
     .party = move_between},
};
CONFORMANCE_MAIN(cases)
