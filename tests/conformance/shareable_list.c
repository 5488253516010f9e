/* Conformance of shareable lists: readers beside a writer, writers of different items, two
 * writers of one item, deaths. */
#include "conformance.h"

#include <apr_strings.h>
#include <string.h>

#define ROUNDS CONFORMANCE_TIMES(1000)
#define ROOM 63

typedef struct place_t {
    atomic_int done, busy, neither;
} place_t;

/* Texts of one letter, as long as the letter says. */
static const char *a_text(char *text, unsigned number) {
    unsigned letter = number % 26;
    memset(text, (int)('a' + letter), 10 + letter);
    text[10 + letter] = '\0';
    return text;
}

static int is_a_text(const char *text, size_t length) {
    size_t i;
    for (i = 1; i < length && text[i] == text[0]; i++) {}
    return i == length && length == 10 + (size_t)(text[0] - 'a');
}

static void setup(conformance_t *run) {
    brood_shareable_list_t *list;
    char longest[ROOM];
    const char *text = a_text(longest, 25);
    assert_success(brood_shareable_list_create(
        &list, BROOD_ARGS(text, text, text, text, 0), run->pool));
    conformance_args(run, BROOD_ARGS(list));
}

static int read_text(brood_shareable_list_t *list, size_t index) {
    char text[ROOM];
    size_t length;
    CHILD_OK(brood_shareable_list_get_bytes(list, index, text, sizeof text, &length));
    CHILD_CHECK(is_a_text(text, length));
    return 0;
}

/* Party n writes item n; all read all. */
static int write_ones_own(conformance_party_t *self) {
    brood_shareable_list_t *list;
    char text[ROOM];
    CHILD_OK(BROOD_UNPACK(self->state, &list));
    CHILD_CHECK(conformance_gate(self));
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_shareable_list_set(list, self->me,
                                          BROOD_ARG(a_text(text, i + self->me))));
        CHILD_CHECK(read_text(list, i % self->count) == 0);
    }
    return 0;
}

/* One writer whose item changes its kind; the others see what it wrote, in its order. */
static int change_kinds(conformance_party_t *self) {
    brood_shareable_list_t *list;
    place_t *place = self->place;
    apr_pool_t *pool;
    int64_t last = -1;
    CHILD_OK(BROOD_UNPACK(self->state, &list));
    CHILD_OK(apr_pool_create(&pool, self->pool));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            char text[9];
            (void)apr_snprintf(text, sizeof text, "%d", i);
            CHILD_OK(brood_shareable_list_set(
                list, 4, i % 2 == 0 ? BROOD_ARG(i) : BROOD_ARG((const char *)text)));
        }
        atomic_store(&place->done, 1);
        return 0;
    }
    while (last < ROUNDS - 1) { /* ends: the last one stays */
        brood_arg_t item;
        int64_t number;
        int done = atomic_load(&place->done);
        apr_pool_clear(pool);
        CHILD_OK(brood_shareable_list_get(list, 4, &item, pool));
        CHILD_CHECK(item.kind == BROOD_INT || item.kind == BROOD_STRING);
        number = item.kind == BROOD_INT ? item.of.integer : apr_atoi64(item.of.string);
        CHILD_CHECK(number >= last);
        CHILD_CHECK((number % 2 == 0) == (item.kind == BROOD_INT));
        last = number;
        CHILD_CHECK(!done || last == ROUNDS - 1);
    }
    return 0;
}

/* All write one item, against the rule: a reader sees what somebody wrote or is told. */
static int write_one(conformance_party_t *self) {
    brood_shareable_list_t *list;
    place_t *place = self->place;
    char text[ROOM];
    CHILD_OK(BROOD_UNPACK(self->state, &list));
    CHILD_CHECK(conformance_gate(self));
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t length;
        apr_status_t rv =
            brood_shareable_list_set(list, 0, BROOD_ARG(a_text(text, i + self->me * 7)));
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EBUSY);
        atomic_fetch_add(&place->busy, rv == BROOD_EBUSY);
        rv = brood_shareable_list_get_bytes(list, 0, text, sizeof text, &length);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EFORGED || rv == BROOD_EBUSY);
        CHILD_CHECK(rv != APR_SUCCESS || is_a_text(text, length));
        atomic_fetch_add(&place->neither, rv != APR_SUCCESS);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_shareable_list_set(list, 0, BROOD_ARG(a_text(text, 3))));
        CHILD_CHECK(read_text(list, 0) == 0);
    }
    return 0;
}

