/* Queues: tasks that are done, and the end of a queue. */
#include "queues.h"

#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_queue_t *make(brood_test_t *test, uint32_t flags, uint32_t items) {
    return brood_test_queue(test, .flags = flags, .max_items = items);
}

static size_t unfinished(brood_queue_t *queue) {
    size_t count = 99;
    assert_success(brood_queue_unfinished(queue, &count));
    return count;
}

/* ---- tasks -------------------------------------------------------------------------- */

static void a_task_counts_until_it_is_done(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_JOINABLE, 0);
    char byte;
    size_t size;
    assert_success(brood_queue_join(queue, 0));
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    assert_int_equal(unfinished(queue), 2);
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_int_equal(unfinished(queue), 2);
    assert_success(brood_queue_task_done(queue));
    assert_int_equal(unfinished(queue), 1);
    assert_status(brood_queue_join(queue, 0), APR_TIMEUP);
    assert_status(brood_queue_join(queue, SOON), APR_TIMEUP);
    assert_success(brood_queue_task_done(queue));
    assert_success(brood_queue_join(queue, 0));
}

static void too_many_done_is_told(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_JOINABLE, 0);
    assert_status(brood_queue_task_done(queue), BROOD_EOVERDONE);
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_task_done(queue));
    assert_status(brood_queue_task_done(queue), BROOD_EOVERDONE);
    assert_success(brood_queue_join(queue, 0));
}

static void a_queue_without_tasks_says_so(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    size_t count = 99;
    assert_status(brood_queue_task_done(queue), APR_EINVAL);
    assert_detail("BROOD_QUEUE_JOINABLE");
    assert_status(brood_queue_join(queue, 0), APR_EINVAL);
    assert_status(brood_queue_unfinished(queue, &count), APR_EINVAL);
    assert_int_equal(count, 0);
    assert_status(brood_queue_task_done(NULL), APR_EINVAL);
    assert_status(brood_queue_join(NULL, 0), APR_EINVAL);
}

/* Answers every number by its square, until the end. */
static int serve(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *tasks, *answers;
    brood_values_t *task;
    apr_status_t rv;
    CHILD_OK(BROOD_UNPACK(state, &tasks, &answers));
    while ((rv = brood_queue_get(tasks, &task, LATE, pool)) == APR_SUCCESS) {
        int number;
        CHILD_OK(BROOD_UNPACK(task, &number));
        CHILD_OK(brood_queue_put(answers, BROOD_ARGS(number * number), LATE));
        CHILD_OK(brood_queue_task_done(tasks));
    }
    CHILD_CHECK(rv == APR_EOF);
    return 0;
}

static void join_waits_for_the_workers(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *tasks = make(test, BROOD_QUEUE_JOINABLE, 0);
    brood_queue_t *answers = make(test, 0, 0);
    brood_process_t *workers[3];
    int64_t sum = 0;
    for (int i = 0; i < 3; i++) {
        workers[i] = brood_test_start(serve, BROOD_ARGS(tasks, answers), test);
    }
    for (int turn = 0; turn < 5; turn++) {
        size_t count = 99;
        for (int i = 1; i <= 40; i++) {
            assert_success(brood_queue_put(tasks, BROOD_ARGS(i), LATE));
        }
        assert_success(brood_queue_join(tasks, LATE));
        assert_success(brood_queue_qsize(answers, &count));
        assert_int_equal(count, 40 * (turn + 1));
    }
    assert_success(brood_queue_shutdown(tasks, 0, LATE));
    for (int i = 0; i < 3; i++) {
        brood_test_join(workers[i], 0);
    }
    for (int i = 0; i < 200; i++) {
        brood_values_t *answer;
        int64_t number;
        assert_success(brood_queue_get(answers, &answer, 0, test->pool));
        assert_success(BROOD_UNPACK(answer, &number));
        sum += number;
    }
    assert_int_equal(sum, 5 * (40 * 41 * 81 / 6));
}

/* ---- the end ------------------------------------------------------------------------ */

