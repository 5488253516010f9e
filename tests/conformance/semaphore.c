/* What every kind of semaphore promises, to processes of every kind and to threads. */
#include "conformance.h"

#define ROUNDS CONFORMANCE_TIMES(400)
#define SHORT_US 20000
#define BUFFER 3u

enum { PLAIN, BOUNDED, OWNED_FEW, OWNED_MANY };

typedef struct place_t {
    long one, other; /* guarded by a semaphore of one permit */
    _Atomic int inside, most, served, refused;
    long buffer[BUFFER]; /* between producers and consumers */
    uint32_t put, got;
    _Atomic long sum;
} place_t;

/* A semaphore of the case's kind with so many permits. Of many, all but these are the first
 * process's, which looks on. */
#define MANY 40u

static brood_semaphore_t *make(conformance_t *run, uint32_t permits) {
    brood_semaphore_t *semaphore = NULL;
    switch (run->variant) {
    case PLAIN:
        assert_success(brood_semaphore_create(&semaphore, permits, 0, run->pool));
        break;
    case BOUNDED:
        assert_success(
            brood_semaphore_create_bounded(&semaphore, permits, permits, run->pool));
        break;
    case OWNED_FEW:
        assert_success(
            brood_semaphore_create(&semaphore, permits, BROOD_SEM_OWNED, run->pool));
        break;
    default:
        assert_success(
            brood_semaphore_create(&semaphore, MANY, BROOD_SEM_OWNED, run->pool));
        for (uint32_t i = permits; i < MANY; i++) {
            assert_success(brood_semaphore_acquire(semaphore, 0));
        }
        break;
    }
    run->mine = semaphore;
    return semaphore;
}

static void assert_value(conformance_t *run, uint32_t wanted) {
    uint32_t value;
    assert_success(brood_semaphore_value(run->mine, &value));
    assert_int_equal(value, wanted);
}

static void setup_one(conformance_t *run) {
    conformance_args(run, BROOD_ARGS(make(run, 1)));
}

/* All that there are, and none held. */
static void setup_free(conformance_t *run) {
    conformance_args(run, BROOD_ARGS(make(run, run->variant == OWNED_MANY ? MANY : 3)));
}

static void setup_three(conformance_t *run) {
    conformance_args(run, BROOD_ARGS(make(run, 3)));
}

/* ---- so many and no more ------------------------------------------------------------ */

/* One permit is a lock: what its holder wrote is what the next one sees. */
static int exclude(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, CONFORMANCE_LATE_US));
        CHILD_CHECK(place->one == place->other);
        place->one++;
        place->other++;
        CHILD_OK(brood_semaphore_release(semaphore, 1));
    }
    return 0;
}

static void check_excluded(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(place->one, (long)run->at->parties * ROUNDS);
    assert_int_equal(place->other, place->one);
    assert_value(run, 1);
}

static int share_three(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        int most = atomic_load(&place->most);
        int inside;
        CHILD_OK(brood_semaphore_acquire(semaphore, CONFORMANCE_LATE_US));
        inside = atomic_fetch_add(&place->inside, 1) + 1;
        while (inside > most &&
               !atomic_compare_exchange_weak(&place->most, &most, inside)) {}
        atomic_fetch_sub(&place->inside, 1);
        CHILD_OK(brood_semaphore_release(semaphore, 1));
    }
    return 0;
}

static void check_shared(conformance_t *run) {
    place_t *place = run->place;
    assert_in_range(atomic_load(&place->most), 1, 3);
    assert_value(run, 3);
}

/* Three parties and three permits: while each has one at most, one is free for who tries,
 * wherever it lies. */
static int try_for_ones_share(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < 10 * ROUNDS; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
        CHILD_OK(brood_semaphore_release(semaphore, 1));
    }
    return 0;
}

