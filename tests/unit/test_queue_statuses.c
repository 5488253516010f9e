/* Queues: every call with a queue that is closed, not there, or has ended; and what is left as
 * it was by a call that failed. */
#include "queues.h"

#include <string.h>

#define LATE (20 * 1000000) /* microseconds */

static const brood_queue_options_t full_of_features = {sizeof(brood_queue_options_t),
                                                       4096,
                                                       2,
                                                       BROOD_QUEUE_JOINABLE |
                                                           BROOD_QUEUE_LEASES,
                                                       100,
                                                       3};

/* Every call that needs an open queue, with one that is not. */
static void all_calls_say(brood_queue_t *queue, apr_status_t wanted, apr_pool_t *pool) {
    brood_message_t message;
    brood_bytes_t bytes = brood_bytes("abc", 3);
    brood_queue_counts_t counts;
    brood_values_t *values = (brood_values_t *)&bytes;
    size_t count = 99;
    char buffer[8];
    memset(&counts, 7, sizeof counts);
    memset(&message, 0, sizeof message);
    assert_status(brood_queue_put(queue, BROOD_ARGS(1), LATE), wanted);
    assert_status(brood_queue_get(queue, &values, LATE, pool), wanted);
    assert_null(values);
    assert_status(brood_queue_put_bytes(queue, "abc", 3, LATE), wanted);
    assert_status(brood_queue_get_bytes(queue, buffer, 8, &count, LATE), wanted);
    assert_int_equal(count, 0);
    count = 99;
    assert_status(brood_queue_put_many(queue, &bytes, 1, &count, LATE), wanted);
    assert_int_equal(count, 0);
    count = 99;
    assert_status(brood_queue_get_many(queue, buffer, 8, &bytes, 1, &count, LATE),
                  wanted);
    assert_int_equal(count, 0);
    assert_status(brood_queue_task_done(queue), wanted);
    count = 99;
    assert_status(brood_queue_unfinished(queue, &count), wanted);
    assert_int_equal(count, 0);
    assert_status(brood_queue_join(queue, LATE), wanted);
    assert_status(brood_queue_shutdown(queue, 1, LATE), wanted);
    assert_status(brood_queue_counts(queue, &counts), wanted);
    assert_int_equal(counts.puts + counts.most_items, 0);
    count = 99;
    assert_status(brood_queue_qsize(queue, &count), wanted);
    assert_int_equal(count, 0);
    assert_true(brood_queue_empty(queue));
    assert_false(brood_queue_full(queue));
    assert_int_equal(brood_queue_limit(queue), 0);
    assert_status(brood_queue_reserve(queue, &message, 8, LATE), wanted);
    assert_null(message.data);
    assert_status(brood_queue_commit(queue, &message, LATE), wanted);
    assert_status(brood_queue_abandon(queue, &message), wanted);
    assert_status(brood_queue_take(queue, &message, LATE), wanted);
    assert_status(brood_queue_release(queue, &message), wanted);
    assert_status(brood_queue_lease(queue, &message, LATE, LATE), wanted);
    assert_status(brood_queue_acknowledge(queue, &message), wanted);
    assert_status(brood_queue_give_back(queue, &message), wanted);
    assert_status(brood_queue_renew(queue, &message, LATE), wanted);
    assert_status(brood_queue_take_failed(queue, &message), wanted);
}

static void a_closed_handle_says_so_everywhere(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = brood_test_queue_of(test, &full_of_features);
    assert_success(brood_queue_close(queue));
    all_calls_say(queue, BROOD_ECLOSED, test->pool);
}

static void no_queue_is_an_error_everywhere(void **state) {
    brood_test_t *test = *state;
    all_calls_say(NULL, APR_EINVAL, test->pool);
}

