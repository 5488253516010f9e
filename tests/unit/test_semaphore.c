/* Semaphores: taking and giving, ceilings, timeouts, waking, threads and processes. What is
 * special about those that know their holders is in test_semaphore_owned.c. */
#include "methods.h"

#include "object.h"
#include "os/clock.h"
#include "waiter.h"
#include <apr_thread_proc.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static uint32_t value_of(brood_semaphore_t *semaphore) {
    uint32_t value = 4711;
    assert_success(brood_semaphore_value(semaphore, &value));
    return value;
}

/* Waits until so many threads, of whatever process, sleep in it. */
static void await_sleepers(brood_semaphore_t *semaphore, uint32_t count) {
    const brood__hold_t *hold = &((brood__object_t *)semaphore)->hold;
    brood_os_word_t event = brood__segment_word(hold->segment, &hold->cell->own.words[0]);
    int64_t end_us = brood_test_now_us() + LATE;
    while (brood__waiters_count(&event, UINT64_MAX) < count) {
        assert_true(brood_test_now_us() < end_us);
        brood_os_yield();
    }
}

/* ---- one thread ---- */

static void it_counts(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_success(brood_semaphore_create(&semaphore, 3, 0, test->pool));
    assert_int_equal(value_of(semaphore), 3);
    assert_success(brood_semaphore_acquire(semaphore, 0));
    assert_success(brood_semaphore_acquire(semaphore, BROOD_FOREVER));
    assert_int_equal(value_of(semaphore), 1);
    assert_success(brood_semaphore_acquire(semaphore, SOON));
    assert_int_equal(value_of(semaphore), 0);
    assert_status(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
    assert_success(brood_semaphore_release(semaphore, 1));
    assert_int_equal(value_of(semaphore), 1);
    assert_success(brood_semaphore_release(semaphore, 5));
    assert_int_equal(value_of(semaphore), 6);
    assert_int_equal(brood_semaphore_held(semaphore), 0);
    assert_success(brood_semaphore_close(semaphore));
}

static void one_of_nothing_makes_wait_at_once(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;
    int64_t begin_us;

    assert_success(brood_semaphore_create(&semaphore, 0, 0, test->pool));
    assert_status(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
    begin_us = brood_test_now_us();
    assert_status(brood_semaphore_acquire(semaphore, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin_us >= SOON);
    assert_int_equal(value_of(semaphore), 0);
    assert_success(brood_semaphore_release(semaphore, 1));
    assert_success(brood_semaphore_acquire(semaphore, BROOD_FOREVER));
}

static void who_has_taken_nothing_may_release(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_success(brood_semaphore_create(&semaphore, 1, 0, test->pool));
    assert_success(brood_semaphore_release(semaphore, 1));
    assert_int_equal(value_of(semaphore), 2);
}

static void it_does_not_overflow(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_success(
        brood_semaphore_create(&semaphore, BROOD_SEM_VALUE_MAX - 1, 0, test->pool));
    assert_status(brood_semaphore_release(semaphore, 2), BROOD_EOVERRELEASE);
    assert_status(brood_semaphore_release(semaphore, UINT32_MAX), BROOD_EOVERRELEASE);
    assert_int_equal(value_of(semaphore), BROOD_SEM_VALUE_MAX - 1);
    assert_success(brood_semaphore_release(semaphore, 1));
    assert_status(brood_semaphore_release(semaphore, 1), BROOD_EOVERRELEASE);
    assert_int_equal(value_of(semaphore), BROOD_SEM_VALUE_MAX);
    assert_success(brood_semaphore_acquire(semaphore, 0));
    assert_int_equal(value_of(semaphore), BROOD_SEM_VALUE_MAX - 1);
}

static void a_bounded_one_has_a_ceiling(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_success(brood_semaphore_create_bounded(&semaphore, 1, 3, test->pool));
    assert_success(brood_semaphore_release(semaphore, 2));
    assert_status(brood_semaphore_release(semaphore, 1), BROOD_EOVERRELEASE);
    assert_detail("3");
    assert_success(brood_semaphore_acquire(semaphore, 0));
    assert_status(brood_semaphore_release(semaphore, 2), BROOD_EOVERRELEASE);
    assert_int_equal(value_of(semaphore), 2);
    assert_status(brood_semaphore_release(semaphore, UINT32_MAX), BROOD_EOVERRELEASE);
    assert_success(brood_semaphore_release(semaphore, 1));
    assert_int_equal(value_of(semaphore), 3);
}

static void wrong_numbers_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_status(
        brood_semaphore_create(&semaphore, BROOD_SEM_VALUE_MAX + 1u, 0, test->pool),
        APR_EINVAL);
    assert_detail("2147483648");
    assert_null(semaphore);
    assert_status(brood_semaphore_create(&semaphore, 1, 2, test->pool), APR_EINVAL);
    assert_detail("flags");
    assert_null(semaphore);
    assert_status(brood_semaphore_create_bounded(&semaphore, 0, 0, test->pool),
                  APR_EINVAL);
    assert_detail("ceiling");
    assert_status(brood_semaphore_create_bounded(&semaphore, 0, 0x80000000u, test->pool),
                  APR_EINVAL);
    assert_status(brood_semaphore_create_bounded(&semaphore, 4, 3, test->pool),
                  APR_EINVAL);
    assert_detail("4");
    assert_null(semaphore);
    assert_success(brood_semaphore_create(&semaphore, 1, 0, test->pool));
    assert_status(brood_semaphore_release(semaphore, 0), APR_EINVAL);
    assert_detail("count");
    assert_int_equal(value_of(semaphore), 1);
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_semaphore_t *semaphore;
    uint32_t value = 4711;

    assert_success(brood_semaphore_create(&semaphore, 1, 0, test->pool));
    assert_success(brood_semaphore_acquire(semaphore, 0));
    assert_success(brood_semaphore_close(semaphore));
    assert_success(brood_semaphore_close(semaphore));
    assert_status(brood_semaphore_acquire(semaphore, 0), BROOD_ECLOSED);
    assert_detail("semaphore");
    assert_status(brood_semaphore_release(semaphore, 1), BROOD_ECLOSED);
    assert_status(brood_semaphore_value(semaphore, &value), BROOD_ECLOSED);
    assert_int_equal(value, 0);
    assert_int_equal(brood_semaphore_held(semaphore), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(semaphore), NULL, test->pool),
        APR_EINVAL);
    assert_null(process);
}

static void null_is_an_error(void **state) {
    uint32_t value = 4711;
    (void)state;
    assert_status(brood_semaphore_acquire(NULL, 0), APR_EINVAL);
    assert_detail("semaphore");
    assert_status(brood_semaphore_release(NULL, 1), APR_EINVAL);
    assert_status(brood_semaphore_value(NULL, &value), APR_EINVAL);
    assert_int_equal(value, 0);
    assert_status(brood_semaphore_close(NULL), APR_EINVAL);
    assert_int_equal(brood_semaphore_held(NULL), 0);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;
    apr_pool_t *pool;

    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_semaphore_create(&semaphore, i, 0, pool));
        assert_int_equal(value_of(semaphore), i); /* whatever its cell was before */
        apr_pool_destroy(pool);
    }
}

