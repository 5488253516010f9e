/* What a block promises, to processes of every kind and to threads. */
#include "conformance.h"

#include "os/name.h"
#include "traces.h"
#include <apr_strings.h>
#include <string.h>

#define ROUNDS 200 /* drd keeps a history of each word */
#define SIZE 5000

typedef struct place_t {
    _Atomic int made, refused, unlinked, missed, taken;
} place_t;

/* ---- memory ---- */

static void setup(conformance_t *run) {
    brood_block_t *block;
    assert_success(brood_block_create(&block, SIZE, run->pool));
    run->mine = block;
    conformance_args(run, BROOD_ARGS(block));
}

static int add_up(conformance_party_t *self) {
    brood_block_t *block;
    _Atomic uint32_t *words;
    CHILD_OK(BROOD_UNPACK(self->state, &block));
    CHILD_CHECK(brood_block_size(block) == SIZE);
    CHILD_CHECK(brood_block_name(block) == NULL);
    words = brood_block_data(block);
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        atomic_fetch_add(&words[i], self->me + 1);
    }
    return 0;
}

static void check_sum(conformance_t *run) {
    _Atomic uint32_t *words = brood_block_data(run->mine);
    uint32_t parties = run->at->parties;
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(atomic_load(&words[i]), parties * (parties + 1) / 2);
    }
}

/* Each closes its handle first, and uses its view. */
static int use_views(conformance_party_t *self) {
    brood_block_t *block;
    brood_block_view_t *view;
    _Atomic uint32_t *words;
    CHILD_OK(BROOD_UNPACK(self->state, &block));
    CHILD_OK(brood_block_view_create(&view, block, 400, 800, self->pool));
    CHILD_OK(brood_block_close(block));
    CHILD_CHECK(brood_block_data(block) == NULL);
    CHILD_CHECK(conformance_gate(self));
    words = brood_block_view_data(view);
    for (int i = 0; i < ROUNDS; i++) {
        atomic_fetch_add(&words[i % 200], 1);
    }
    CHILD_CHECK(conformance_gate(self));
    CHILD_CHECK(atomic_load(&words[0]) == self->count * ROUNDS / 200);
    CHILD_OK(brood_block_view_close(view));
    return 0;
}

/* The last party dies, and what it wrote stays. */
static int outlive_a_writer(conformance_party_t *self) {
    brood_block_t *block;
    _Atomic uint32_t *words;
    CHILD_OK(BROOD_UNPACK(self->state, &block));
    words = brood_block_data(block);
    if (self->me == self->count - 1) {
        for (int i = 0; i < SIZE / 4; i++) {
            atomic_store(&words[i], 7);
        }
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        conformance_die(self);
    }
    for (int i = 0; i < SIZE / 4; i++) {
        CHILD_CHECK(atomic_load(&words[i]) == 7);
    }
    return 0;
}

/* ---- two blocks and a lock ---- */

static void setup_two(conformance_t *run) {
    brood_block_t *one, *other;
    brood_lock_t *lock;
    assert_success(brood_block_create(&one, sizeof(long), run->pool));
    assert_success(brood_block_create_named(&other, NULL, sizeof(long), NULL, run->pool));
    assert_success(brood_lock_create(&lock, run->pool));
    run->mine = other;
    conformance_args(run, BROOD_ARGS(one, other, lock));
}

/* Plain memory in two blocks, guarded by one lock. */
static int move_between(conformance_party_t *self) {
    brood_block_t *one, *other;
    brood_lock_t *lock;
    long *from, *to;
    CHILD_OK(BROOD_UNPACK(self->state, &one, &other, &lock));
    from = brood_block_data(one);
    to = brood_block_data(other);
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_lock_acquire(lock, CONFORMANCE_LATE_US));
        CHILD_CHECK(*from + *to == 0);
        *from -= (long)self->me + 1;
        *to += (long)self->me + 1;
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static void check_moved(conformance_t *run) {
    const long *moved = brood_block_data(run->mine);
    long parties = (long)run->at->parties;
    assert_int_equal(*moved, ROUNDS * parties * (parties + 1) / 2);
    assert_success(brood_block_unlink(brood_block_name(run->mine)));
}

