/* Conditions: their lock, waiting, notifying, in one process and its threads. What happens
 * between processes is in test_condition_deaths.c. */
#include "methods.h"

#include "object.h"
#include "waiter.h"
#include "waiting.h"
#include <apr_thread_proc.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* ---- one thread ---- */

static void it_has_a_recursive_lock_of_its_own(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_status(brood_condition_release(condition), BROOD_ENOTOWNER);
    assert_detail(brood_current_name());
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_condition_acquire(condition, BROOD_FOREVER));
    assert_status(brood_condition_close(condition), BROOD_EBUSY);
    assert_success(brood_condition_release(condition));
    assert_success(brood_condition_release(condition));
    assert_status(brood_condition_release(condition), BROOD_ENOTOWNER);
    assert_success(brood_condition_close(condition));
}

static int never(void *data) {
    ++*(int *)data;
    return 0;
}

static int at_the_third_look(void *data) {
    return ++*(int *)data == 3;
}

static void nothing_goes_without_the_lock(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    uint32_t woken = 77;
    int looks = 0;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_status(brood_condition_wait(condition, 0), BROOD_ENOTOWNER);
    assert_detail(brood_current_name());
    assert_status(brood_condition_wait(condition, BROOD_FOREVER), BROOD_ENOTOWNER);
    assert_status(brood_condition_wait_for(condition, never, &looks, BROOD_FOREVER),
                  BROOD_ENOTOWNER);
    assert_int_equal(looks, 0);
    assert_status(brood_condition_notify(condition, 1, &woken), BROOD_ENOTOWNER);
    assert_int_equal(woken, 0);
    assert_status(brood_condition_notify_all(condition), BROOD_ENOTOWNER);
    assert_status(brood_condition_abandon(condition), BROOD_ENOTOWNER);
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_condition_release(condition));
}

static void the_time_ends_a_wait(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    int64_t begin_us;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_condition_acquire(condition, 0));
    assert_status(brood_condition_wait(condition, 0), APR_TIMEUP);
    begin_us = brood_test_now_us();
    assert_status(brood_condition_wait(condition, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin_us >= SOON);
    assert_int_equal(brood_test_waiters_in(condition), 0);
    assert_success(brood_condition_release(condition)); /* it was held after each */
    assert_status(brood_condition_release(condition), BROOD_ENOTOWNER);
}

static void a_notification_is_not_kept(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    uint32_t woken = 77;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_condition_notify(condition, 0, &woken));
    assert_int_equal(woken, 0);
    assert_success(brood_condition_notify(condition, 5, &woken));
    assert_int_equal(woken, 0);
    assert_success(brood_condition_notify(condition, 5, NULL));
    assert_success(brood_condition_notify_all(condition));
    assert_status(brood_condition_wait(condition, SOON), APR_TIMEUP);
    assert_success(brood_condition_release(condition));
}

static void a_predicate_is_asked_until_it_holds(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    int64_t begin_us = brood_test_now_us();
    int looks = 2;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(
        brood_condition_wait_for(condition, at_the_third_look, &looks, BROOD_FOREVER));
    assert_int_equal(looks, 3); /* at the first look: nobody waited */
    looks = 1;
    assert_success(brood_condition_wait_for(condition, at_the_third_look, &looks, SOON));
    assert_int_equal(looks, 3); /* at the last look, when the time was over */
    looks = 0;
    assert_status(brood_condition_wait_for(condition, never, &looks, SOON), APR_TIMEUP);
    assert_int_equal(looks, 2);
    assert_true(brood_test_now_us() - begin_us >= 2 * SOON);
    assert_status(brood_condition_wait_for(condition, never, &looks, 0), APR_TIMEUP);
    assert_status(brood_condition_wait_for(condition, NULL, NULL, 0), APR_EINVAL);
    assert_detail("predicate");
    assert_success(brood_condition_release(condition));
    assert_success(brood_condition_close(condition));
}

static void an_abandoned_lock_is_lost(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_condition_acquire(condition, 0));
    assert_success(brood_condition_abandon(condition));
    assert_status(brood_condition_acquire(condition, 0), BROOD_EUNRECOVERABLE);
    assert_status(brood_condition_wait(condition, 0), BROOD_ENOTOWNER);
    assert_success(brood_condition_close(condition));
}