/* ---- threads of one process ---- */

#define THREADS 4

typedef struct users_t {
    brood_semaphore_t *semaphore;
    _Atomic int inside, most, failed;
} users_t;

static void *APR_THREAD_FUNC use(apr_thread_t *thread, void *data) {
    users_t *users = data;
    (void)thread;
    for (int i = 0; i < 3000; i++) {
        int inside, most;
        if (brood_semaphore_acquire(users->semaphore, LATE) != APR_SUCCESS) {
            atomic_fetch_add(&users->failed, 1);
            return NULL;
        }
        inside = atomic_fetch_add(&users->inside, 1) + 1;
        most = atomic_load(&users->most);
        while (inside > most &&
               !atomic_compare_exchange_weak(&users->most, &most, inside)) {}
        if (i % 16 == 0) {
            apr_thread_yield();
        }
        atomic_fetch_sub(&users->inside, 1);
        if (brood_semaphore_release(users->semaphore, 1) != APR_SUCCESS) {
            atomic_fetch_add(&users->failed, 1);
        }
    }
    return NULL;
}

static void no_more_than_so_many_are_inside(void **state) {
    brood_test_t *test = *state;
    apr_thread_t *threads[THREADS];
    apr_status_t result;
    users_t users = {NULL, 0, 0, 0};

    assert_success(brood_semaphore_create_bounded(&users.semaphore, 2, 2, test->pool));
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(apr_thread_create(&threads[i], NULL, use, &users, test->pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_int_equal(users.failed, 0);
    assert_in_range(users.most, 1, 2);
    assert_int_equal(value_of(users.semaphore), 2);
    assert_success(brood_semaphore_close(users.semaphore));
}

static void *APR_THREAD_FUNC take_one(apr_thread_t *thread, void *data) {
    users_t *users = data;
    (void)thread;
    if (brood_semaphore_acquire(users->semaphore, LATE) != APR_SUCCESS) {
        atomic_fetch_add(&users->failed, 1);
    }
    atomic_fetch_add(&users->inside, 1);
    return NULL;
}

static void await_inside(users_t *users, int count) {
    int64_t end_us = brood_test_now_us() + LATE;
    while (atomic_load(&users->inside) < count) {
        assert_true(brood_test_now_us() < end_us);
        apr_thread_yield();
    }
}

/* A release of n lets n of them go on, and no more. */
static void a_release_of_many_wakes_as_many(void **state) {
    brood_test_t *test = *state;
    apr_thread_t *threads[THREADS];
    apr_status_t result;
    users_t users = {NULL, 0, 0, 0};

    assert_success(brood_semaphore_create(&users.semaphore, 0, 0, test->pool));
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, take_one, &users, test->pool),
            APR_SUCCESS);
    }
    await_sleepers(users.semaphore, THREADS);
    assert_int_equal(atomic_load(&users.inside), 0);
    assert_status(brood_semaphore_close(users.semaphore), BROOD_EBUSY);
    assert_success(brood_semaphore_release(users.semaphore, 3));
    await_inside(&users, 3);
    await_sleepers(users.semaphore, 1);
    assert_int_equal(atomic_load(&users.inside), 3);
    assert_int_equal(value_of(users.semaphore), 0);
    assert_success(brood_semaphore_release(users.semaphore, 1));
    for (int i = 0; i < THREADS; i++) {
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_int_equal(users.failed, 0);
    assert_int_equal(value_of(users.semaphore), 0);
    assert_success(brood_semaphore_close(users.semaphore));
}

