/* Both widths: locks, semaphores, queues, values and blocks; and a death. */
#include "peers.h"

#include <apr_strings.h>
#include <string.h>

#define ROUNDS 20000
#define TURNS 2000
#define MESSAGES 400u
#define LARGE 300000u

/* ---- what the two do together ------------------------------------------------------------ */

typedef struct counts_t {
    uint64_t by_lock;
    uint64_t by_rlock;
} counts_t;

/* Plain numbers, which only the locks make right. */
static int count(brood_lock_t *lock, brood_rlock_t *rlock, counts_t *counts) {
    int i;

    for (i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_lock_acquire(lock, WIDTH_LATE));
        counts->by_lock++;
        CHILD_OK(brood_lock_release(lock));
        CHILD_OK(brood_rlock_acquire(rlock, WIDTH_LATE));
        CHILD_OK(brood_rlock_acquire(rlock, WIDTH_LATE));
        counts->by_rlock++;
        CHILD_OK(brood_rlock_release(rlock));
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

/* One gives the other its turn, and sleeps most of the time. */
static int take_turns(brood_semaphore_t *mine, brood_semaphore_t *theirs) {
    int i;

    for (i = 0; i < TURNS; i++) {
        CHILD_OK(brood_semaphore_acquire(mine, WIDTH_LATE));
        CHILD_OK(brood_semaphore_release(theirs, 1));
    }
    return 0;
}

/* Message number i: most lie in the ring, some in the space for large ones. */
static size_t fill(unsigned char *bytes, uint32_t i, unsigned mask) {
    size_t size = i % 50 == 49 ? LARGE + i : (size_t)i * 37 % 4000;
    size_t at;

    for (at = 0; at < size; at++) {
        bytes[at] = (unsigned char)((i + at) ^ mask);
    }
    return size;
}

/* ---- the peer's side --------------------------------------------------------------------- */

int width_peer_counts(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_block_t *block;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock, &rlock, &block));
    CHILD_CHECK(brood_block_size(block) == sizeof(counts_t));
    return count(lock, rlock, brood_block_data(block));
}

int width_peer_takes_turns(const brood_values_t *args, apr_pool_t *pool) {
    brood_semaphore_t *mine, *theirs;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &mine, &theirs));
    return take_turns(mine, theirs);
}

int width_peer_answers(const brood_values_t *args, apr_pool_t *pool) {
    unsigned char *got = apr_palloc(pool, LARGE + MESSAGES);
    unsigned char *wanted = apr_palloc(pool, LARGE + MESSAGES);
    brood_queue_t *there, *back;
    uint32_t i;

    CHILD_OK(BROOD_UNPACK(args, &there, &back));
    for (i = 0; i < MESSAGES; i++) {
        size_t size, filled = fill(wanted, i, 0);

        CHILD_OK(brood_queue_get_bytes(there, got, LARGE + MESSAGES, &size, WIDTH_LATE));
        CHILD_CHECK(size == filled && memcmp(got, wanted, size) == 0);
        size = fill(got, i, 0xffu);
        CHILD_OK(brood_queue_put_bytes(back, got, size, WIDTH_LATE));
    }
    return 0;
}

/* Takes everything there is, says so, and waits for its death. */
int width_peer_holds(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_semaphore_t *owned;
    brood_queue_t *held;
    int i;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock, &rlock, &owned, &held));
    CHILD_OK(brood_lock_acquire(lock, WIDTH_LATE));
    CHILD_OK(brood_rlock_acquire(rlock, WIDTH_LATE));
    for (i = 0; i < 3; i++) {
        CHILD_OK(brood_semaphore_acquire(owned, WIDTH_LATE));
    }
    CHILD_OK(brood_queue_put(held, BROOD_NO_ARGS, WIDTH_LATE));
    CHILD_OK(brood_semaphore_acquire(owned, BROOD_FOREVER));
    return 1;
}

/* The owner lives, and is not taken for dead. */
int width_peer_does_not_get_it(const brood_values_t *args, apr_pool_t *pool) {
    brood_lock_t *lock;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &lock));
    CHILD_STATUS(brood_lock_acquire(lock, 300000), APR_TIMEUP);
    return 0;
}

int width_peer_sees_values(const brood_values_t *args, apr_pool_t *pool) {
    int64_t least;
    uint64_t most;
    double real;
    const char *text;
    brood_bytes_t bytes;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(args, &least, &most, &real, &text, &bytes));
    CHILD_CHECK(least == INT64_MIN && most == UINT64_MAX);
    CHILD_CHECK(real > 0.1 - 1e-17 && real < 0.1 + 1e-17);
    CHILD_CHECK(strcmp(text, "Grüße") == 0);
    CHILD_CHECK(bytes.size == 3 && memcmp(bytes.data, "\0\xff\1", 3) == 0);
    return 0;
}

int width_peer_knows_the_name(const brood_values_t *args, apr_pool_t *pool) {
    const char *name;
    brood_block_t *block;
    uint64_t *numbers;

    CHILD_OK(BROOD_UNPACK(args, &name));
    CHILD_OK(brood_block_attach(&block, name, pool));
    CHILD_CHECK(brood_block_size(block) == 2 * sizeof *numbers);
    numbers = brood_block_data(block);
    CHILD_CHECK(numbers[0] == UINT64_C(0x0123456789abcdef));
    numbers[1] = ~numbers[0];
    CHILD_OK(brood_block_close(block));
    return 0;
}

