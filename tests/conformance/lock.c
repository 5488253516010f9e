/* What the lock promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(500)
#define SHORT_US 20000

/* Plain memory, guarded by the locks, and a few words for those who have none. */
typedef struct place_t {
    long one, other; /* guarded by the lock; by two locks, `other` by the second */
    _Atomic int told, told_of_second;
} place_t;

static void setup(conformance_t *run) {
    brood_lock_t *lock;
    assert_success(brood_lock_create(&lock, run->pool));
    run->mine = lock;
    conformance_args(run, BROOD_ARGS(lock));
}

static void setup_two(conformance_t *run) {
    brood_lock_t *lock, *second;
    assert_success(brood_lock_create(&lock, run->pool));
    assert_success(brood_lock_create(&second, run->pool));
    conformance_args(run, BROOD_ARGS(lock, second));
}

/* ---- exclusion ---------------------------------------------------------------------- */

static int exclude(conformance_party_t *self) {
    brood_lock_t *lock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_CHECK(place->one == place->other);
        place->one++;
        place->other++;
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static void check_excluded(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, (long)run->at->parties * ROUNDS);
    assert_int_equal(place->other, place->one);
    assert_false(brood_lock_locked(run->mine));
}

/* A try never waits, and what it gets is the lock. */
static int exclude_by_trying(conformance_party_t *self) {
    brood_lock_t *lock;
    place_t *place = self->place;
    int64_t end_us = brood_test_now_us() + CONFORMANCE_LATE_US;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS;) {
        apr_status_t rv = brood_lock_acquire(lock, 0);
        if (rv == APR_TIMEUP) {
            CHILD_CHECK(conformance_wait(self, end_us));
            continue;
        }
        CHILD_OK(rv);
        place->one++;
        place->other++;
        i++;
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Party 0 holds it until all others sleep; each of them gets it in the end. */
static int serve_all(conformance_party_t *self) {
    brood_lock_t *lock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, lock, self->count - 1));
        CHILD_CHECK(place->one == 0);
    } else {
        CHILD_OK(brood_lock_acquire(lock, BROOD_FOREVER));
    }
    place->one++;
    CHILD_OK(brood_lock_release(lock));
    return 0;
}

static void check_served(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, run->at->parties);
}

static int be_late(conformance_party_t *self) {
    brood_lock_t *lock;
    int64_t begin_us;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_CHECK(brood_lock_locked(lock));
        CHILD_STATUS(brood_lock_acquire(lock, 0), APR_TIMEUP);
        begin_us = brood_test_now_us();
        CHILD_STATUS(brood_lock_acquire(lock, SHORT_US), APR_TIMEUP);
        CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_lock_release(lock));
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
    CHILD_OK(brood_lock_release(lock));
    return 0;
}

/* ---- owners ------------------------------------------------------------------------- */

/* The owner is the process: another thread of it may release, another process may not. */
static int release_anothers(conformance_party_t *self) {
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == 0) {
        CHILD_STATUS(brood_lock_release(lock), BROOD_ENOTOWNER);
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 1) {
        CHILD_STATUS(brood_lock_release(lock),
                     self->threads ? APR_SUCCESS : BROOD_ENOTOWNER);
        CHILD_CHECK(brood_lock_locked(lock) == !self->threads);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0 && !self->threads) {
        CHILD_OK(brood_lock_release(lock));
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_CHECK(!brood_lock_locked(lock));
    return 0;
}

/* Who sleeps hears of it, and who comes later. */
static int abandon(conformance_party_t *self) {
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, lock, self->count - 1));
        CHILD_OK(brood_lock_abandon(lock));
    } else {
        CHILD_STATUS(brood_lock_acquire(lock, BROOD_FOREVER), BROOD_EUNRECOVERABLE);
    }
    CHILD_STATUS(brood_lock_acquire(lock, 0), BROOD_EUNRECOVERABLE);
    CHILD_STATUS(brood_lock_release(lock), BROOD_ENOTOWNER);
    return 0;
}

