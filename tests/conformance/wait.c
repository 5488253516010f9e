/* What a wait for several things promises to all who wait at once, between processes and between
 * threads: everyone is told, nothing is missed, the dead cost nothing. */
#include "conformance.h"

#define MESSAGES CONFORMANCE_TIMES(1000)
#define PRODUCERS 2u

/* How many messages were taken. */
typedef struct place_t {
    _Atomic uint32_t taken;
    _Atomic uint32_t sum;
} place_t;

static void setup(conformance_t *run) {
    brood_queue_t *one, *other;
    assert_success(brood_queue_create(&one, NULL, run->pool));
    assert_success(brood_queue_create(&other, NULL, run->pool));
    run->mine = one;
    conformance_args(run, BROOD_ARGS(one, other));
}

/* Waits for both queues and takes one message from whichever has one. */
static apr_status_t take_one(brood_queue_t *one, brood_queue_t *other, uint32_t *number) {
    apr_status_t rv = APR_TIMEUP;
    while (rv == APR_TIMEUP) { /* another was quicker; ends with a message or the end */
        brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(one), BROOD_WAIT_QUEUE(other)};
        size_t size;
        rv = brood_wait(items, 2, CONFORMANCE_LATE_US, NULL);
        if (rv != APR_SUCCESS) {
            return rv == APR_TIMEUP ? APR_EGENERAL : rv;
        }
        if (items[1].ready) {
            rv = brood_queue_get_bytes(other, number, sizeof *number, &size, 0);
        }
        if (!items[1].ready || rv == APR_TIMEUP) {
            rv = brood_queue_get_bytes(one, number, sizeof *number, &size, 0);
        }
    }
    return rv;
}

static int count_one(conformance_party_t *self, brood_queue_t *one,
                     brood_queue_t *other) {
    place_t *place = self->place;
    uint32_t number = 0;
    CHILD_OK(take_one(one, other, &number));
    atomic_fetch_add(&place->taken, 1);
    atomic_fetch_add(&place->sum, number);
    return 0;
}

/* ---- everyone is told --------------------------------------------------------------- */

/* Party 0 puts when all others sleep: a message for each, into both queues by turns. */
static int serve_all(conformance_party_t *self) {
    brood_queue_t *queues[2];
    uint32_t living = self->count - (self->variant != 0);
    CHILD_OK(BROOD_UNPACK(self->state, &queues[0], &queues[1]));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        return count_one(self, queues[0], queues[1]);
    }
    CHILD_CHECK(conformance_await_waiters(self, queues[0], self->count - 1));
    CHILD_CHECK(conformance_await_waiters(self, queues[1], self->count - 1));
    if (living < self->count) {
        conformance_kill(self, living);
        CHILD_CHECK(conformance_await_death(self, living));
    }
    for (uint32_t i = 1; i < living; i++) {
        CHILD_OK(brood_queue_put_bytes(queues[i % 2], &i, sizeof i, 0));
    }
    return 0;
}

static void check_served(conformance_t *run) {
    uint32_t living = run->at->parties - run->at->dying;
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->taken), living - 1);
    assert_int_equal(atomic_load(&place->sum), living * (living - 1) / 2);
    assert_true(brood_queue_empty(run->mine));
}

/* All sleep, and the end comes. */
static int end_all(conformance_party_t *self) {
    brood_queue_t *one, *other;
    uint32_t number;
    CHILD_OK(BROOD_UNPACK(self->state, &one, &other));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_STATUS(take_one(other, one, &number), APR_EOF);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, one, self->count - 1));
    CHILD_OK(brood_queue_shutdown(one, 0, CONFORMANCE_LATE_US));
    return 0;
}

/* ---- nothing is missed -------------------------------------------------------------- */

static int produce(conformance_party_t *self, brood_queue_t *mine, brood_queue_t *one) {
    for (uint32_t i = 1; i <= MESSAGES; i++) {
        CHILD_OK(brood_queue_put_bytes(mine, &i, sizeof i, CONFORMANCE_LATE_US));
    }
    CONFORMANCE_AWAIT(self, atomic_load(&((place_t *)self->place)->taken) ==
                                PRODUCERS * MESSAGES);
    CHILD_OK(brood_queue_shutdown(one, 0, CONFORMANCE_LATE_US));
    return 0;
}

/* Two queues, a producer for each, and many who wait for both. */
static int many_at_once(conformance_party_t *self) {
    brood_queue_t *queues[PRODUCERS];
    place_t *place = self->place;
    uint32_t number;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &queues[0], &queues[1]));
    CHILD_CHECK(conformance_gate(self));
    if (self->me < PRODUCERS) {
        return produce(self, queues[self->me], queues[1]);
    }
    while ((rv = take_one(queues[0], queues[1], &number)) == APR_SUCCESS) {
        atomic_fetch_add(&place->sum, number);
        atomic_fetch_add(&place->taken, 1);
    }
    CHILD_CHECK(rv == APR_EOF);
    return 0;
}

static void check_all(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->taken), PRODUCERS * MESSAGES);
    assert_int_equal(atomic_load(&place->sum), MESSAGES * (MESSAGES + 1));
}

static const conformance_case_t cases[] = {
    {.name = "everyone who waits is told",
     .parties = 6,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = serve_all,
     .check = check_served},
    {.name = "the death of one who waits costs nothing",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = serve_all,
     .check = check_served,
     .variant = 1,
     .dying = 1},
    {.name = "everyone is told of the end",
     .parties = 5,
     .setup = setup,
     .party = end_all},
    {.name = "two queues, many who wait for both",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = many_at_once,
     .check = check_all},
};
CONFORMANCE_MAIN(cases)