static void a_given_lock_is_used(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *one, *other;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_condition_create_with_lock(&one, lock, test->pool));
    assert_success(brood_condition_create_with_lock(&other, lock, test->pool));
    assert_success(brood_condition_acquire(one, 0));
    assert_int_equal(brood_lock_locked(lock), 1);
    assert_status(brood_condition_acquire(other, 0), APR_TIMEUP); /* not recursive */
    assert_status(brood_condition_wait(other, 0), APR_TIMEUP);
    assert_success(brood_condition_notify_all(other));
    assert_success(brood_lock_release(lock));
    assert_status(brood_condition_wait(one, 0), BROOD_ENOTOWNER);
    assert_success(brood_lock_close(lock));
    assert_success(brood_condition_close(one));
    assert_success(brood_condition_acquire(other, 0)); /* it has the lock still */
    assert_success(brood_condition_release(other));
    assert_success(brood_condition_close(other));
}

static void a_given_recursive_lock_is_used(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_condition_create_with_rlock(&condition, rlock, test->pool));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_condition_acquire(condition, 0));
    assert_int_equal(brood_rlock_depth(rlock), 2);
    assert_status(brood_condition_wait(condition, 1000), APR_TIMEUP);
    assert_int_equal(brood_rlock_depth(rlock), 2);
    assert_success(brood_condition_release(condition));
    assert_int_equal(brood_rlock_depth(rlock), 1);
    assert_success(
        brood_condition_close(condition)); /* the lock is not the condition's */
    assert_int_equal(brood_rlock_depth(rlock), 1);
    assert_success(brood_rlock_release(rlock));
}

static void only_an_open_lock_can_be_given(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    brood_lock_t *lock;
    brood_rlock_t *rlock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_lock_close(lock));
    assert_success(brood_rlock_close(rlock));
    assert_status(brood_condition_create_with_lock(&condition, lock, test->pool),
                  BROOD_ECLOSED);
    assert_null(condition);
    assert_status(brood_condition_create_with_rlock(&condition, rlock, test->pool),
                  BROOD_ECLOSED);
    assert_status(brood_condition_create_with_lock(&condition, NULL, test->pool),
                  APR_EINVAL);
    assert_detail("lock");
    assert_status(brood_condition_create_with_rlock(&condition, NULL, test->pool),
                  APR_EINVAL);
    assert_null(condition);
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    brood_process_t *process;
    uint32_t woken;

    assert_success(brood_condition_create(&condition, test->pool));
    assert_success(brood_condition_close(condition));
    assert_success(brood_condition_close(condition));
    assert_status(brood_condition_acquire(condition, 0), BROOD_ECLOSED);
    assert_detail("condition");
    assert_status(brood_condition_release(condition), BROOD_ECLOSED);
    assert_status(brood_condition_abandon(condition), BROOD_ECLOSED);
    assert_status(brood_condition_wait(condition, 0), BROOD_ECLOSED);
    assert_status(brood_condition_wait_for(condition, never, NULL, 0), BROOD_ECLOSED);
    assert_status(brood_condition_notify(condition, 1, &woken), BROOD_ECLOSED);
    assert_status(brood_condition_notify_all(condition), BROOD_ECLOSED);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(condition), NULL, test->pool),
        APR_EINVAL);
}

static void null_is_an_error(void **state) {
    (void)state;
    assert_status(brood_condition_acquire(NULL, 0), APR_EINVAL);
    assert_detail("condition");
    assert_status(brood_condition_release(NULL), APR_EINVAL);
    assert_status(brood_condition_abandon(NULL), APR_EINVAL);
    assert_status(brood_condition_wait(NULL, 0), APR_EINVAL);
    assert_status(brood_condition_wait_for(NULL, never, NULL, 0), APR_EINVAL);
    assert_status(brood_condition_notify(NULL, 1, NULL), APR_EINVAL);
    assert_status(brood_condition_notify_all(NULL), APR_EINVAL);
    assert_status(brood_condition_close(NULL), APR_EINVAL);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    brood_condition_t *condition;
    brood_lock_t *lock;
    apr_pool_t *pool;

    assert_success(brood_lock_create(&lock, test->pool));
    for (int i = 0; i < 5000; i++) { /* more than an arena has records of holders */
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(i % 2 == 0
                           ? brood_condition_create(&condition, pool)
                           : brood_condition_create_with_lock(&condition, lock, pool));
        assert_success(brood_condition_acquire(condition, 0));
        assert_success(brood_condition_release(condition));
        apr_pool_destroy(pool);
    }
}