static void no_message_is_an_error_everywhere(void **state) {
    brood_queue_t *queue = brood_test_queue_of(*state, &full_of_features);
    assert_status(brood_queue_reserve(queue, NULL, 8, 0), APR_EINVAL);
    assert_detail("message");
    assert_status(brood_queue_commit(queue, NULL, 0), APR_EINVAL);
    assert_status(brood_queue_abandon(queue, NULL), APR_EINVAL);
    assert_status(brood_queue_take(queue, NULL, 0), APR_EINVAL);
    assert_status(brood_queue_release(queue, NULL), APR_EINVAL);
    assert_status(brood_queue_lease(queue, NULL, LATE, 0), APR_EINVAL);
    assert_status(brood_queue_acknowledge(queue, NULL), APR_EINVAL);
    assert_status(brood_queue_give_back(queue, NULL), APR_EINVAL);
    assert_status(brood_queue_renew(queue, NULL, LATE), APR_EINVAL);
    assert_status(brood_queue_take_failed(queue, NULL), APR_EINVAL);
}

static void nothing_goes_in_or_out_after_the_end(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = brood_test_queue_of(test, &full_of_features);
    brood_bytes_t bytes = brood_bytes("abc", 3);
    brood_message_t message;
    size_t count = 99;
    char buffer[8];
    assert_success(brood_queue_shutdown(queue, 0, LATE));
    assert_status(brood_queue_put_many(queue, &bytes, 1, &count, LATE), BROOD_ESHUTDOWN);
    assert_int_equal(count, 0);
    assert_status(brood_queue_reserve(queue, &message, 8, LATE), BROOD_ESHUTDOWN);
    assert_status(brood_queue_get_many(queue, buffer, 8, &bytes, 1, &count, LATE),
                  APR_EOF);
    assert_status(brood_queue_take(queue, &message, LATE), APR_EOF);
    assert_status(brood_queue_lease(queue, &message, LATE, LATE), APR_EOF);
    assert_success(brood_queue_join(queue, 0));
}

static void what_is_too_big_goes_in_nowhere(void **state) {
    brood_queue_t *queue = brood_test_queue_of(*state, &full_of_features);
    static const char bytes[101];
    brood_bytes_t two[] = {brood_bytes(bytes, 100), brood_bytes(bytes, 101)};
    brood_message_t message;
    size_t count = 99;
    assert_int_equal(brood_queue_limit(queue), 100);
    assert_status(brood_queue_put_bytes(queue, bytes, 101, 0), BROOD_ETOOBIG);
    assert_detail("100");
    assert_status(brood_queue_put_many(queue, two, 2, &count, 0), BROOD_ETOOBIG);
    assert_int_equal(count, 0);
    assert_status(brood_queue_reserve(queue, &message, 101, 0), BROOD_ETOOBIG);
    assert_null(message.data);
    assert_true(brood_queue_empty(queue));
    assert_success(brood_queue_unfinished(queue, &count));
    assert_int_equal(count, 0);
    assert_success(brood_queue_put_bytes(queue, bytes, 100, 0));
}

static void a_commit_without_room_leaves_the_message(void **state) {
    brood_queue_t *queue = brood_test_queue_of(*state, &full_of_features);
    brood_message_t messages[3];
    for (int i = 0; i < 3; i++) {
        assert_success(brood_queue_reserve(queue, &messages[i], 8, 0));
    }
    assert_success(brood_queue_commit(queue, &messages[0], 0));
    assert_success(brood_queue_commit(queue, &messages[1], 0));
    assert_true(brood_queue_full(queue));
    assert_status(brood_queue_commit(queue, &messages[2], 0), APR_TIMEUP);
    assert_non_null(messages[2].data);
    assert_success(brood_queue_take(queue, &messages[0], 0));
    assert_success(brood_queue_commit(queue, &messages[2], 0));
    assert_success(brood_queue_release(queue, &messages[0]));
}

static void options_of_leases_are_checked(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    options.deliveries_max = 3;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("BROOD_QUEUE_LEASES");
    options.flags = BROOD_QUEUE_LEASES;
    options.deliveries_max = 255;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("254");
    options.deliveries_max = 254;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    options.flags = 4;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("flags");
    assert_null(queue);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_closed_handle_says_so_everywhere),
    BROOD_TEST(no_queue_is_an_error_everywhere),
    BROOD_TEST(no_message_is_an_error_everywhere),
    BROOD_TEST(nothing_goes_in_or_out_after_the_end),
    BROOD_TEST(what_is_too_big_goes_in_nowhere),
    BROOD_TEST(a_commit_without_room_leaves_the_message),
    BROOD_TEST(options_of_leases_are_checked),
};
BROOD_TEST_MAIN(tests)
