/* Events: set, clear, waiting, threads, processes, and what a death costs. */
#include "methods.h"

#include "waiting.h"
#include <apr_thread_proc.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* ---- one thread ---- */

static void a_fresh_one_is_clear(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;
    int64_t begin_us;

    assert_success(brood_event_create(&event, test->pool));
    assert_int_equal(brood_event_is_set(event), 0);
    assert_status(brood_event_wait(event, 0), APR_TIMEUP);
    begin_us = brood_test_now_us();
    assert_status(brood_event_wait(event, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin_us >= SOON);
    assert_success(brood_event_close(event));
}

static void it_stays_set_until_it_is_cleared(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;

    assert_success(brood_event_create(&event, test->pool));
    for (int round = 0; round < 3; round++) {
        assert_success(brood_event_set(event));
        assert_success(brood_event_set(event));
        assert_int_equal(brood_event_is_set(event), 1);
        assert_success(brood_event_wait(event, 0));
        assert_success(brood_event_wait(event, BROOD_FOREVER));
        assert_success(brood_event_wait(event, SOON));
        assert_int_equal(brood_event_is_set(event), 1);
        assert_success(brood_event_clear(event));
        assert_success(brood_event_clear(event));
        assert_int_equal(brood_event_is_set(event), 0);
        assert_status(brood_event_wait(event, 0), APR_TIMEUP);
        assert_status(brood_event_wait(event, 1000), APR_TIMEUP);
    }
}

/* Nor does any other object's wait whose time is over. */
static void a_late_one_has_no_older_failures_words(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;
    brood_semaphore_t *semaphore;
    brood_barrier_t *barrier;
    brood_condition_t *condition;
    brood_lock_t *lock;
    brood_queue_t *queue;
    size_t size;

    assert_success(brood_event_create(&event, test->pool));
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    assert_success(brood_semaphore_create(&semaphore, 0, 0, test->pool));
    assert_success(brood_barrier_create(&barrier, 2, NULL, BROOD_FOREVER, test->pool));
    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_lock_acquire(lock, 0));
    for (int kind = 0; kind < 6; kind++) {
        assert_status(brood_event_wait(NULL, 0), APR_EINVAL);
        assert_detail("event");
        assert_status(kind == 0   ? brood_event_wait(event, 0)
                      : kind == 1 ? brood_semaphore_acquire(semaphore, 0)
                      : kind == 2 ? brood_barrier_wait(barrier, 0, NULL)
                      : kind == 3 ? brood_condition_wait(condition, 0)
                      : kind == 4 ? brood_queue_get_bytes(queue, NULL, 0, &size, 0)
                                  : brood_lock_acquire(lock, 0),
                      APR_TIMEUP);
        assert_string_equal(brood_error_detail(), "");
    }
    assert_success(brood_lock_release(lock));
    assert_success(brood_condition_release(condition));
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;
    brood_process_t *process;

    assert_success(brood_event_create(&event, test->pool));
    assert_success(brood_event_set(event));
    assert_success(brood_event_close(event));
    assert_success(brood_event_close(event));
    assert_status(brood_event_wait(event, 0), BROOD_ECLOSED);
    assert_detail("event");
    assert_status(brood_event_set(event), BROOD_ECLOSED);
    assert_status(brood_event_clear(event), BROOD_ECLOSED);
    assert_int_equal(brood_event_is_set(event), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(event), NULL, test->pool),
        APR_EINVAL);
    assert_null(process);
}

static void null_is_an_error(void **state) {
    (void)state;
    assert_status(brood_event_wait(NULL, 0), APR_EINVAL);
    assert_detail("event");
    assert_status(brood_event_set(NULL), APR_EINVAL);
    assert_status(brood_event_clear(NULL), APR_EINVAL);
    assert_status(brood_event_close(NULL), APR_EINVAL);
    assert_int_equal(brood_event_is_set(NULL), 0);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *pool;
    brood_event_t *event;

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_event_create(&event, pool));
        assert_int_equal(brood_event_is_set(event), 0); /* whatever its cell was before */
        assert_success(brood_event_set(event));
        apr_pool_destroy(pool);
    }
}

static void many_are_independent(void **state) {
    brood_test_t *test = *state;
    brood_event_t *events[100];

    for (int i = 0; i < 100; i++) {
        assert_success(brood_event_create(&events[i], test->pool));
    }
    for (int i = 0; i < 100; i += 3) {
        assert_success(brood_event_set(events[i]));
    }
    for (int i = 0; i < 100; i++) {
        assert_status(brood_event_wait(events[i], 0),
                      i % 3 == 0 ? APR_SUCCESS : APR_TIMEUP);
    }
}

/* ---- threads of one process ---- */

#define THREADS 5

typedef struct one_t {
    brood_event_t *event;
    apr_thread_t *thread;
    apr_status_t result;
} one_t;

typedef struct waiting_t {
    brood_event_t *event;
    one_t each[THREADS];
} waiting_t;

static void *APR_THREAD_FUNC wait_in_thread(apr_thread_t *thread, void *data) {
    one_t *one = data;
    (void)thread;
    one->result = brood_event_wait(one->event, LATE);
    return NULL;
}

static void start_waiting(waiting_t *all, brood_test_t *test) {
    assert_success(brood_event_create(&all->event, test->pool));
    for (int i = 0; i < THREADS; i++) {
        all->each[i].event = all->event;
        assert_int_equal(apr_thread_create(&all->each[i].thread, NULL, wait_in_thread,
                                           &all->each[i], test->pool),
                         APR_SUCCESS);
    }
    assert_true(brood_test_await_waiters(all->event, THREADS));
}

