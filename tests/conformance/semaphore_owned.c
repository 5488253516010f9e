/* What semaphores that know their holders promise besides: who may release, and what comes back
 * from the dead. */
#include "conformance.h"

enum { FEW = 4, MANY = 50 };

typedef struct place_t {
    _Atomic int served, given, dying;
} place_t;

static void setup(conformance_t *run) {
    brood_semaphore_t *semaphore;
    assert_success(brood_semaphore_create(&semaphore, (uint32_t)run->variant,
                                          BROOD_SEM_OWNED, run->pool));
    run->mine = semaphore;
    conformance_args(run, BROOD_ARGS(semaphore));
}

static void setup_two(conformance_t *run) {
    brood_semaphore_t *semaphore, *second;
    assert_success(brood_semaphore_create(&semaphore, FEW, BROOD_SEM_OWNED, run->pool));
    assert_success(brood_semaphore_create(&second, MANY, BROOD_SEM_OWNED, run->pool));
    run->mine = semaphore;
    conformance_args(run, BROOD_ARGS(semaphore, second));
}

static int take(brood_semaphore_t *semaphore, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, CONFORMANCE_LATE_US));
    }
    return 0;
}

static void check_all_free(conformance_t *run) {
    uint32_t value;
    assert_success(brood_semaphore_value(run->mine, &value));
    assert_int_equal(value, run->variant);
}

/* The holder is the process: another thread of it may release, another process may not. */
static int release_anothers(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    if (self->me == 0) {
        CHILD_STATUS(brood_semaphore_release(semaphore, 1), BROOD_ENOTOWNER);
        CHILD_CHECK(take(semaphore, 3) == 0);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 1) {
        CHILD_CHECK(brood_semaphore_held(semaphore) == (self->threads ? 3 : 0));
        CHILD_STATUS(brood_semaphore_release(semaphore, 4), BROOD_ENOTOWNER);
        CHILD_STATUS(brood_semaphore_release(semaphore, 2),
                     self->threads ? APR_SUCCESS : BROOD_ENOTOWNER);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(brood_semaphore_held(semaphore) == (self->threads ? 1 : 3));
        CHILD_OK(brood_semaphore_release(semaphore, self->threads ? 1 : 3));
    }
    return 0;
}

/* Each takes some and gives all of them back at once; in threads they are of one process, and
 * none gets hold of what another is giving. */
static int give_at_once(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    uint32_t mine = 1 + self->me; /* 1 + 2 + 3, and FEW is 4: they wait for each other */
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < 300; i++) {
        uint32_t held = 0;
        while (held < mine) { /* who cannot get all gives back, so that nobody starves */
            if (brood_semaphore_acquire(semaphore, 0) == APR_SUCCESS) {
                held++;
            } else if (held > 0) {
                CHILD_OK(brood_semaphore_release(semaphore, held));
                held = 0;
                CHILD_CHECK(
                    conformance_wait(self, brood_test_now_us() + CONFORMANCE_LATE_US));
            }
        }
        CHILD_OK(brood_semaphore_release(semaphore, held));
    }
    return 0;
}

/* The last two die with all permits while the others sleep. */
static int outlive_the_holders(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    uint32_t permits = (uint32_t)self->variant;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    if (self->me == self->count - 1) {
        CHILD_CHECK(take(semaphore, permits - 1) == 0);
    } else if (self->me == self->count - 2) {
        CHILD_CHECK(take(semaphore, 1) == 0);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me >= self->count - 2) {
        CHILD_CHECK(conformance_await_waiters(self, semaphore, self->count - 2));
        /* The first death serves a waiter, whom the other would look for in vain. */
        atomic_fetch_add(&place->dying, 1);
        CONFORMANCE_AWAIT(self, atomic_load(&place->dying) == 2);
        conformance_die(self);
    }
    CHILD_OK(brood_semaphore_acquire(semaphore, BROOD_FOREVER));
    atomic_fetch_add(&place->served, 1);
    CONFORMANCE_AWAIT(self, atomic_load(&place->served) == (int)self->count - 2);
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    return 0;
}

/* Of two semaphores one is few, one many; who dies holds some of both, who lives keeps its. */
static int outlive_the_holder_of_two(conformance_party_t *self) {
    brood_semaphore_t *few, *many;
    place_t *place = self->place;
    uint32_t value;
    CHILD_OK(BROOD_UNPACK(self->state, &few, &many));
    CHILD_CHECK(take(few, 1) == 0);
    CHILD_CHECK(take(many, 5) == 0);
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(take(few, 1) == 0);
        CHILD_CHECK(take(many, MANY - 5 * self->count) == 0);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        conformance_die(self);
    }
    if (self->me == 0) {
        CHILD_CHECK(take(few, FEW - self->count + 1) == 0);
        CHILD_CHECK(take(many, MANY - 5 * (self->count - 1)) == 0);
        CHILD_OK(brood_semaphore_value(few, &value));
        CHILD_CHECK(value == 0);
        CHILD_OK(brood_semaphore_value(many, &value));
        CHILD_CHECK(value == 0);
        CHILD_STATUS(brood_semaphore_acquire(few, 0), APR_TIMEUP);
        CHILD_STATUS(brood_semaphore_acquire(many, 0), APR_TIMEUP);
        atomic_store(&place->given, 1);
    }
    CONFORMANCE_AWAIT(self, atomic_load(&place->given) == 1);
    CHILD_CHECK(brood_semaphore_held(few) ==
                (self->me == 0 ? 1 + FEW - self->count + 1 : 1));
    CHILD_OK(brood_semaphore_release(few, brood_semaphore_held(few)));
    CHILD_OK(brood_semaphore_release(many, brood_semaphore_held(many)));
    return 0;
}

#define FOR_BOTH(CASE) CASE("few", FEW), CASE("many", MANY)

#define RELEASE(words, permits)                                                    \
    {                                                                              \
        .name = words ": the holder is the process", .parties = 2, .setup = setup, \
        .party = release_anothers, .check = check_all_free, .variant = (permits)   \
    }
#define GIVE(words, permits)                                                       \
    {                                                                              \
        .name = words ": several are given at once", .parties = 3, .setup = setup, \
        .party = give_at_once, .check = check_all_free, .variant = (permits)       \
    }
#define OUTLIVE(words, permits)                                                      \
    {                                                                                \
        .name = words ": the permits of the dead come back", .parties = 6,           \
        .place_size = sizeof(place_t), .setup = setup, .party = outlive_the_holders, \
        .check = check_all_free, .variant = (permits), .dying = 2                    \
    }

static const conformance_case_t cases[] = {
    FOR_BOTH(RELEASE),
    FOR_BOTH(GIVE),
    FOR_BOTH(OUTLIVE),
    {.name = "the permits of who held some of two come back, and no others",
     .parties = 3,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = outlive_the_holder_of_two,
     .check = check_all_free,
     .variant = FEW,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