static void tell(conformance_t *run) {
    place_t *place = run->place;
    print_message("two at once: %d told, %d items neither's\n", atomic_load(&place->busy),
                  atomic_load(&place->neither));
}

/* The last party is killed while it writes without a pause. */
static int outlive_the_writer(conformance_party_t *self) {
    brood_shareable_list_t *list;
    place_t *place = self->place;
    char text[ROOM];
    CHILD_OK(BROOD_UNPACK(self->state, &list));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        for (unsigned i = 0;; i++) { /* ends when it is killed */
            CHILD_OK(brood_shareable_list_set(list, 0, BROOD_ARG(a_text(text, i))));
            atomic_fetch_add(&place->done, 1);
        }
    }
    CONFORMANCE_AWAIT(self, atomic_load(&place->done) > 100);
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_CHECK(read_text(list, 0) == 0);
    }
    return 0;
}

static int outlive_and_kill(conformance_party_t *self) {
    brood_shareable_list_t *list;
    place_t *place = self->place;
    char text[ROOM];
    if (self->me != 0) {
        return outlive_the_writer(self);
    }
    CHILD_OK(BROOD_UNPACK(self->state, &list));
    CHILD_CHECK(conformance_gate(self));
    CONFORMANCE_AWAIT(self, atomic_load(&place->done) > 200);
    conformance_kill(self, self->count - 1);
    CHILD_CHECK(conformance_await_death(self, self->count - 1));
    CHILD_CHECK(read_text(list, 0) == 0);
    CHILD_OK(brood_shareable_list_set(list, 0, BROOD_ARG(a_text(text, 1))));
    CHILD_CHECK(read_text(list, 0) == 0);
    return 0;
}

/* ---- two objects --------------------------------------------------------------------- */

static void setup_two(conformance_t *run) {
    brood_shareable_list_t *list;
    brood_lock_t *lock;
    assert_success(
        brood_shareable_list_create(&list, BROOD_ARGS(0, "no. 000000"), run->pool));
    assert_success(brood_lock_create(&lock, run->pool));
    conformance_args(run, BROOD_ARGS(list, lock));
}

/* With a lock any number of them write one item, and two items together. */
static int count_under_a_lock(conformance_party_t *self) {
    brood_shareable_list_t *list;
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &list, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        brood_arg_t number;
        char wanted[12], seen[12];
        size_t length;
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_OK(brood_shareable_list_get(list, 0, &number, NULL));
        CHILD_OK(brood_shareable_list_get_bytes(list, 1, seen, sizeof seen, &length));
        (void)apr_snprintf(wanted, sizeof wanted, "no. %06d", (int)number.of.integer);
        CHILD_CHECK(length == strlen(wanted) && memcmp(seen, wanted, length) == 0);
        (void)apr_snprintf(wanted, sizeof wanted, "no. %06d", (int)number.of.integer + 1);
        CHILD_OK(brood_shareable_list_set(list, 0, BROOD_ARG(number.of.integer + 1)));
        CHILD_OK(brood_shareable_list_set(list, 1, BROOD_ARG((const char *)wanted)));
        CHILD_OK(brood_lock_release(lock));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        brood_arg_t number;
        CHILD_OK(brood_shareable_list_get(list, 0, &number, NULL));
        CHILD_CHECK(number.of.integer == ROUNDS * (int64_t)self->count);
    }
    return 0;
}

static const conformance_case_t cases[] = {
    {.name = "each writes its own item",
     .parties = 4,
     .setup = setup,
     .party = write_ones_own},
    {.name = "an item changes its kind",
     .parties = 3,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = change_kinds},
    {.name = "two writers of one item are told, and no reader is deceived",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = write_one,
     .check = tell},
    {.name = "a killed writer leaves a whole item",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_and_kill,
     .dying = 1},
    {.name = "a lock lets many write one item",
     .parties = 4,
     .setup = setup_two,
     .party = count_under_a_lock},
};
CONFORMANCE_MAIN(cases)
