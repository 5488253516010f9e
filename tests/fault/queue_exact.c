/* Queues whose users stop, die or get no memory in the middle: what the others are told. */
#include "methods.h"

#include "os/fault.h"
#include "outside.h"
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000) /* microseconds */
#define PATIENCE 200000
#define LARGE 300000

static brood_queue_t *make(brood_test_t *test, uint32_t flags) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    options.flags = flags;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    return queue;
}

static size_t count_of(brood_queue_t *queue) {
    size_t count = 99;
    assert_success(brood_queue_qsize(queue, &count));
    return count;
}

/* Puts one message, large or small, with a plan of what happens on the way. */
static int put_with_plan(const brood_values_t *state, apr_pool_t *pool) {
    static char bytes[LARGE];
    brood_queue_t *queue;
    const char *plan;
    int size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &plan, &size));
    brood__fault_plan(plan);
    CHILD_OK(brood_queue_put_bytes(queue, bytes, (size_t)size, LATE));
    brood__fault_plan("");
    return 0;
}

/* ---- stopped ------------------------------------------------------------------------ */

static void who_is_stopped_is_waited_for_a_while(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0);
    brood_process_t *child;
    int64_t begin, pid;
    char byte;
    size_t size;
    if (brood_test_await_stopped(0) == APR_ENOTIMPL) {
        skip();
    }
    assert_success(brood_queue_put_bytes(queue, "a", 1, 0));
    child = brood_test_start(put_with_plan,
                             BROOD_ARGS(queue, "queue.put.locked:1:stop", 1), test);
    pid = brood_process_pid(child);
    assert_success(brood_test_await_stopped(pid));
    begin = brood_test_now_us();
    assert_status(brood_queue_put_bytes(queue, "b", 1, 0), APR_TIMEUP);
    assert_detail("stands still");
    assert_true(brood_test_now_us() - begin >= PATIENCE);
    begin = brood_test_now_us();
    assert_status(brood_queue_shutdown(queue, 0, 2 * PATIENCE), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= 2 * PATIENCE);
    /* The other side is free. */
    assert_success(brood_queue_get_bytes(queue, &byte, 1, &size, 0));
    assert_status(brood_queue_get_bytes(queue, &byte, 1, &size, 0), APR_TIMEUP);
    assert_success(brood_test_continue(pid));
    brood_test_join(child, 0);
    assert_success(brood_queue_put_bytes(queue, "b", 1, 0));
    assert_int_equal(count_of(queue), 2);
}

/* ---- killed ------------------------------------------------------------------------- */

static void die_while_putting(brood_test_t *test, const char *plan, int size, int there) {
    brood_queue_t *queue = make(test, BROOD_QUEUE_JOINABLE);
    brood_process_t *child =
        brood_test_start(put_with_plan, BROOD_ARGS(queue, plan, size), test);
    char *bytes = malloc(LARGE);
    size_t left;
    assert_non_null(bytes);
    assert_int_equal(brood_test_end_of(child), -9);
    assert_int_equal(count_of(queue), there);
    assert_success(brood_queue_unfinished(queue, &left));
    assert_int_equal(left, there);
    assert_status(brood_queue_get_bytes(queue, bytes, LARGE, &left, 0),
                  there ? APR_SUCCESS : APR_TIMEUP);
    assert_int_equal(left, there * size);
    assert_status(brood_queue_task_done(queue), there ? APR_SUCCESS : BROOD_EOVERDONE);
    assert_success(brood_queue_join(queue, 0));
    assert_true(brood_queue_empty(queue));
    free(bytes);
}

/* A message is there and counts, or it is not and does not. */
static void who_dies_while_it_puts(void **state) {
    brood_test_t *test = *state;
    die_while_putting(test, "queue.put.locked:1:kill", 10, 0);
    die_while_putting(test, "queue.put.copied:1:kill", 10, 0);
    die_while_putting(test, "queue.put.published:1:kill", 10, 1);
    die_while_putting(test, "queue.put.block:1:kill", LARGE, 0);
    die_while_putting(test, "queue.put.reserved:1:kill", LARGE, 0);
    die_while_putting(test, "queue.put.copied:1:kill", LARGE, 0);
    die_while_putting(test, "queue.put.published:1:kill", LARGE, 1);
    die_while_putting(test, "queue.put.unlocked:1:kill", LARGE, 1);
}

/* ---- without memory ----------------------------------------------------------------- */

static apr_status_t get_large(brood_queue_t *queue) {
    static char bytes[LARGE];
    size_t size;
    return brood_queue_get_bytes(queue, bytes, LARGE, &size, 0);
}

static apr_status_t take_large(brood_queue_t *queue) {
    brood_message_t message;
    apr_status_t rv = brood_queue_take(queue, &message, 0);
    return rv == APR_SUCCESS ? brood_queue_release(queue, &message) : rv;
}

static apr_status_t lease_large(brood_queue_t *queue) {
    brood_message_t message;
    apr_status_t rv = brood_queue_lease(queue, &message, BROOD_FOREVER, 0);
    return rv == APR_SUCCESS ? brood_queue_acknowledge(queue, &message) : rv;
}

static apr_status_t get_in_pool(brood_queue_t *queue) {
    brood_values_t *values;
    apr_pool_t *pool;
    apr_status_t rv = apr_pool_create(&pool, NULL);
    if (rv == APR_SUCCESS) {
        rv = brood_queue_get(queue, &values, 0, pool);
        apr_pool_destroy(pool);
    }
    return rv == BROOD_EENCODING ? APR_SUCCESS : rv; /* they are only bytes */
}

static void what_cannot_be_mapped_stays(void **state) {
    apr_status_t (*const ways[])(brood_queue_t *) = {get_large, take_large, lease_large,
                                                     get_in_pool};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        brood_queue_t *queue = make(*state, BROOD_QUEUE_LEASES);
        brood_test_join(
            brood_test_start(put_with_plan, BROOD_ARGS(queue, "", LARGE), *state), 0);
        brood__fault_plan("os.memory_map:1:ENOMEM");
        assert_status(ways[i](queue), APR_ENOMEM);
        brood__fault_plan("");
        assert_int_equal(count_of(queue), 1);
        assert_success(ways[i](queue));
        assert_int_equal(count_of(queue), 0);
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(who_is_stopped_is_waited_for_a_while),
    BROOD_TEST(who_dies_while_it_puts),
    BROOD_TEST(what_cannot_be_mapped_stays),
};
BROOD_TEST_MAIN(tests)
