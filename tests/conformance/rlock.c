/* What the recursive lock promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(400)
#define SHORT_US 20000

/* Plain memory, guarded by the locks, and a few words for those who have none. */
typedef struct place_t {
    long one, other; /* guarded by the lock; by two locks, `other` by the second */
    _Atomic int told, told_of_second;
} place_t;

static void setup(conformance_t *run) {
    brood_rlock_t *rlock;
    assert_success(brood_rlock_create(&rlock, run->pool));
    run->mine = rlock;
    conformance_args(run, BROOD_ARGS(rlock));
}

static void setup_two(conformance_t *run) {
    brood_rlock_t *rlock;
    brood_lock_t *lock;
    assert_success(brood_rlock_create(&rlock, run->pool));
    assert_success(brood_lock_create(&lock, run->pool));
    conformance_args(run, BROOD_ARGS(rlock, lock));
}

/* ---- exclusion ---------------------------------------------------------------------- */

/* Between the two words the lock is taken once more, and given back once more. */
static int count_below(brood_rlock_t *rlock, place_t *place, uint32_t depth) {
    CHILD_OK(brood_rlock_acquire(rlock, CONFORMANCE_LATE_US));
    CHILD_CHECK(brood_rlock_depth(rlock) == depth);
    CHILD_CHECK(brood_rlock_is_mine(rlock) && brood_rlock_locked(rlock));
    if (depth == 1) {
        CHILD_CHECK(place->one == place->other);
        place->one++;
    }
    if (depth < 3) {
        CHILD_CHECK(count_below(rlock, place, depth + 1) == 0);
    }
    if (depth == 1) {
        place->other++;
    }
    CHILD_OK(brood_rlock_release(rlock));
    CHILD_CHECK(brood_rlock_depth(rlock) == depth - 1);
    return 0;
}

static int exclude(conformance_party_t *self) {
    brood_rlock_t *rlock;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_CHECK(count_below(rlock, self->place, 1) == 0);
    }
    return 0;
}

static void check_excluded(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, (long)run->at->parties * ROUNDS);
    assert_int_equal(place->other, place->one);
    assert_false(brood_rlock_locked(run->mine));
}

static int exclude_by_trying(conformance_party_t *self) {
    brood_rlock_t *rlock;
    place_t *place = self->place;
    int64_t end_us = brood_test_now_us() + CONFORMANCE_LATE_US;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS;) {
        apr_status_t rv = brood_rlock_acquire(rlock, 0);
        if (rv == APR_TIMEUP) {
            CHILD_CHECK(!brood_rlock_is_mine(rlock));
            CHILD_CHECK(conformance_wait(self, end_us));
            continue;
        }
        CHILD_OK(rv);
        CHILD_OK(brood_rlock_acquire(rlock, 0)); /* a holder's try always succeeds */
        place->one++;
        place->other++;
        i++;
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Party 0 holds it twice until all others sleep; the first release lets nobody in. */
static int serve_all(conformance_party_t *self) {
    brood_rlock_t *rlock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, rlock, self->count - 1));
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_CHECK(conformance_await_waiters(self, rlock, self->count - 1));
        CHILD_CHECK(place->one == 0);
    } else {
        CHILD_OK(brood_rlock_acquire(rlock, BROOD_FOREVER));
    }
    CHILD_CHECK(brood_rlock_depth(rlock) == 1);
    place->one++;
    CHILD_OK(brood_rlock_release(rlock));
    return 0;
}

static void check_served(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, run->at->parties);
}

static int be_late(conformance_party_t *self) {
    brood_rlock_t *rlock;
    int64_t begin_us;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_CHECK(brood_rlock_locked(rlock));
        CHILD_STATUS(brood_rlock_acquire(rlock, 0), APR_TIMEUP);
        begin_us = brood_test_now_us();
        CHILD_STATUS(brood_rlock_acquire(rlock, SHORT_US), APR_TIMEUP);
        CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_release(rlock));
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_rlock_acquire(rlock, CONFORMANCE_LATE_US));
    CHILD_OK(brood_rlock_release(rlock));
    return 0;
}

/* ---- owners ------------------------------------------------------------------------- */

/* The owner is the thread: to another of the same process it is as if it were of another. */
static int release_anothers(conformance_party_t *self) {
    brood_rlock_t *rlock;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == 0) {
        CHILD_STATUS(brood_rlock_release(rlock), BROOD_ENOTOWNER);
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_STATUS(brood_rlock_release(rlock), BROOD_ENOTOWNER);
        CHILD_STATUS(brood_rlock_abandon(rlock), BROOD_ENOTOWNER);
        CHILD_CHECK(brood_rlock_locked(rlock));
        CHILD_CHECK(!brood_rlock_is_mine(rlock) && brood_rlock_depth(rlock) == 0);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(brood_rlock_depth(rlock) == 2);
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_STATUS(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_CHECK(!brood_rlock_locked(rlock));
    return 0;
}

/* Who sleeps hears of it, and who comes later. */
static int abandon(conformance_party_t *self) {
    brood_rlock_t *rlock;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, rlock, self->count - 1));
        CHILD_OK(brood_rlock_abandon(rlock));
    } else {
        CHILD_STATUS(brood_rlock_acquire(rlock, BROOD_FOREVER), BROOD_EUNRECOVERABLE);
    }
    CHILD_STATUS(brood_rlock_acquire(rlock, 0), BROOD_EUNRECOVERABLE);
    CHILD_STATUS(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    return 0;
}