static void check_three(conformance_t *run) {
    assert_value(run, 3);
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Party 0 has all three until the others sleep; then they go on by threes. */
static int serve_all(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    for (int i = 0; self->me == 0 && i < 3; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, semaphore, self->count - 1));
        CHILD_CHECK(atomic_load(&place->served) == 0);
        CHILD_OK(brood_semaphore_release(semaphore, 3));
        return 0;
    }
    CHILD_OK(brood_semaphore_acquire(semaphore, BROOD_FOREVER));
    atomic_fetch_add(&place->served, 1);
    /* All three are used at once: each waits for two more, or for the last of all. */
    CONFORMANCE_AWAIT(self, atomic_load(&place->served) >= 3);
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    return 0;
}

static void check_served(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->served), run->at->parties - 1);
    assert_value(run, 3);
}

static int be_late(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    uint32_t value;
    int64_t begin_us;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    if (self->me == 0) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_semaphore_value(semaphore, &value));
        CHILD_CHECK(value == 0);
        CHILD_STATUS(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
        begin_us = brood_test_now_us();
        CHILD_STATUS(brood_semaphore_acquire(semaphore, SHORT_US), APR_TIMEUP);
        CHILD_CHECK(brood_test_now_us() - begin_us >= SHORT_US);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_semaphore_release(semaphore, 1));
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_OK(brood_semaphore_acquire(semaphore, CONFORMANCE_LATE_US));
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    return 0;
}

/* ---- ceilings ----------------------------------------------------------------------- */

static void setup_of_five(conformance_t *run) {
    brood_semaphore_t *semaphore;
    assert_success(brood_semaphore_create_bounded(&semaphore, 0, 5, run->pool));
    run->mine = semaphore;
    conformance_args(run, BROOD_ARGS(semaphore));
}

/* Each gives two, and there is room for two of them: all or nothing. */
static int give_two(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    for (int i = 0; i < 20; i++) {
        CHILD_CHECK(conformance_gate(self));
        rv = brood_semaphore_release(semaphore, 2);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOVERRELEASE);
        atomic_fetch_add(rv == APR_SUCCESS ? &place->served : &place->refused, 1);
        CHILD_CHECK(conformance_gate(self));
        for (int k = 0; self->me == 0 && k < 4; k++) {
            CHILD_OK(brood_semaphore_acquire(semaphore, 0));
        }
    }
    return 0;
}

static void check_given(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->served), 2 * 20);
    assert_int_equal(atomic_load(&place->refused), ((int)run->at->parties - 2) * 20);
    assert_value(run, 0);
}

/* ---- a killed waiter ---------------------------------------------------------------- */

static int outlive_a_waiter(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    if (self->me == 0) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_CHECK(conformance_await_waiters(self, semaphore, self->count - 1));
        conformance_kill(self, self->count - 1);
    } else {
        CHILD_OK(brood_semaphore_acquire(semaphore, BROOD_FOREVER));
    }
    atomic_fetch_add(&place->served, 1);
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    return 0;
}

static void check_survivors(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->served), run->at->parties - run->at->dying);
    assert_value(run, 1);
}

/* ---- handles ------------------------------------------------------------------------ */

