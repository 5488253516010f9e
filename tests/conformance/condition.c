/* What the condition promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(200)
#define SHORT_US 20000

/* Plain memory, guarded by the condition's lock, and a few words for those who have none. */
typedef struct place_t {
    long there, taken, given;
    long ready; /* how many have been let go */
    _Atomic int told, woken;
} place_t;

static void setup(conformance_t *run) {
    brood_condition_t *condition;
    assert_success(brood_condition_create(&condition, run->pool));
    conformance_args(run, BROOD_ARGS(condition));
}

/* Two conditions of one recursive lock. */
static void setup_two(conformance_t *run) {
    brood_condition_t *one, *other;
    brood_rlock_t *rlock;
    assert_success(brood_rlock_create(&rlock, run->pool));
    assert_success(brood_condition_create_with_rlock(&one, rlock, run->pool));
    assert_success(brood_condition_create_with_rlock(&other, rlock, run->pool));
    conformance_args(run, BROOD_ARGS(one, other, rlock));
}

/* Party 0 notifies n of those who sleep: so many go on, and the rest after the next. */
static int wake_some(conformance_party_t *self) {
    brood_condition_t *condition;
    place_t *place = self->place;
    uint32_t others = self->count - 1;
    uint32_t woken;
    CHILD_OK(BROOD_UNPACK(self->state, &condition));
    if (self->me != 0) {
        CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
        CHILD_OK(brood_condition_wait(condition, BROOD_FOREVER));
        place->ready++;
        CHILD_OK(brood_condition_release(condition));
        atomic_fetch_add(&place->woken, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, condition, others));
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    CHILD_OK(brood_condition_notify(condition, 2, &woken));
    CHILD_CHECK(woken == 2 && place->ready == 0);
    CHILD_OK(brood_condition_release(condition));
    CONFORMANCE_AWAIT(self, atomic_load(&place->woken) == 2);
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    CHILD_CHECK(place->ready == 2);
    CHILD_OK(brood_condition_notify(condition, 1000, &woken));
    CHILD_CHECK(woken == others - 2);
    CHILD_OK(brood_condition_release(condition));
    return 0;
}

static int be_late(conformance_party_t *self) {
    brood_condition_t *condition;
    int64_t begin_us;
    CHILD_OK(BROOD_UNPACK(self->state, &condition));
    CHILD_STATUS(brood_condition_wait(condition, 0), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_condition_notify_all(condition), BROOD_ENOTOWNER);
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    CHILD_OK(brood_condition_acquire(condition, 0));
    begin_us = brood_test_now_us();
    CHILD_STATUS(brood_condition_wait(condition, SHORT_US), APR_TIMEUP);
    CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    CHILD_OK(brood_condition_release(condition));
    CHILD_OK(brood_condition_release(condition));
    CHILD_STATUS(brood_condition_release(condition), BROOD_ENOTOWNER);
    return 0;
}

static int there_is_room(void *data) {
    return ((place_t *)data)->there < 2;
}

static int there_is_one(void *data) {
    return ((place_t *)data)->there > 0;
}

/* The classic: a small store, one condition for room and one for goods, and one lock. */
static int trade(conformance_party_t *self) {
    brood_condition_t *room, *goods;
    brood_rlock_t *rlock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &room, &goods, &rlock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_rlock_acquire(rlock, CONFORMANCE_LATE_US));
        if (self->me % 2 == 0) {
            CHILD_OK(brood_condition_wait_for(room, there_is_room, place,
                                              CONFORMANCE_LATE_US));
            place->there++;
            place->given++;
            CHILD_OK(brood_condition_notify(goods, 1, NULL));
        } else {
            CHILD_OK(brood_condition_wait_for(goods, there_is_one, place,
                                              CONFORMANCE_LATE_US));
            place->there--;
            place->taken++;
            CHILD_OK(brood_condition_notify(room, 1, NULL));
        }
        CHILD_CHECK(place->there >= 0 && place->there <= 2);
        CHILD_CHECK(place->given - place->taken == place->there);
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

static void check_traded(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->given, (long)run->at->parties / 2 * ROUNDS);
    assert_int_equal(place->taken, place->given);
}

/* The last party is killed where it waits, and one notification reaches one who lives. */
static int outlive_a_waiter(conformance_party_t *self) {
    brood_condition_t *condition;
    place_t *place = self->place;
    uint32_t woken;
    CHILD_OK(BROOD_UNPACK(self->state, &condition));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
        CHILD_OK(brood_condition_wait(condition, BROOD_FOREVER));
        CHILD_OK(brood_condition_release(condition));
        atomic_fetch_add(&place->woken, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, condition, self->count - 1));
    /* The last one's record is there before it gives the lock up: now it has. */
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    CHILD_OK(brood_condition_release(condition));
    conformance_kill(self, self->count - 1);
    CHILD_CHECK(conformance_await_death(self, self->count - 1));
    for (uint32_t i = 1; i < self->count - 1; i++) {
        CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
        CHILD_OK(brood_condition_notify(condition, 1, &woken));
        CHILD_CHECK(woken == 1);
        CHILD_OK(brood_condition_release(condition));
    }
    return 0;
}

static void check_woken(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->woken), run->at->parties - 1 - run->at->dying);
}

/* All others sleep when the lock's owner dies: one of them is told, and wakes the rest. */
static int outlive_the_owner(conformance_party_t *self) {
    brood_condition_t *condition;
    place_t *place = self->place;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &condition));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_gate(self));
        CHILD_CHECK(conformance_await_waiters(self, condition, self->count - 1));
        CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
        conformance_die(self);
    }
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    CHILD_OK(brood_condition_release(condition));
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_condition_acquire(condition, CONFORMANCE_LATE_US));
    rv = brood_condition_wait(condition, BROOD_FOREVER);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&place->told, 1);
        rv = brood_condition_notify_all(condition);
    }
    CHILD_OK(rv);
    CHILD_OK(brood_condition_release(condition));
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
}

static const conformance_case_t cases[] = {
    {.name = "as many are woken as were asked for",
     .parties = 6,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = wake_some,
     .check = check_woken},
    {.name = "the time ends a wait, and the lock is held again",
     .parties = 3,
     .setup = setup,
     .party = be_late},
    {.name = "two conditions of one lock keep a store",
     .parties = 6,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = trade,
     .check = check_traded},
    {.name = "a waiter's death costs nothing",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_waiter,
     .check = check_woken,
     .dying = 1},
    {.name = "the death of the lock's owner is told to one who sleeps",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_the_owner,
     .check = check_told,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