/* The last party dies with the lock, two levels deep, and the others sleep: one of them is
 * told, all get it, each at depth one. */
static int outlive_the_owner(conformance_party_t *self) {
    brood_rlock_t *rlock;
    place_t *place = self->place;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        place->one = 1; /* and `other` would have followed */
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, rlock, self->count - 1));
        conformance_die(self);
    }
    rv = brood_rlock_acquire(rlock, BROOD_FOREVER);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&place->told, 1);
        CHILD_CHECK(place->one == 1 && place->other == 0);
        place->other = 1;
        rv = APR_SUCCESS;
    }
    CHILD_OK(rv);
    CHILD_CHECK(brood_rlock_depth(rlock) == 1);
    CHILD_CHECK(place->one == place->other);
    place->one++;
    place->other++;
    CHILD_OK(brood_rlock_release(rlock));
    CHILD_CHECK(!brood_rlock_is_mine(rlock));
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
    assert_int_equal(place->one, run->at->parties);
}

/* One that is killed while it waits takes nothing with it. */
static int outlive_a_waiter(conformance_party_t *self) {
    brood_rlock_t *rlock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, rlock, self->count - 1));
        conformance_kill(self, self->count - 1);
    } else {
        CHILD_OK(brood_rlock_acquire(rlock, BROOD_FOREVER));
    }
    place->one++;
    CHILD_OK(brood_rlock_release(rlock));
    return 0;
}

static void check_survivors(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, run->at->parties - run->at->dying);
}

/* ---- handles ------------------------------------------------------------------------ */

static int close_ones_own(conformance_party_t *self) {
    brood_rlock_t *rlock;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_STATUS(brood_rlock_close(rlock), BROOD_EBUSY);
        CHILD_OK(brood_rlock_release(rlock));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_rlock_close(rlock));
        CHILD_OK(brood_rlock_close(rlock));
        CHILD_STATUS(brood_rlock_acquire(rlock, 0), BROOD_ECLOSED);
        CHILD_CHECK(!brood_rlock_locked(rlock));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

/* ---- two objects -------------------------------------------------------------------- */

/* `one` is guarded by the recursive lock, `other` by a plain one. Who moves something needs
 * both; the recursive one is then held twice. */
static int move_between(conformance_party_t *self) {
    brood_rlock_t *rlock;
    brood_lock_t *lock;
    place_t *place = self->place;
    long mine = (long)self->me + 1;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_rlock_acquire(rlock, CONFORMANCE_LATE_US));
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_CHECK(place->one + place->other == 0);
        place->one += mine;
        CHILD_OK(brood_rlock_release(rlock));
        place->other -= mine;
        CHILD_OK(brood_lock_release(lock));
        CHILD_CHECK(brood_rlock_depth(rlock) == 1);
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

static void check_moved(conformance_t *run) {
    place_t *place = run->place;
    long parties = (long)run->at->parties;
    assert_int_equal(place->one, ROUNDS * parties * (parties + 1) / 2);
    assert_int_equal(place->other, -place->one);
}

/* Both held by one who dies: each of the two deaths is told once. */
static int outlive_the_owner_of_two(conformance_party_t *self) {
    brood_rlock_t *rlock;
    brood_lock_t *lock;
    place_t *place = self->place;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &rlock, &lock));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, rlock, 2));
        CHILD_CHECK(conformance_await_waiters(self, lock, 2));
        conformance_die(self);
    }
    if (self->me % 2 == 0) {
        rv = brood_rlock_acquire(rlock, BROOD_FOREVER);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        atomic_fetch_add(&place->told, rv == BROOD_EOWNERDEAD);
        CHILD_OK(brood_rlock_release(rlock));
    } else {
        rv = brood_lock_acquire(lock, BROOD_FOREVER);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        atomic_fetch_add(&place->told_of_second, rv == BROOD_EOWNERDEAD);
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static void check_told_of_two(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
    assert_int_equal(atomic_load(&place->told_of_second), 1);
}

static const conformance_case_t cases[] = {
    {.name = "they exclude each other, at every depth",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = exclude,
     .check = check_excluded},
    {.name = "they exclude each other by trying",
     .parties = 3,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = exclude_by_trying,
     .check = check_excluded},
    {.name = "everyone who waits is served after the last release",
     .parties = 8,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = serve_all,
     .check = check_served},
    {.name = "the time ends a wait", .parties = 3, .setup = setup, .party = be_late},
    {.name = "the owner is the thread",
     .parties = 3,
     .setup = setup,
     .party = release_anothers},
    {.name = "an abandoned lock is refused to all",
     .parties = 5,
     .setup = setup,
     .party = abandon},
    {.name = "the owner's death is told once, and its depth is not inherited",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_the_owner,
     .check = check_told,
     .dying = 1},
    {.name = "a waiter's death costs nothing",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_waiter,
     .check = check_survivors,
     .dying = 1},
    {.name = "a handle is closed for its owner",
     .parties = 3,
     .setup = setup,
     .party = close_ones_own,
     .own_handles = 1},
    {.name = "a recursive and a plain lock guard one sum",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = move_between,
     .check = check_moved},
    {.name = "the death of the owner of both is told for each",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = outlive_the_owner_of_two,
     .check = check_told_of_two,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