/* The session's table is full: the wait is refused and the lock is still held. */
static void a_full_table_is_told(void **state) {
    static brood__waiter_t *records[BROOD__WAITERS];
    brood_test_t *test = *state;
    brood_condition_t *condition;
    const brood__object_t *object;
    brood_os_word_t word;
    uint32_t count = 0;
    uint32_t seen;

    assert_success(brood_condition_create(&condition, test->pool));
    object = (const brood__object_t *)condition;
    word = brood__segment_word(object->hold.segment, &object->hold.cell->own.words[9]);
    while (count < BROOD__WAITERS &&
           brood__waiter_begin(&records[count], &seen, &word, 1) == APR_SUCCESS) {
        count++;
    }
    assert_int_equal(count, BROOD__WAITERS);
    assert_success(brood_condition_acquire(condition, 0));
    assert_status(brood_condition_wait(condition, BROOD_FOREVER), BROOD_EFULL);
    assert_detail("4096");
    brood__waiter_end(records[--count]);
    assert_status(brood_condition_wait(condition, 1000), APR_TIMEUP);
    assert_success(brood_condition_release(condition));
    while (count > 0) {
        brood__waiter_end(records[--count]);
    }
}

/* ---- threads of one process ---- */

#define THREADS 5

typedef struct one_t {
    struct crowd_t *crowd;
    apr_thread_t *thread;
    apr_status_t result;
    uint32_t depth; /* levels that it takes */
    int left;       /* levels that it could give back after the wait */
} one_t;

typedef struct crowd_t {
    brood_condition_t *condition;
    one_t each[THREADS];
    int order[THREADS]; /* in which they woke up; with the lock */
    int woken;
} crowd_t;

static void *APR_THREAD_FUNC wait_in_thread(apr_thread_t *thread, void *data) {
    one_t *one = data;
    crowd_t *crowd = one->crowd;
    (void)thread;
    for (uint32_t i = 0; i < one->depth; i++) {
        if (brood_condition_acquire(crowd->condition, LATE) != APR_SUCCESS) {
            return NULL;
        }
    }
    one->result = brood_condition_wait(crowd->condition, LATE);
    if (one->result == APR_SUCCESS) {
        crowd->order[crowd->woken++] = (int)(one - crowd->each);
    }
    while (brood_condition_release(crowd->condition) == APR_SUCCESS) {
        one->left++;
    }
    return NULL;
}

/* One after the other, so that their order is known. */
static void start_crowd(crowd_t *crowd, brood_test_t *test) {
    for (int i = 0; i < THREADS; i++) {
        one_t *one = &crowd->each[i];
        one->crowd = crowd;
        one->result = -1;
        one->left = 0;
        one->depth = one->depth == 0 ? 1 : one->depth;
        assert_int_equal(
            apr_thread_create(&one->thread, NULL, wait_in_thread, one, test->pool),
            APR_SUCCESS);
        assert_true(brood_test_await_waiters(crowd->condition, (uint32_t)(i + 1)));
    }
}

static void join_crowd(crowd_t *crowd) {
    for (int i = 0; i < THREADS; i++) {
        apr_status_t result;
        (void)apr_thread_join(&result, crowd->each[i].thread);
    }
    assert_int_equal(brood_test_waiters_in(crowd->condition), 0);
}

static uint32_t notify(crowd_t *crowd, uint32_t count) {
    uint32_t woken;
    assert_success(brood_condition_acquire(crowd->condition, LATE));
    assert_success(brood_condition_notify(crowd->condition, count, &woken));
    assert_success(brood_condition_release(crowd->condition));
    return woken;
}

static void the_oldest_are_woken_first_and_no_more(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_condition_create(&crowd.condition, test->pool));
    start_crowd(&crowd, test);
    assert_status(brood_condition_close(crowd.condition), BROOD_EBUSY);
    assert_int_equal(notify(&crowd, 0), 0);
    assert_int_equal(notify(&crowd, 1), 1);
    assert_int_equal(notify(&crowd, 2), 2);
    assert_int_equal(notify(&crowd, 77), 2);
    assert_int_equal(notify(&crowd, 77), 0);
    join_crowd(&crowd);
    assert_int_equal(crowd.woken, THREADS);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(crowd.each[i].result, APR_SUCCESS);
    }
    assert_success(brood_condition_close(crowd.condition));
}

