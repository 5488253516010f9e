/* What the event promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(200)
#define SHORT_US 20000

typedef struct place_t {
    long written; /* by one party before it sets the event, read by those who waited */
    _Atomic int woken;
} place_t;

static void setup(conformance_t *run) {
    brood_event_t *event;
    assert_success(brood_event_create(&event, run->pool));
    run->mine = event;
    conformance_args(run, BROOD_ARGS(event));
}

static void setup_two(conformance_t *run) {
    brood_event_t *one, *other;
    assert_success(brood_event_create(&one, run->pool));
    assert_success(brood_event_create(&other, run->pool));
    conformance_args(run, BROOD_ARGS(one, other));
}

/* Variant 1: it is cleared at once. */
static int wake_all(conformance_party_t *self) {
    brood_event_t *event;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &event));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, event, self->count - 1));
        place->written = 4711;
        CHILD_OK(brood_event_set(event));
        if (self->variant) {
            CHILD_OK(brood_event_clear(event));
        }
    } else {
        CHILD_OK(brood_event_wait(event, BROOD_FOREVER));
        CHILD_CHECK(place->written == 4711);
        atomic_fetch_add(&place->woken, 1);
    }
    return 0;
}

static void check_woken(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->woken), run->at->parties - 1 - run->at->dying);
    assert_int_equal(brood_event_is_set(run->mine), !run->variant);
}

static int be_late(conformance_party_t *self) {
    brood_event_t *event;
    int64_t begin_us;
    CHILD_OK(BROOD_UNPACK(self->state, &event));
    CHILD_CHECK(conformance_gate(self));
    CHILD_STATUS(brood_event_wait(event, 0), APR_TIMEUP);
    begin_us = brood_test_now_us();
    CHILD_STATUS(brood_event_wait(event, SHORT_US), APR_TIMEUP);
    CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_event_set(event));
    CHILD_OK(brood_event_wait(event, 0));
    CHILD_CHECK(brood_event_is_set(event));
    return 0;
}

/* One is killed while it sleeps, and the others are woken all the same. */
static int outlive_a_waiter(conformance_party_t *self) {
    brood_event_t *event;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &event));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, event, self->count - 1));
        conformance_kill(self, self->count - 1);
        CHILD_CHECK(conformance_await_death(self, self->count - 1));
        CHILD_OK(brood_event_set(event));
    } else {
        CHILD_OK(brood_event_wait(event, BROOD_FOREVER));
        atomic_fetch_add(&place->woken, 1);
    }
    return 0;
}

/* Party 0 writes and asks, party 1 looks and answers: a number that grows, seen by both. */
static int converse(conformance_party_t *self) {
    brood_event_t *one, *other;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &one, &other));
    CHILD_CHECK(conformance_gate(self));
    for (long i = 0; i < ROUNDS; i++) {
        if (self->me == 0) {
            CHILD_CHECK(place->written == 2 * i);
            place->written++;
            CHILD_OK(brood_event_set(one));
            CHILD_OK(brood_event_wait(other, CONFORMANCE_LATE_US));
            CHILD_OK(brood_event_clear(other));
        } else {
            CHILD_OK(brood_event_wait(one, CONFORMANCE_LATE_US));
            CHILD_OK(brood_event_clear(one));
            CHILD_CHECK(place->written == 2 * i + 1);
            place->written++;
            CHILD_OK(brood_event_set(other));
        }
    }
    return 0;
}

static int close_ones_own(conformance_party_t *self) {
    brood_event_t *event;
    CHILD_OK(BROOD_UNPACK(self->state, &event));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_event_close(event));
        CHILD_STATUS(brood_event_set(event), BROOD_ECLOSED);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_event_set(event));
        CHILD_OK(brood_event_wait(event, 0));
    }
    return 0;
}

static const conformance_case_t cases[] = {
    {.name = "a set wakes all who wait",
     .parties = 6,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = wake_all,
     .check = check_woken},
    {.name = "a set that is cleared at once wakes all who wait",
     .parties = 6,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = wake_all,
     .check = check_woken,
     .variant = 1},
    {.name = "the time ends a wait", .parties = 3, .setup = setup, .party = be_late},
    {.name = "a waiter's death costs nothing",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_waiter,
     .check = check_woken,
     .dying = 1},
    {.name = "a handle is closed for its owner",
     .parties = 3,
     .setup = setup,
     .party = close_ones_own,
     .own_handles = 1},
    {.name = "two events carry a conversation",
     .parties = 2,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = converse},
};
CONFORMANCE_MAIN(cases)