/* ---- names ---- */

static void setup_name(conformance_t *run) {
    static int number;
    const char *name = apr_psprintf(run->pool, "conf-%lx-%d",
                                    (unsigned long)brood_current_pid(), ++number);
    run->mine = (void *)(uintptr_t)name;
    conformance_args(run, BROOD_ARGS(name));
}

static void check_no_traces(conformance_t *run) {
    brood_block_t *block;
    assert_status(brood_block_attach(&block, run->mine, run->pool), APR_ENOENT);
    assert_int_equal(brood_test_traces(run->mine, run->pool), 0);
}

/* All make the same name at once: one does. All attach it, all unlink it: one does. */
static int make_at_once(conformance_party_t *self) {
    const char *name;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &name));
    for (int round = 1; round <= 20; round++) {
        brood_block_t *made, *block;
        CHILD_CHECK(conformance_gate(self));
        apr_status_t rv = brood_block_create_named(&made, name, SIZE, NULL, self->pool);
        CHILD_CHECK(rv == APR_SUCCESS || APR_STATUS_IS_EEXIST(rv));
        atomic_fetch_add(rv == APR_SUCCESS ? &place->made : &place->refused, 1);
        CHILD_CHECK(conformance_gate(self));
        CHILD_CHECK(atomic_load(&place->made) == round);
        CHILD_OK(brood_block_attach(&block, name, self->pool));
        atomic_fetch_add((_Atomic uint32_t *)brood_block_data(block), 1);
        CHILD_CHECK(conformance_gate(self));
        CHILD_CHECK(*(_Atomic uint32_t *)brood_block_data(block) == self->count);
        rv = brood_block_unlink(name);
        if (brood_os_names_persist()) {
            CHILD_CHECK(rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv));
            atomic_fetch_add(rv == APR_SUCCESS ? &place->unlinked : &place->missed, 1);
        }
        CHILD_OK(brood_block_close(block));
        if (made != NULL) {
            CHILD_OK(brood_block_close(made));
        }
    }
    return 0;
}

static void check_made(conformance_t *run) {
    place_t *place = run->place;
    int others = (int)run->at->parties - 1;
    assert_int_equal(atomic_load(&place->made), 20);
    assert_int_equal(atomic_load(&place->refused), 20 * others);
    if (brood_os_names_persist()) {
        assert_int_equal(atomic_load(&place->unlinked), 20);
        assert_int_equal(atomic_load(&place->missed), 20 * others);
    }
    check_no_traces(run);
}

/* The last party makes a name and dies. The others want it at once: one takes it over. */
static int take_over_at_once(conformance_party_t *self) {
    const char *name;
    brood_block_t *block = NULL;
    place_t *place = self->place;
    CHILD_OK(BROOD_UNPACK(self->state, &name));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_block_create_named(&block, name, SIZE, NULL, self->pool));
        memset(brood_block_data(block), 1, SIZE);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        conformance_die(self);
    }
    while (block == NULL && atomic_load(&place->made) == 0) {
        apr_status_t rv = brood_block_create_named(&block, name, SIZE, NULL, self->pool);
        CHILD_CHECK(rv == APR_SUCCESS || APR_STATUS_IS_EEXIST(rv));
    }
    if (block != NULL) {
        atomic_fetch_add(&place->made, 1);
        CHILD_CHECK(*(char *)brood_block_data(block) == 0);
        CONFORMANCE_AWAIT(self, atomic_load(&place->refused) == (int)self->count - 2);
        CHILD_OK(brood_block_unlink(name));
        return 0;
    }
    for (int i = 0; i < 100; i++) { /* and never a second one, while the first holds it */
        CHILD_STATUS(brood_block_create_named(&block, name, SIZE, NULL, self->pool),
                     APR_EEXIST);
    }
    atomic_fetch_add(&place->refused, 1);
    return 0;
}