/* Those who were notified go one at a time, each when the one before has got the lock. */
static void they_wake_in_the_order_they_came(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_condition_create(&crowd.condition, test->pool));
    start_crowd(&crowd, test);
    for (int i = 0; i < THREADS; i++) {
        apr_status_t result;
        assert_int_equal(notify(&crowd, 1), 1);
        (void)apr_thread_join(&result, crowd.each[i].thread);
        assert_int_equal(crowd.woken, i + 1);
        assert_int_equal(crowd.order[i], i);
    }
}

static void all_are_woken_and_have_all_their_levels(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_condition_create(&crowd.condition, test->pool));
    for (int i = 0; i < THREADS; i++) {
        crowd.each[i].depth = (uint32_t)i + 1;
    }
    start_crowd(&crowd, test);
    assert_success(brood_condition_acquire(crowd.condition, LATE));
    assert_success(brood_condition_notify_all(crowd.condition));
    /* They are awake, and have to wait for the lock. */
    assert_int_equal(crowd.woken, 0);
    assert_success(brood_condition_release(crowd.condition));
    join_crowd(&crowd);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(crowd.each[i].result, APR_SUCCESS);
        assert_int_equal(crowd.each[i].left, i + 1);
    }
}

/* One whose time is over is not among those who are notified. */
static void who_has_gone_is_not_notified(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_condition_create(&crowd.condition, test->pool));
    start_crowd(&crowd, test);
    assert_success(brood_condition_acquire(crowd.condition, LATE));
    assert_status(brood_condition_wait(crowd.condition, SOON), APR_TIMEUP);
    assert_success(brood_condition_release(crowd.condition));
    assert_int_equal(notify(&crowd, THREADS + 1), THREADS);
    join_crowd(&crowd);
    assert_int_equal(crowd.woken, THREADS);
}

static void who_waits_hears_that_the_lock_is_lost(void **state) {
    brood_test_t *test = *state;

    for (int by_lock = 0; by_lock < 2; by_lock++) {
        crowd_t crowd = {0};
        brood_lock_t *lock;
        assert_success(brood_lock_create(&lock, test->pool));
        assert_success(
            brood_condition_create_with_lock(&crowd.condition, lock, test->pool));
        start_crowd(&crowd, test);
        assert_success(brood_lock_acquire(lock, LATE));
        assert_success(by_lock ? brood_lock_abandon(lock)
                               : brood_condition_abandon(crowd.condition));
        join_crowd(&crowd);
        for (int i = 0; i < THREADS; i++) {
            assert_int_equal(crowd.each[i].result, BROOD_EUNRECOVERABLE);
            assert_int_equal(crowd.each[i].left, 0);
        }
        assert_success(brood_condition_close(crowd.condition));
    }
}

static void two_conditions_of_one_lock_are_apart(void **state) {
    brood_test_t *test = *state;
    crowd_t one = {0}, other = {0};
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_condition_create_with_rlock(&one.condition, rlock, test->pool));
    assert_success(
        brood_condition_create_with_rlock(&other.condition, rlock, test->pool));
    start_crowd(&one, test);
    start_crowd(&other, test);
    assert_int_equal(notify(&one, UINT32_MAX), THREADS);
    join_crowd(&one);
    assert_int_equal(brood_test_waiters_in(other.condition), THREADS);
    assert_int_equal(notify(&other, UINT32_MAX), THREADS);
    join_crowd(&other);
    assert_int_equal(other.woken, THREADS);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(it_has_a_recursive_lock_of_its_own),
    BROOD_TEST(nothing_goes_without_the_lock),
    BROOD_TEST(the_time_ends_a_wait),
    BROOD_TEST(a_notification_is_not_kept),
    BROOD_TEST(a_predicate_is_asked_until_it_holds),
    BROOD_TEST(an_abandoned_lock_is_lost),
    BROOD_TEST(a_given_lock_is_used),
    BROOD_TEST(a_given_recursive_lock_is_used),
    BROOD_TEST(only_an_open_lock_can_be_given),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(a_full_table_is_told),
    BROOD_TEST(the_oldest_are_woken_first_and_no_more),
    BROOD_TEST(they_wake_in_the_order_they_came),
    BROOD_TEST(all_are_woken_and_have_all_their_levels),
    BROOD_TEST(who_has_gone_is_not_notified),
    BROOD_TEST(who_waits_hears_that_the_lock_is_lost),
    BROOD_TEST(two_conditions_of_one_lock_are_apart),
};

BROOD_TEST_MAIN(tests)
