/* What the queue promises to those who wait, and what deaths and closed handles do to it. */
#include "conformance.h"
#include <string.h>

#define SHORT_US 20000
#define FULL 4

/* What a case's variant says of its queue. */
enum { ROOMY, NARROW };

typedef struct place_t {
    _Atomic int served;
    int told; /* guarded by the lock */
} place_t;

static void setup(conformance_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    brood_lock_t *lock;
    if (run->variant == NARROW) {
        options.max_items = FULL;
    }
    assert_success(brood_queue_create(&queue, &options, run->pool));
    assert_success(brood_lock_create(&lock, run->pool));
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue, lock));
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Party 0 puts when all others sleep: one message for each. */
static int serve_all(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        size_t size;
        CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &size, BROOD_FOREVER));
        atomic_fetch_add(&((place_t *)self->place)->served, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, queue, self->count - 1));
    for (uint32_t i = 1; i < self->count; i++) {
        CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, 0));
    }
    return 0;
}

static void check_served(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->served), run->at->parties - 1 - run->at->dying);
    assert_true(brood_queue_empty(run->mine));
}

/* Party 0 fills it, all others sleep for room, and party 0 takes as many as come. */
static int make_room_for_all(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    for (uint32_t i = 0; self->me == 0 && i < FULL; i++) {
        CHILD_OK(brood_queue_put_bytes(queue, &i, sizeof i, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_CHECK(brood_queue_full(queue));
        CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, BROOD_FOREVER));
        atomic_fetch_add(&((place_t *)self->place)->served, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, queue, self->count - 1));
    for (uint32_t i = 0; i < FULL + self->count - 1; i++) {
        uint32_t first;
        CHILD_OK(brood_queue_get_bytes(queue, &first, sizeof first, &size,
                                       CONFORMANCE_LATE_US));
        CHILD_CHECK(i < FULL ? size == sizeof first && first == i : size == 0);
    }
    return 0;
}

static int be_late(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    int64_t begin_us = brood_test_now_us();
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    CHILD_STATUS(brood_queue_get_bytes(queue, NULL, 0, &size, 0), APR_TIMEUP);
    CHILD_STATUS(brood_queue_get_bytes(queue, NULL, 0, &size, SHORT_US), APR_TIMEUP);
    CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; self->me == 0 && i < FULL; i++) {
        CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    begin_us = brood_test_now_us();
    CHILD_STATUS(brood_queue_put_bytes(queue, NULL, 0, 0), APR_TIMEUP);
    CHILD_STATUS(brood_queue_put_bytes(queue, NULL, 0, SHORT_US), APR_TIMEUP);
    CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    return 0;
}

static void check_full(conformance_t *run) {
    size_t left;
    assert_true(brood_queue_full(run->mine));
    assert_success(brood_queue_qsize(run->mine, &left));
    assert_int_equal(left, FULL);
}

/* Who has no room for it leaves it to another. */
static int leave_the_large_one(conformance_party_t *self) {
    static const char words[] = "more than eight bytes";
    char small[8], large[64];
    brood_queue_t *queue;
    brood_lock_t *lock;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    if (self->me == 0) {
        CHILD_OK(brood_queue_put_bytes(queue, words, sizeof words, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_STATUS(
            brood_queue_get_bytes(queue, small, sizeof small, &size, CONFORMANCE_LATE_US),
            BROOD_ETOOBIG);
        CHILD_CHECK(size == sizeof words);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_queue_get_bytes(queue, large, sizeof large, &size, 0));
        CHILD_CHECK(size == sizeof words && strcmp(large, words) == 0);
    }
    return 0;
}

/* ---- deaths ------------------------------------------------------------------------- */

/* The last party sleeps for a message as the others do, and is killed. */
static int outlive_a_consumer(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &size, BROOD_FOREVER));
        atomic_fetch_add(&((place_t *)self->place)->served, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, queue, self->count - 1));
    conformance_kill(self, self->count - 1);
    CHILD_CHECK(conformance_await_death(self, self->count - 1));
    for (uint32_t i = 1; i < self->count - 1; i++) {
        CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, 0));
    }
    return 0;
}