static void end_waiting(waiting_t *all) {
    for (int i = 0; i < THREADS; i++) {
        apr_status_t result;
        (void)apr_thread_join(&result, all->each[i].thread);
        assert_int_equal(all->each[i].result, APR_SUCCESS);
    }
    assert_int_equal(brood_test_waiters_in(all->event), 0);
    assert_success(brood_event_close(all->event));
}

static void a_set_wakes_all(void **state) {
    waiting_t all;
    start_waiting(&all, *state);
    assert_success(brood_event_set(all.event));
    end_waiting(&all);
}

static void a_set_and_a_clear_wake_all_who_waited(void **state) {
    waiting_t all;
    start_waiting(&all, *state);
    assert_success(brood_event_set(all.event));
    assert_success(brood_event_clear(all.event));
    assert_status(brood_event_wait(all.event, 0), APR_TIMEUP);
    end_waiting(&all);
}

static void a_clear_wakes_nobody(void **state) {
    waiting_t all;
    start_waiting(&all, *state);
    assert_success(brood_event_clear(all.event));
    assert_status(brood_event_wait(all.event, SOON), APR_TIMEUP);
    assert_int_equal(brood_test_waiters_in(all.event), THREADS);
    assert_success(brood_event_set(all.event));
    end_waiting(&all);
}

static void nobody_closes_it_while_a_thread_waits(void **state) {
    waiting_t all;
    start_waiting(&all, *state);
    assert_status(brood_event_close(all.event), BROOD_EBUSY);
    assert_detail("event");
    assert_success(brood_event_set(all.event));
    end_waiting(&all);
}

/* ---- processes ---- */

static int wait_for_it(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &event));
    CHILD_OK(brood_event_wait(event, LATE));
    return 7;
}

static void a_set_and_a_clear_wake_children(void **state) {
    brood_test_t *test = *state;
    brood_process_t *children[3];
    brood_event_t *event;

    assert_success(brood_event_create(&event, test->pool));
    for (int i = 0; i < 3; i++) {
        children[i] = brood_test_start(wait_for_it, BROOD_ARGS(event), test);
    }
    assert_true(brood_test_await_waiters(event, 3));
    assert_success(brood_event_set(event));
    assert_success(brood_event_clear(event));
    for (int i = 0; i < 3; i++) {
        brood_test_join(children[i], 7);
    }
    assert_int_equal(brood_event_is_set(event), 0);
}

static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *asked, *answered;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &asked, &answered));
    for (int i = 0; i < 200; i++) {
        CHILD_OK(brood_event_wait(asked, LATE));
        CHILD_OK(brood_event_clear(asked));
        CHILD_OK(brood_event_set(answered));
    }
    CHILD_OK(brood_event_close(asked));
    return 0;
}

static void two_events_carry_a_conversation(void **state) {
    brood_test_t *test = *state;
    brood_event_t *asked, *answered;
    brood_process_t *process;

    assert_success(brood_event_create(&asked, test->pool));
    assert_success(brood_event_create(&answered, test->pool));
    process = brood_test_start(answer, BROOD_ARGS(asked, answered), test);
    for (int i = 0; i < 200; i++) {
        assert_success(brood_event_set(asked));
        assert_success(brood_event_wait(answered, LATE));
        assert_success(brood_event_clear(answered));
    }
    brood_test_join(process, 0);
}

/* What hangs in CPython: a waiter that is killed, and then a set. */
static void a_killed_waiter_costs_nothing(void **state) {
    brood_test_t *test = *state;
    brood_process_t *killed, *other;
    brood_event_t *event;

    assert_success(brood_event_create(&event, test->pool));
    killed = brood_test_start(wait_for_it, BROOD_ARGS(event), test);
    other = brood_test_start(wait_for_it, BROOD_ARGS(event), test);
    assert_true(brood_test_await_waiters(event, 2));
    assert_success(brood_process_kill(killed));
    brood_test_join(killed, -9);
    assert_int_equal(brood_test_waiters_in(event), 1);
    assert_success(brood_event_set(event));
    brood_test_join(other, 7);
    assert_success(brood_event_wait(event, 0));
}

static int set_it(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &event));
    CHILD_OK(brood_event_set(event));
    return 0;
}

static void it_outlives_who_set_it(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;

    assert_success(brood_event_create(&event, test->pool));
    brood_test_join(brood_test_start(set_it, BROOD_ARGS(event), test), 0);
    assert_int_equal(brood_event_is_set(event), 1);
    assert_success(brood_event_wait(event, 0));
}

static void a_closed_one_does_not_travel(void **state) {
    brood_test_t *test = *state;
    brood_event_t *event;
    brood_process_t *process;

    assert_success(brood_event_create(&event, test->pool));
    assert_success(brood_event_close(event));
    assert_status(
        brood_process_create(&process, set_it, BROOD_ARGS(event), NULL, test->pool),
        BROOD_ECLOSED);
    assert_null(process);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_fresh_one_is_clear),
    BROOD_TEST(it_stays_set_until_it_is_cleared),
    BROOD_TEST(a_late_one_has_no_older_failures_words),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(many_are_independent),
    BROOD_TEST(a_set_wakes_all),
    BROOD_TEST(a_set_and_a_clear_wake_all_who_waited),
    BROOD_TEST(a_clear_wakes_nobody),
    BROOD_TEST(nobody_closes_it_while_a_thread_waits),
    BROOD_TEST(a_set_and_a_clear_wake_children),
    BROOD_TEST(two_events_carry_a_conversation),
    BROOD_TEST(a_killed_waiter_costs_nothing),
    BROOD_TEST(it_outlives_who_set_it),
    BROOD_TEST(a_closed_one_does_not_travel),
};

BROOD_TEST_MAIN(tests)
