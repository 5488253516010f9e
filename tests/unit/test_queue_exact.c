/* Queues: what a status says is so. Nobody is told "full" or "empty" only because somebody else
 * is at the queue, too; and what was put is there, whatever becomes of who put it. */
#include "queues.h"

#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000) /* microseconds */
#define ROUNDS 10000
#define CROWD 3

static brood_queue_t *make(brood_test_t *test, uint32_t flags, uint32_t items) {
    return brood_test_queue(test, .flags = flags, .max_items = items);
}

static void put_numbers(brood_queue_t *queue, int count) {
    for (int i = 0; i < count; i++) {
        assert_success(brood_queue_put_bytes(queue, &i, sizeof i, 0));
    }
}

/* ---- a try without waiting ---------------------------------------------------------- */

/* Lets a crowd do it, all at once. */
static void crowd(brood_target_fn *target, brood_queue_t *queue, brood_test_t *test) {
    brood_process_t *children[CROWD];
    for (int i = 0; i < CROWD; i++) {
        children[i] = brood_test_start(target, BROOD_ARGS(queue), test);
    }
    for (int i = 0; i < CROWD; i++) {
        brood_test_join(children[i], 0);
    }
}

static int take_and_put(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < ROUNDS; i++) {
        int number;
        size_t size;
        CHILD_OK(brood_queue_get_bytes(queue, &number, sizeof number, &size, 0));
        CHILD_OK(brood_queue_put_bytes(queue, &number, sizeof number, 0));
    }
    return 0;
}

/* Each of them has one message at the most, so that the queue is never empty and never full. */
static void a_try_meets_others_and_is_not_misled(void **state) {
    brood_queue_t *queue = make(*state, 0, 2 * CROWD);
    put_numbers(queue, 2 * CROWD - 1);
    crowd(take_and_put, queue, *state);
    assert_int_equal(brood_test_qsize(queue), 2 * CROWD - 1);
}

static int take_and_put_large(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_message_t message;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < ROUNDS / 8; i++) {
        CHILD_OK(brood_queue_take(queue, &message, 0));
        CHILD_OK(brood_queue_release(queue, &message));
        CHILD_OK(brood_queue_reserve(queue, &message, 100000, 0));
        CHILD_OK(brood_queue_commit(queue, &message, 0));
    }
    return 0;
}

static void a_try_in_place_is_not_misled(void **state) {
    brood_queue_t *queue = make(*state, 0, 2 * CROWD);
    put_numbers(queue, 2 * CROWD - 1);
    crowd(take_and_put_large, queue, *state);
    assert_int_equal(brood_test_qsize(queue), 2 * CROWD - 1);
}

static int lease_and_give_back(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_message_t message;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < ROUNDS; i++) {
        CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, 0));
        CHILD_OK(brood_queue_give_back(queue, &message));
    }
    return 0;
}

static void what_has_come_back_is_found_at_once(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES, 0);
    put_numbers(queue, 2 * CROWD);
    crowd(lease_and_give_back, queue, *state);
    assert_int_equal(brood_test_qsize(queue), 2 * CROWD);
}

static int ask_whether_full(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < ROUNDS; i++) {
        size_t size, count;
        char byte;
        CHILD_CHECK(!brood_queue_full(queue));
        CHILD_CHECK(!brood_queue_empty(queue));
        CHILD_OK(brood_queue_qsize(queue, &count));
        CHILD_CHECK(count >= CROWD && count <= 3 * CROWD);
        CHILD_OK(brood_queue_put_bytes(queue, "x", 1, 0));
        CHILD_OK(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    }
    return 0;
}

static void what_is_said_of_it_was_true(void **state) {
    brood_queue_t *queue = make(*state, 0, 3 * CROWD + 1);
    for (int i = 0; i < 2 * CROWD; i++) {
        assert_success(brood_queue_put_bytes(queue, "x", 1, 0));
    }
    crowd(ask_whether_full, queue, *state);
}

/* ---- tasks, deliveries, the end ----------------------------------------------------- */

static void tasks_done_before_they_are_taken(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_JOINABLE, 0);
    size_t count = 99;
    put_numbers(queue, 3);
    assert_success(brood_queue_task_done(queue));
    assert_success(brood_queue_task_done(queue));
    assert_success(brood_queue_shutdown(queue, 1, 0));
    assert_success(brood_queue_unfinished(queue, &count));
    assert_int_equal(count, 0);
    assert_success(brood_queue_join(queue, 0));
    assert_status(brood_queue_task_done(queue), BROOD_EOVERDONE);
}