static void what_is_there_can_be_taken_after_the_end(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, BROOD_QUEUE_JOINABLE, 0);
    brood_values_t *values;
    char byte;
    size_t size;
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_shutdown(queue, 0, 0));
    assert_status(brood_queue_put_bytes(queue, "b", 1, 0), BROOD_ESHUTDOWN);
    assert_status(brood_queue_put(queue, BROOD_ARGS(1), LATE), BROOD_ESHUTDOWN);
    assert_false(brood_queue_empty(queue));
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_int_equal(byte, 'a');
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, LATE), APR_EOF);
    assert_status(brood_queue_get(queue, &values, 0, test->pool), APR_EOF);
    assert_int_equal(unfinished(queue), 1);
    assert_success(brood_queue_task_done(queue));
    assert_success(brood_queue_join(queue, 0));
    assert_success(brood_queue_shutdown(queue, 0, 0));
}

static void an_immediate_end_drops_what_is_there(void **state) {
    brood_queue_t *queue = make(*state, BROOD_QUEUE_JOINABLE, 0);
    char byte;
    size_t size = 99;
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    assert_success(brood_queue_put_bytes(queue, "c", 1, 0));
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_success(brood_queue_shutdown(queue, 0, 0));
    assert_int_equal(unfinished(queue), 3);
    assert_success(brood_queue_shutdown(queue, 1, 0));
    assert_true(brood_queue_empty(queue));
    assert_success(brood_queue_qsize(queue, &size));
    assert_int_equal(size, 0);
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, LATE), APR_EOF);
    assert_int_equal(unfinished(queue), 1);
    assert_success(brood_queue_task_done(queue));
    assert_status(brood_queue_task_done(queue), BROOD_EOVERDONE);
    assert_success(brood_queue_shutdown(queue, 0, 0));
    assert_int_equal(unfinished(queue), 0);
}

static int take_until_the_end(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here;
    char byte;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here));
    CHILD_OK(brood_queue_put(here, BROOD_NO_ARGS, LATE));
    CHILD_STATUS(brood_queue_get_bytes(queue, &byte, 1, &size, BROOD_FOREVER), APR_EOF);
    return 0;
}

static int put_until_the_end(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here));
    CHILD_OK(brood_queue_put(here, BROOD_NO_ARGS, LATE));
    CHILD_STATUS(brood_queue_put_bytes(queue, "x", 1, BROOD_FOREVER), BROOD_ESHUTDOWN);
    return 0;
}

static int join_until_the_end(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here));
    CHILD_OK(brood_queue_put(here, BROOD_NO_ARGS, LATE));
    CHILD_OK(brood_queue_join(queue, BROOD_FOREVER));
    return 0;
}

static void the_end_reaches_those_who_wait(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *empty = make(test, 0, 0);
    brood_queue_t *full = make(test, BROOD_QUEUE_JOINABLE, 1);
    brood_queue_t *here = make(test, 0, 0);
    brood_process_t *waiters[5];
    brood_values_t *arrived;
    assert_success(brood_queue_put_bytes(full, "a", 1, 0));
    waiters[0] = brood_test_start(take_until_the_end, BROOD_ARGS(empty, here), test);
    waiters[1] = brood_test_start(take_until_the_end, BROOD_ARGS(empty, here), test);
    waiters[2] = brood_test_start(put_until_the_end, BROOD_ARGS(full, here), test);
    waiters[3] = brood_test_start(put_until_the_end, BROOD_ARGS(full, here), test);
    waiters[4] = brood_test_start(join_until_the_end, BROOD_ARGS(full, here), test);
    for (int i = 0; i < 5; i++) {
        assert_success(brood_queue_get(here, &arrived, LATE, test->pool));
    }
    assert_success(brood_queue_shutdown(empty, 0, LATE));
    assert_success(brood_queue_shutdown(full, 1, LATE));
    for (int i = 0; i < 5; i++) {
        brood_test_join(waiters[i], 0);
    }
}

static void nothing_ends_a_queue_that_is_not_there(void **state) {
    brood_queue_t *queue = make(*state, 0, 0);
    assert_status(brood_queue_shutdown(NULL, 0, 0), APR_EINVAL);
    assert_success(brood_queue_close(queue));
    assert_status(brood_queue_shutdown(queue, 0, 0), BROOD_ECLOSED);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_task_counts_until_it_is_done),
    BROOD_TEST(too_many_done_is_told),
    BROOD_TEST(a_queue_without_tasks_says_so),
    BROOD_TEST(join_waits_for_the_workers),
    BROOD_TEST(what_is_there_can_be_taken_after_the_end),
    BROOD_TEST(an_immediate_end_drops_what_is_there),
    BROOD_TEST(the_end_reaches_those_who_wait),
    BROOD_TEST(nothing_ends_a_queue_that_is_not_there),
};
BROOD_TEST_MAIN(tests)