static void check_taken_over(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->made), 1);
    check_no_traces(run);
}

/* The last party makes a name and dies; the others take it back at once: it counts once. */
static int reclaim_at_once(conformance_party_t *self) {
    const char *name;
    brood_block_t *block;
    place_t *place = self->place;
    apr_status_t rv = APR_SUCCESS;
    size_t count;
    CHILD_OK(BROOD_UNPACK(self->state, &name));
    if (self->me == self->count - 1) {
        CHILD_OK(brood_block_create_named(&block, name, SIZE, NULL, self->pool));
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == self->count - 1) {
        conformance_die(self);
    }
    while (rv == APR_SUCCESS) {
        CHILD_OK(brood_block_reclaim(name, &count));
        atomic_fetch_add(&place->taken, (int)count);
        rv = brood_block_attach(&block, name, self->pool);
        if (rv == APR_SUCCESS) {
            CHILD_OK(brood_block_close(block));
        }
    }
    CHILD_STATUS(rv, APR_ENOENT);
    return 0;
}

static void check_reclaimed(conformance_t *run) {
    place_t *place = run->place;
    assert_int_equal(atomic_load(&place->taken), brood_os_names_persist());
    check_no_traces(run);
}

/* Each has a name of its own and all use the same folder at once. */
static int make_ones_own(conformance_party_t *self) {
    const char *name;
    brood_block_t *block, *again;
    CHILD_OK(BROOD_UNPACK(self->state, &name));
    name = apr_psprintf(self->pool, "%s-%u", name, self->me);
    CHILD_CHECK(conformance_gate(self));
    for (int i = 0; i < 50; i++) {
        CHILD_OK(brood_block_create_named(&block, name, SIZE, NULL, self->pool));
        CHILD_OK(brood_block_attach(&again, name, self->pool));
        *(_Atomic uint32_t *)brood_block_data(block) = self->me + 1;
        CHILD_CHECK(*(_Atomic uint32_t *)brood_block_data(again) == self->me + 1);
        CHILD_OK(brood_block_unlink(name));
        CHILD_OK(brood_block_close(block));
        CHILD_OK(brood_block_close(again));
        CHILD_STATUS(brood_block_attach(&again, name, self->pool), APR_ENOENT);
    }
    return 0;
}

static const conformance_case_t cases[] = {
    {.name = "they share the memory",
     .parties = 4,
     .setup = setup,
     .party = add_up,
     .check = check_sum},
    {.name = "views outlive the handles",
     .parties = 4,
     .setup = setup,
     .party = use_views,
     .own_handles = 1},
    {.name = "a writer's death takes nothing away",
     .parties = 3,
     .setup = setup,
     .party = outlive_a_writer,
     .dying = 1},
    {.name = "two blocks under one lock",
     .parties = 4,
     .setup = setup_two,
     .party = move_between,
     .check = check_moved},
    {.name = "a name is made by one of all",
     .parties = 4,
     .place_size = sizeof(place_t),
     .setup = setup_name,
     .party = make_at_once,
     .check = check_made},
    {.name = "a dead maker's name goes to one of all",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup_name,
     .party = take_over_at_once,
     .check = check_taken_over,
     .dying = 1},
    {.name = "a dead maker's name is taken back once",
     .parties = 5,
     .place_size = sizeof(place_t),
     .setup = setup_name,
     .party = reclaim_at_once,
     .check = check_reclaimed,
     .dying = 1},
    {.name = "names do not get in each other's way",
     .parties = 4,
     .setup = setup_name,
     .party = make_ones_own,
     .check = check_no_traces},
};
CONFORMANCE_MAIN(cases)
