/* What the barrier promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(150)

/* Plain memory: each party writes its own place between two waits, and all read after. */
typedef struct place_t {
    long own[8];
    _Atomic int indices, broken;
} place_t;

static void setup(conformance_t *run) {
    brood_barrier_t *barrier;
    assert_success(brood_barrier_create(&barrier, run->at->parties, NULL, -1, run->pool));
    run->mine = barrier;
    conformance_args(run, BROOD_ARGS(barrier));
}

/* Two barriers: the parties go through one and the other in turn. */
static void setup_two(conformance_t *run) {
    brood_barrier_t *one, *other;
    assert_success(brood_barrier_create(&one, run->at->parties, NULL, -1, run->pool));
    assert_success(brood_barrier_create(&other, run->at->parties, NULL, -1, run->pool));
    conformance_args(run, BROOD_ARGS(one, other));
}

static int go_round(conformance_party_t *self) {
    brood_barrier_t *one, *other;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &one, &other));
    for (long round = 1; round <= ROUNDS; round++) {
        place->own[self->me] = round;
        CHILD_OK(brood_barrier_wait(one, CONFORMANCE_LATE_US, NULL));
        for (uint32_t i = 0; i < self->count; i++) {
            CHILD_CHECK(place->own[i] == round);
        }
        CHILD_OK(brood_barrier_wait(other, CONFORMANCE_LATE_US, NULL));
    }
    return 0;
}

static int take_an_index(conformance_party_t *self) {
    brood_barrier_t *barrier;
    place_t *place = self->place;
    uint32_t index;
    CHILD_OK(BROOD_UNPACK(self->state, &barrier));
    CHILD_CHECK(brood_barrier_parties(barrier) == self->count);
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_barrier_wait(barrier, CONFORMANCE_LATE_US, &index));
        CHILD_CHECK((atomic_fetch_or(&place->indices, 1 << index) & 1 << index) == 0);
        CHILD_CHECK(conformance_gate(self));
        CHILD_CHECK(atomic_load(&place->indices) == (1 << self->count) - 1);
        CHILD_CHECK(conformance_gate(self));
        atomic_store(&place->indices, 0);
        CHILD_CHECK(conformance_gate(self));
    }
    return 0;
}

/* Party 0 aborts it, variant 1, or resets it, variant 2. */
static int break_it(conformance_party_t *self) {
    brood_barrier_t *barrier;
    CHILD_OK(BROOD_UNPACK(self->state, &barrier));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, barrier, self->count - 1));
        CONFORMANCE_AWAIT(self, brood_barrier_waiting(barrier) == self->count - 1);
        CHILD_OK(self->variant == 1 ? brood_barrier_abort(barrier)
                                    : brood_barrier_reset(barrier));
    } else {
        CHILD_STATUS(brood_barrier_wait(barrier, CONFORMANCE_LATE_US, NULL),
                     BROOD_EBROKENBARRIER);
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_CHECK(brood_barrier_broken(barrier) == (self->variant == 1));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_barrier_reset(barrier));
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_barrier_wait(barrier, CONFORMANCE_LATE_US, NULL));
    return 0;
}

/* The last party is killed where it waits: all hear of it. */
static int outlive_a_party(conformance_party_t *self) {
    brood_barrier_t *barrier;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &barrier));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, barrier, self->count - 1));
        CONFORMANCE_AWAIT(self, brood_barrier_waiting(barrier) == self->count - 1);
        conformance_kill(self, self->count - 1);
        CONFORMANCE_AWAIT(self, brood_barrier_broken(barrier));
        CHILD_STATUS(brood_barrier_wait(barrier, CONFORMANCE_LATE_US, NULL),
                     BROOD_EBROKENBARRIER);
    } else {
        CHILD_STATUS(brood_barrier_wait(barrier, BROOD_FOREVER, NULL),
                     BROOD_EBROKENBARRIER);
    }
    atomic_fetch_add(&place->broken, 1);
    return 0;
}

static void check_broken(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->broken), run->at->parties - 1);
}

static const conformance_case_t cases[] = {
    {.name = "nobody goes on before all have come, at two barriers in turn",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = go_round},
    {.name = "each index is given once",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = take_an_index},
    {.name = "an abort is told to all",
     .parties = 4,
     .setup = setup,
     .party = break_it,
     .variant = 1},
    {.name = "a reset is told to all",
     .parties = 4,
     .setup = setup,
     .party = break_it,
     .variant = 2},
    {.name = "the death of one who has come is told to all",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_party,
     .check = check_broken,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