/* The last party sleeps for room as the others do, and is killed: its message never comes. */
static int outlive_a_producer(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    uint32_t number = self->me;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    for (uint32_t i = 0; self->me == 0 && i < FULL; i++) {
        CHILD_OK(brood_queue_put_bytes(queue, &number, sizeof number, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_queue_put_bytes(queue, &number, sizeof number, BROOD_FOREVER));
        atomic_fetch_add(&((place_t *)self->place)->served, 1);
        return 0;
    }
    CHILD_CHECK(conformance_await_waiters(self, queue, self->count - 1));
    conformance_kill(self, self->count - 1);
    CHILD_CHECK(conformance_await_death(self, self->count - 1));
    for (uint32_t i = 0; i < FULL + self->count - 2; i++) {
        CHILD_OK(brood_queue_get_bytes(queue, &number, sizeof number, &size,
                                       CONFORMANCE_LATE_US));
        CHILD_CHECK(i < FULL ? number == 0 : number > 0 && number < self->count - 1);
    }
    CHILD_STATUS(brood_queue_get_bytes(queue, &number, sizeof number, &size, 0),
                 APR_TIMEUP);
    return 0;
}

/* ---- handles ------------------------------------------------------------------------ */

static int close_ones_own(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_queue_put_bytes(queue, &self->me, sizeof self->me,
                                       CONFORMANCE_LATE_US));
        CHILD_OK(brood_queue_close(queue));
        CHILD_OK(brood_queue_close(queue));
        CHILD_STATUS(brood_queue_put_bytes(queue, NULL, 0, 0), BROOD_ECLOSED);
    }
    CHILD_CHECK(conformance_gate(self));
    for (uint32_t i = 1; self->me == 0 && i < self->count; i++) {
        uint32_t sender;
        CHILD_OK(brood_queue_get_bytes(queue, &sender, sizeof sender, &size, 0));
        CHILD_CHECK(sender > 0 && sender < self->count);
    }
    return 0;
}

/* ---- two objects -------------------------------------------------------------------- */

/* The one inside is killed while it holds the lock and waits for a message; the next has both. */
static int outlive_the_one_inside(conformance_party_t *self) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    uint32_t dies = self->count - 1;
    apr_status_t rv;
    size_t size;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &lock));
    if (self->me == dies) {
        CHILD_OK(brood_lock_acquire(lock, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == dies) {
        CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &size, BROOD_FOREVER));
        return 1; /* nothing was put */
    }
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, queue, 1));
        CHILD_CHECK(conformance_await_waiters(self, lock, self->count - 2));
        conformance_kill(self, dies);
        CHILD_CHECK(conformance_await_death(self, dies));
        for (uint32_t i = 1; i < dies; i++) {
            CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, 0));
        }
        return 0;
    }
    rv = brood_lock_acquire(lock, BROOD_FOREVER);
    CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
    ((place_t *)self->place)->told += rv == BROOD_EOWNERDEAD;
    CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &size, CONFORMANCE_LATE_US));
    CHILD_OK(brood_lock_release(lock));
    return 0;
}

static void check_told(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->told, 1);
    assert_true(brood_queue_empty(run->mine));
}

static const conformance_case_t cases[] = {
    {.name = "everyone who waits for a message gets one",
     .parties = 7,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = serve_all,
     .check = check_served},
    {.name = "everyone who waits for room gets it",
     .parties = 7,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = make_room_for_all,
     .check = check_served,
     .variant = NARROW},
    {.name = "the time ends a wait",
     .parties = 3,
     .setup = setup,
     .party = be_late,
     .check = check_full,
     .variant = NARROW},
    {.name = "what does not fit stays",
     .parties = 3,
     .setup = setup,
     .party = leave_the_large_one},
    {.name = "a waiting consumer's death costs nothing",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_consumer,
     .check = check_served,
     .dying = 1},
    {.name = "a waiting producer's death costs nothing",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_a_producer,
     .check = check_served,
     .variant = NARROW,
     .dying = 1},
    {.name = "a handle is closed for its owner",
     .parties = 3,
     .setup = setup,
     .party = close_ones_own,
     .own_handles = 1},
    {.name = "a queue and a lock whose owner dies",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = outlive_the_one_inside,
     .check = check_told,
     .dying = 1},
};
CONFORMANCE_MAIN(cases)