/* The last party dies with the lock, and the others sleep: one of them is told, all get it. */
static int outlive_the_owner(conformance_party_t *self) {
    brood_lock_t *lock;
    place_t *place = self->place;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_lock_acquire(lock, 0));
        place->one = 1; /* and `other` would have followed */
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, lock, self->count - 1));
        conformance_die(self);
    }
    rv = brood_lock_acquire(lock, BROOD_FOREVER);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&place->told, 1);
        CHILD_CHECK(place->one == 1 && place->other == 0);
        place->other = 1;
        rv = APR_SUCCESS;
    }
    CHILD_OK(rv);
    CHILD_CHECK(place->one == place->other);
    place->one++;
    place->other++;
    CHILD_OK(brood_lock_release(lock));
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
    assert_int_equal(place->one, run->at->parties);
}

/* One that is killed while it waits takes nothing with it. */
static int outlive_a_waiter(conformance_party_t *self) {
    brood_lock_t *lock;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, lock, self->count - 1));
        conformance_kill(self, self->count - 1);
    } else {
        CHILD_OK(brood_lock_acquire(lock, BROOD_FOREVER));
    }
    place->one++;
    CHILD_OK(brood_lock_release(lock));
    return 0;
}

static void check_survivors(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, run->at->parties - run->at->dying);
}

/* ---- handles ------------------------------------------------------------------------ */

/* A party's handle is its own: the lock outlives all but the last. */
static int close_ones_own(conformance_party_t *self) {
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &lock));
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
        CHILD_STATUS(brood_lock_close(lock), BROOD_EBUSY);
        CHILD_OK(brood_lock_release(lock));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_lock_close(lock));
        CHILD_OK(brood_lock_close(lock));
        CHILD_STATUS(brood_lock_acquire(lock, 0), BROOD_ECLOSED);
        CHILD_CHECK(!brood_lock_locked(lock));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_lock_acquire(lock, 0));
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

/* ---- two locks ---------------------------------------------------------------------- */

/* `one` is guarded by the first, `other` by the second. Who moves something needs both. */
static int move_between(conformance_party_t *self) {
    brood_lock_t *lock, *second;
    place_t *place = self->place;
    long mine = (long)self->me + 1;
    CHILD_OK(BROOD_UNPACK(self->state, &lock, &second));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_OK(brood_lock_acquire(second, CONFORMANCE_LATE_US));
        CHILD_CHECK(place->one + place->other == 0);
        place->one += mine;
        place->other -= mine;
        /* In either order, and the first is free while the second is held. */
        CHILD_OK(brood_lock_release(i % 2 ? lock : second));
        CHILD_OK(brood_lock_release(i % 2 ? second : lock));
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
    brood_lock_t *lock, *second;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &lock, &second));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_lock_acquire(lock, 0));
        CHILD_OK(brood_lock_acquire(second, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        CHILD_CHECK(conformance_await_waiters(self, lock, 2));
        CHILD_CHECK(conformance_await_waiters(self, second, 2));
        conformance_die(self);
    }
    for (int i = 0; i < 2; i++) { /* two begin with the first lock, two with the second */
        brood_lock_t *next = (self->me + (unsigned)i) % 2 == 0 ? lock : second;
        apr_status_t rv = brood_lock_acquire(next, BROOD_FOREVER);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        if (rv == BROOD_EOWNERDEAD) {
            atomic_fetch_add(next == lock ? &place->told : &place->told_of_second, 1);
        }
        CHILD_OK(brood_lock_release(next));
    }
    return 0;
}

static void check_told_of_two(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->told), 1);
    assert_int_equal(atomic_load(&place->told_of_second), 1);
}

static const conformance_case_t cases[] = {
    {.name = "they exclude each other",
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
    {.name = "everyone who waits is served",
     .parties = 8,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = serve_all,
     .check = check_served},
    {.name = "the time ends a wait", .parties = 3, .setup = setup, .party = be_late},
    {.name = "the owner is the process",
     .parties = 2,
     .setup = setup,
     .party = release_anothers},
    {.name = "an abandoned lock is refused to all",
     .parties = 5,
     .setup = setup,
     .party = abandon},
    {.name = "the owner's death is told once",
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
    {.name = "two locks guard one sum",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = move_between,
     .check = check_moved},
    {.name = "the death of the owner of two is told for each",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup_two,
     .party = outlive_the_owner_of_two,
     .check = check_told_of_two,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