/* ---- the first process ------------------------------------------------------------- */

void width_both_count_under_locks(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_block_t *block;
    brood_process_t *peer;
    const counts_t *counts;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_block_create(&block, sizeof *counts, test->pool));
    counts = brood_block_data(block);
    peer = width_start(WIDTH_COUNTS, BROOD_ARGS(lock, rlock, block), test);
    assert_int_equal(count(lock, rlock, brood_block_data(block)), 0);
    brood_test_join(peer, 0);
    assert_int_equal(counts->by_lock, 2 * ROUNDS);
    assert_int_equal(counts->by_rlock, 2 * ROUNDS);
}

void width_they_take_turns(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *mine, *theirs;
    brood_process_t *peer;
    uint32_t value;

    assert_success(brood_semaphore_create(&mine, 1, 0, test->pool));
    assert_success(brood_semaphore_create(&theirs, 0, 0, test->pool));
    peer = width_start(WIDTH_TAKES_TURNS, BROOD_ARGS(theirs, mine), test);
    assert_int_equal(take_turns(mine, theirs), 0);
    brood_test_join(peer, 0);
    assert_success(brood_semaphore_value(mine, &value));
    assert_int_equal(value, 1);
}

void width_messages_there_and_back(void **state) {
    brood_test_t *test = *state;
    unsigned char *put = apr_palloc(test->pool, LARGE + MESSAGES);
    unsigned char *got = apr_palloc(test->pool, LARGE + MESSAGES);
    brood_queue_t *there, *back;
    brood_process_t *peer;
    uint32_t i;

    assert_success(brood_queue_create(&there, NULL, test->pool));
    assert_success(brood_queue_create(&back, NULL, test->pool));
    peer = width_start(WIDTH_ANSWERS, BROOD_ARGS(there, back), test);
    for (i = 0; i < MESSAGES; i++) {
        size_t size = fill(put, i, 0);

        assert_success(brood_queue_put_bytes(there, put, size, WIDTH_LATE));
        if (i % 3 != 0) {
            continue; /* so that the queues hold more than one */
        }
        assert_success(
            brood_queue_get_bytes(back, got, LARGE + MESSAGES, &size, WIDTH_LATE));
        assert_int_equal(size, fill(put, i / 3, 0xffu));
        assert_memory_equal(got, put, size);
    }
    for (i = (MESSAGES + 2) / 3; i < MESSAGES; i++) {
        size_t size;

        assert_success(
            brood_queue_get_bytes(back, got, LARGE + MESSAGES, &size, WIDTH_LATE));
        assert_int_equal(size, fill(put, i, 0xffu));
        assert_memory_equal(got, put, size);
    }
    brood_test_join(peer, 0);
}

void width_a_peers_death_is_told(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    brood_semaphore_t *owned;
    brood_queue_t *held;
    brood_values_t *word;
    brood_process_t *peer;
    int64_t begin;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_semaphore_create(&owned, 3, BROOD_SEM_OWNED, test->pool));
    assert_success(brood_queue_create(&held, NULL, test->pool));
    peer = width_start(WIDTH_HOLDS, BROOD_ARGS(lock, rlock, owned, held), test);
    assert_success(brood_queue_get(held, &word, WIDTH_LATE, test->pool));
    assert_status(brood_lock_acquire(lock, 0), APR_TIMEUP);
    assert_status(brood_semaphore_acquire(owned, 0), APR_TIMEUP);
    begin = brood_test_now_us();
    assert_success(brood_process_kill(peer)); /* and nobody joins it */
    assert_status(brood_lock_acquire(lock, WIDTH_LATE), BROOD_EOWNERDEAD);
    assert_status(brood_rlock_acquire(rlock, WIDTH_LATE), BROOD_EOWNERDEAD);
    assert_success(brood_semaphore_acquire(owned, WIDTH_LATE));
    assert_true(brood_test_now_us() - begin < 3 * 200000);
    brood_test_join(peer, -9);
    assert_success(brood_lock_release(lock));
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_semaphore_release(owned, 1));
}

void width_a_living_owner_keeps_it(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_process_t *peer;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    peer = width_start(WIDTH_DOES_NOT_GET_IT, BROOD_ARGS(lock), test);
    brood_test_join(peer, 0);
    assert_success(brood_lock_release(lock));
}

void width_values_arrive(void **state) {
    brood_process_t *peer =
        width_start(WIDTH_SEES_VALUES,
                    BROOD_ARGS((int64_t)INT64_MIN, (uint64_t)UINT64_MAX, 0.1, "Grüße",
                               brood_bytes("\0\xff\1", 3)),
                    *state);

    brood_test_join(peer, 0);
}

void width_a_block_by_its_name(void **state) {
    brood_test_t *test = *state;
    const char *name =
        apr_psprintf(test->pool, "width_%lld", (long long)brood_current_pid());
    brood_block_t *block;
    uint64_t *numbers;

    assert_success(
        brood_block_create_named(&block, name, 2 * sizeof *numbers, NULL, test->pool));
    numbers = brood_block_data(block);
    numbers[0] = UINT64_C(0x0123456789abcdef);
    brood_test_join(width_start(WIDTH_KNOWS_THE_NAME, BROOD_ARGS(name), test), 0);
    assert_true(numbers[1] == ~numbers[0]);
    assert_success(brood_block_unlink(name));
}