static int close_ones_own(conformance_party_t *self) {
    brood_semaphore_t *semaphore;
    uint32_t value;
    CHILD_OK(BROOD_UNPACK(self->state, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    if (self->me != 0) {
        CHILD_OK(brood_semaphore_close(semaphore));
        CHILD_OK(brood_semaphore_close(semaphore));
        CHILD_STATUS(brood_semaphore_acquire(semaphore, 0), BROOD_ECLOSED);
        CHILD_STATUS(brood_semaphore_value(semaphore, &value), BROOD_ECLOSED);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_semaphore_acquire(semaphore, 0));
        CHILD_OK(brood_semaphore_release(semaphore, 1));
    }
    return 0;
}

/* ---- two semaphores and a lock ------------------------------------------------------ */

static void setup_buffer(conformance_t *run) {
    brood_semaphore_t *room, *items;
    brood_lock_t *lock;
    assert_success(brood_semaphore_create_bounded(&room, BUFFER, BUFFER, run->pool));
    assert_success(brood_semaphore_create_bounded(&items, 0, BUFFER, run->pool));
    assert_success(brood_lock_create(&lock, run->pool));
    run->mine = room;
    conformance_args(run, BROOD_ARGS(room, items, lock));
}

/* Two produce, two consume, through a buffer of three places that is never over- or underrun. */
static int produce_or_consume(conformance_party_t *self) {
    brood_semaphore_t *room, *items;
    brood_lock_t *lock;
    place_t *place = self->place;
    int produces = self->me % 2 == 0;
    CHILD_OK(BROOD_UNPACK(self->state, &room, &items, &lock));
    CHILD_CHECK(conformance_gate(self));
    for (long i = 1; i <= ROUNDS; i++) {
        CHILD_OK(brood_semaphore_acquire(produces ? room : items, CONFORMANCE_LATE_US));
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        if (produces) {
            CHILD_CHECK(place->put - place->got < BUFFER);
            place->buffer[place->put++ % BUFFER] = i;
        } else {
            CHILD_CHECK(place->put - place->got > 0);
            atomic_fetch_add(&place->sum, place->buffer[place->got++ % BUFFER]);
        }
        CHILD_OK(brood_lock_release(lock));
        CHILD_OK(brood_semaphore_release(produces ? items : room, 1));
    }
    return 0;
}

static void check_consumed(conformance_t *run) {
    place_t *place = run->place;
    long each = (long)ROUNDS * (ROUNDS + 1) / 2;
    assert_int_equal(atomic_load(&place->sum), each * (long)run->at->parties / 2);
    assert_value(run, BUFFER);
}

#define FOR_EACH_KIND(CASE)                                                        \
    CASE("plain", PLAIN), CASE("bounded", BOUNDED), CASE("owned, few", OWNED_FEW), \
        CASE("owned, many", OWNED_MANY)

#define EXCLUDE(words, kind)                                                 \
    {                                                                        \
        .name = words ": one permit is a lock", .parties = 4,                \
        .place_size = sizeof(place_t), .setup = setup_one, .party = exclude, \
        .check = check_excluded, .variant = (kind)                           \
    }
#define SHARE(words, kind)                                                         \
    {                                                                              \
        .name = words ": no more than three are inside", .parties = 6,             \
        .place_size = sizeof(place_t), .setup = setup_three, .party = share_three, \
        .check = check_shared, .variant = (kind)                                   \
    }
#define TRY(words, kind)                                                         \
    {                                                                            \
        .name = words ": a free permit is found by trying", .parties = 3,        \
        .setup = setup_three, .party = try_for_ones_share, .check = check_three, \
        .variant = (kind)                                                        \
    }
#define SERVE(words, kind)                                                       \
    {                                                                            \
        .name = words ": everyone who waits is served", .parties = 8,            \
        .place_size = sizeof(place_t), .setup = setup_three, .party = serve_all, \
        .check = check_served, .variant = (kind)                                 \
    }
#define LATE(words, kind)                                                         \
    {                                                                             \
        .name = words ": the time ends a wait", .parties = 3, .setup = setup_one, \
        .party = be_late, .variant = (kind)                                       \
    }
#define OUTLIVE(words, kind)                                                          \
    {                                                                                 \
        .name = words ": a waiter's death costs nothing", .parties = 4,               \
        .place_size = sizeof(place_t), .setup = setup_one, .party = outlive_a_waiter, \
        .check = check_survivors, .variant = (kind), .dying = 1                       \
    }
#define CLOSE(words, kind)                                                \
    {                                                                     \
        .name = words ": a handle is closed for its owner", .parties = 3, \
        .setup = setup_free, .party = close_ones_own, .variant = (kind),  \
        .own_handles = 1                                                  \
    }

static const conformance_case_t cases[] = {
    FOR_EACH_KIND(EXCLUDE),
    FOR_EACH_KIND(SHARE),
    FOR_EACH_KIND(TRY),
    FOR_EACH_KIND(SERVE),
    FOR_EACH_KIND(LATE),
    FOR_EACH_KIND(OUTLIVE),
    FOR_EACH_KIND(CLOSE),
    {.name = "releases race for the ceiling, all or nothing",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_of_five,
     .party = give_two,
     .check = check_given},
    {.name = "two semaphores and a lock make a bounded buffer",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_buffer,
     .party = produce_or_consume,
     .check = check_consumed},
};
CONFORMANCE_MAIN(cases)