static void a_buffer_too_small_is_no_delivery(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    brood_message_t message;
    size_t size;
    options.flags = BROOD_QUEUE_LEASES;
    options.deliveries_max = 2;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    put_numbers(queue, 1);
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_success(brood_queue_give_back(queue, &message));
    for (int i = 0; i < 5; i++) {
        assert_status(brood_queue_get_bytes(queue, NULL, 0, &size, 0), BROOD_ETOOBIG);
        assert_int_equal(size, sizeof(int));
        assert_int_equal(brood_test_qsize(queue), 1);
    }
    assert_success(brood_queue_lease(queue, &message, LATE, 0));
    assert_int_equal(message.deliveries, 2);
    assert_success(brood_queue_acknowledge(queue, &message));
}

static void nothing_waits_for_room_after_the_end(void **state) {
    brood_queue_t *queue = make(*state, 0, 1);
    put_numbers(queue, 1);
    assert_true(brood_queue_full(queue));
    assert_success(brood_queue_shutdown(queue, 1, 0));
    assert_false(brood_queue_full(queue));
    assert_true(brood_queue_empty(queue));
}

/* ---- a producer that ends ----------------------------------------------------------- */

#define MESSAGES 300
#define LARGEST 300000

static size_t size_of(int number) {
    return number % 50 == 7 ? LARGEST : (size_t)number % 500;
}

static apr_status_t put_all(brood_queue_t *queue) {
    static char bytes[LARGEST];
    apr_status_t rv = APR_SUCCESS;
    for (int i = 0; i < MESSAGES && rv == APR_SUCCESS; i++) {
        memset(bytes, i, size_of(i));
        rv = brood_queue_put_bytes(queue, bytes, size_of(i), 0);
    }
    return rv;
}

static int put_all_and_exit(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(put_all(queue));
    _Exit(3); /* no exit handler runs */
}

static int put_all_and_wait(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *never;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &never));
    CHILD_OK(put_all(queue));
    CHILD_OK(brood_queue_put_bytes(queue, NULL, 0, 0));
    return (int)brood_queue_get_bytes(never, NULL, 0, &size, BROOD_FOREVER);
}

static void take_all(brood_queue_t *queue) {
    char *bytes = malloc(LARGEST);
    assert_non_null(bytes);
    for (int i = 0; i < MESSAGES; i++) {
        size_t size;
        assert_success(brood_queue_get_bytes(queue, bytes, LARGEST, &size, 0));
        assert_int_equal(size, size_of(i));
        for (size_t j = 0; j < size; j += 997) {
            assert_int_equal(bytes[j], (char)i);
        }
    }
    free(bytes);
}

static void nothing_is_lost_when_a_producer_exits_at_once(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_test_join(brood_test_start(put_all_and_exit, BROOD_ARGS(queue), test), 3);
    assert_int_equal(brood_test_qsize(queue), MESSAGES);
    take_all(queue);
    assert_true(brood_queue_empty(queue));
}

static void nothing_is_lost_when_a_producer_is_killed(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, MESSAGES + 1);
    brood_queue_t *never = make(test, 0, 0);
    brood_process_t *child =
        brood_test_start(put_all_and_wait, BROOD_ARGS(queue, never), test);
    while (brood_test_qsize(queue) <= MESSAGES) {
        assert_status(brood_process_join(child, 1000), APR_TIMEUP);
    }
    assert_success(brood_process_kill(child));
    assert_int_equal(brood_test_end_of(child), -9);
    take_all(queue);
    assert_int_equal(brood_test_qsize(queue), 1);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_try_meets_others_and_is_not_misled),
    BROOD_TEST(a_try_in_place_is_not_misled),
    BROOD_TEST(what_has_come_back_is_found_at_once),
    BROOD_TEST(what_is_said_of_it_was_true),
    BROOD_TEST(tasks_done_before_they_are_taken),
    BROOD_TEST(a_buffer_too_small_is_no_delivery),
    BROOD_TEST(nothing_waits_for_room_after_the_end),
    BROOD_TEST(nothing_is_lost_when_a_producer_exits_at_once),
    BROOD_TEST(nothing_is_lost_when_a_producer_is_killed),
};
BROOD_TEST_MAIN(tests)