/* ---- processes ---- */

/* Says that it is there, takes a permit, says so, and ends, with or without releasing it. */
static int take_and_tell(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *semaphore;
    brood_connection_t *connection;
    int give;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &semaphore, &connection, &give));
    CHILD_OK(brood_semaphore_acquire(semaphore, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, "t", 1, LATE));
    if (give != 0) {
        CHILD_OK(brood_semaphore_release(semaphore, (uint32_t)give));
    }
    return 0;
}

static void await_taken(brood_connection_t *connection) {
    char word;
    size_t size;
    assert_success(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
}

static void a_child_waits_for_its_parent(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;
    brood_connection_t *mine, *theirs;
    brood_process_t *child;

    assert_success(brood_semaphore_create(&semaphore, 0, 0, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    child = brood_test_start(take_and_tell, BROOD_ARGS(semaphore, theirs, 3), test);
    await_sleepers(semaphore, 1);
    assert_success(brood_semaphore_release(semaphore, 1));
    await_taken(mine);
    brood_test_join(child, 0);
    assert_int_equal(value_of(semaphore), 3);
}

/* As in POSIX: a number does not know whose it was. */
static void a_plain_permit_dies_with_its_holder(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;
    brood_connection_t *mine, *theirs;
    brood_process_t *child;

    assert_success(brood_semaphore_create(&semaphore, 2, 0, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    child = brood_test_start(take_and_tell, BROOD_ARGS(semaphore, theirs, 0), test);
    await_taken(mine);
    brood_test_join(child, 0);
    assert_int_equal(value_of(semaphore), 1);
}

/* The wake-up that a killed sleeper took with it is made up for. */
static void a_dead_sleeper_does_not_keep_the_permit(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;
    brood_connection_t *mine, *theirs;
    brood_process_t *first, *second;

    assert_success(brood_semaphore_create(&semaphore, 0, 0, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    first = brood_test_start(take_and_tell, BROOD_ARGS(semaphore, theirs, 0), test);
    await_sleepers(semaphore, 1);
    second = brood_test_start(take_and_tell, BROOD_ARGS(semaphore, theirs, 0), test);
    await_sleepers(semaphore, 2);
    assert_success(brood_process_kill(first));
    brood_test_join(first, -9);
    assert_success(brood_semaphore_release(semaphore, 1));
    await_taken(mine);
    brood_test_join(second, 0);
    assert_int_equal(value_of(semaphore), 0);
}

static int give_too_much(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *bounded, *plain;
    uint32_t value;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &bounded, &plain));
    CHILD_STATUS(brood_semaphore_release(bounded, 1), BROOD_EOVERRELEASE);
    CHILD_OK(brood_semaphore_acquire(bounded, 0));
    CHILD_OK(brood_semaphore_acquire(plain, 0));
    CHILD_STATUS(brood_semaphore_acquire(plain, 0), APR_TIMEUP);
    CHILD_OK(brood_semaphore_value(bounded, &value));
    CHILD_CHECK(value == 1);
    return 0;
}

static void a_child_is_held_to_the_ceiling(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *bounded, *plain;

    assert_success(brood_semaphore_create_bounded(&bounded, 2, 2, test->pool));
    assert_success(brood_semaphore_create(&plain, 1, 0, test->pool));
    brood_test_join(brood_test_start(give_too_much, BROOD_ARGS(bounded, plain), test), 0);
    assert_int_equal(value_of(bounded), 1);
    assert_int_equal(value_of(plain), 0);
}

/* Two semaphores and a lock around a buffer of two places: the documents' producer and
 * consumer. */
static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *room, *items;
    brood_queue_t *buffer;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &room, &items, &buffer));
    for (int i = 0; i < 500; i++) {
        CHILD_OK(brood_semaphore_acquire(room, LATE));
        CHILD_OK(brood_queue_put(buffer, BROOD_ARGS(i), 0)); /* there is room */
        CHILD_OK(brood_semaphore_release(items, 1));
    }
    return 0;
}

static void two_make_a_bounded_buffer(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_semaphore_t *room, *items;
    brood_queue_t *buffer;
    brood_process_t *producer;

    options.max_items = 2;
    assert_success(brood_semaphore_create(&room, 2, 0, test->pool));
    assert_success(brood_semaphore_create(&items, 0, 0, test->pool));
    assert_success(brood_queue_create(&buffer, &options, test->pool));
    producer = brood_test_start(produce, BROOD_ARGS(room, items, buffer), test);
    for (int i = 0; i < 500; i++) {
        brood_values_t *values;
        int number = -1;
        assert_success(brood_semaphore_acquire(items, LATE));
        assert_success(brood_queue_get(buffer, &values, 0, test->pool)); /* it is there */
        assert_success(BROOD_UNPACK(values, &number));
        assert_int_equal(number, i);
        assert_success(brood_semaphore_release(room, 1));
    }
    brood_test_join(producer, 0);
    assert_int_equal(value_of(room), 2);
    assert_int_equal(value_of(items), 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(it_counts),
    BROOD_TEST(one_of_nothing_makes_wait_at_once),
    BROOD_TEST(who_has_taken_nothing_may_release),
    BROOD_TEST(it_does_not_overflow),
    BROOD_TEST(a_bounded_one_has_a_ceiling),
    BROOD_TEST(wrong_numbers_are_refused),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(no_more_than_so_many_are_inside),
    BROOD_TEST(a_release_of_many_wakes_as_many),
    BROOD_TEST(a_child_waits_for_its_parent),
    BROOD_TEST(a_plain_permit_dies_with_its_holder),
    BROOD_TEST(a_dead_sleeper_does_not_keep_the_permit),
    BROOD_TEST(a_child_is_held_to_the_ceiling),
    BROOD_TEST(two_make_a_bounded_buffer),
};

BROOD_TEST_MAIN(tests)
