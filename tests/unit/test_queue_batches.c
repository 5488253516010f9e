/* Queues: several messages at once, a ceiling for their size, and what a queue counts. */
#include "queues.h"

#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)
#define MANY 200

static brood_queue_t *make(brood_test_t *test, size_t capacity, uint32_t items,
                           size_t message_max) {
    return brood_test_queue(test, .capacity_bytes = capacity, .max_items = items,
                            .message_max = message_max);
}

/* Message i has i % 7 bytes, all of them i. */
static void compose(brood_bytes_t *messages, unsigned char (*bytes)[8], size_t count) {
    for (size_t i = 0; i < count; i++) {
        memset(bytes[i], (int)i, sizeof bytes[i]);
        messages[i].data = bytes[i];
        messages[i].size = i % 7;
    }
}

static void assert_composed(const brood_bytes_t *message, size_t number) {
    assert_int_equal(message->size, number % 7);
    for (size_t i = 0; i < message->size; i++) {
        assert_int_equal(((const unsigned char *)message->data)[i], number & 0xff);
    }
}

static void many_go_in_and_come_out_in_order(void **state) {
    brood_queue_t *queue = make(*state, 0, 0, 0);
    brood_bytes_t messages[MANY], taken[MANY];
    unsigned char bytes[MANY][8], buffer[MANY * 8];
    size_t done = 99, count = 0, all = 0;
    compose(messages, bytes, MANY);
    assert_success(brood_queue_put_many(queue, messages, MANY, &done, 0));
    assert_int_equal(done, MANY);
    assert_success(brood_queue_qsize(queue, &count));
    assert_int_equal(count, MANY);
    while (all < MANY) {
        assert_success(
            brood_queue_get_many(queue, buffer, sizeof buffer, taken, 30, &count, 0));
        assert_in_range(count, 1, 30);
        for (size_t i = 0; i < count; i++) {
            assert_composed(&taken[i], all + i);
        }
        all += count;
    }
    assert_int_equal(all, MANY);
    assert_status(
        brood_queue_get_many(queue, buffer, sizeof buffer, taken, 30, &count, 0),
        APR_TIMEUP);
    assert_int_equal(count, 0);
}

static void what_does_not_fit_stays(void **state) {
    brood_queue_t *queue = make(*state, 0, 0, 0);
    brood_bytes_t taken[8];
    char buffer[10];
    size_t count = 99;
    assert_success(brood_queue_put_bytes(queue, "abcd", 4, 0));
    assert_success(brood_queue_put_bytes(queue, "efgh", 4, 0));
    assert_success(brood_queue_put_bytes(queue, "ijkl", 4, 0));
    assert_success(
        brood_queue_get_many(queue, buffer, sizeof buffer, taken, 8, &count, 0));
    assert_int_equal(count, 2);
    assert_memory_equal(taken[1].data, "efgh", 4);
    assert_status(brood_queue_get_many(queue, buffer, 3, taken, 8, &count, 0),
                  BROOD_ETOOBIG);
    assert_detail("4 bytes");
    assert_int_equal(count, 0);
    assert_success(brood_queue_get_many(queue, buffer, 4, taken, 8, &count, 0));
    assert_int_equal(count, 1);
}

static void what_has_no_room_is_told(void **state) {
    brood_queue_t *queue = make(*state, 0, 5, 0);
    brood_bytes_t messages[8];
    unsigned char bytes[8][8];
    size_t done = 99, count = 0;
    compose(messages, bytes, 8);
    assert_status(brood_queue_put_many(queue, messages, 8, &done, SOON), APR_TIMEUP);
    assert_int_equal(done, 5);
    assert_success(brood_queue_qsize(queue, &count));
    assert_int_equal(count, 5);
    assert_success(brood_queue_put_many(queue, NULL, 0, &done, 0));
    assert_int_equal(done, 0);
}

static void what_is_wrong_is_found_before_anything_is_put(void **state) {
    brood_queue_t *queue = make(*state, 0, 0, 100);
    brood_bytes_t messages[2] = {{"abc", 3}, {NULL, 1}};
    char byte;
    size_t done = 99, count = 99;
    assert_status(brood_queue_put_many(queue, messages, 2, &done, 0), APR_EINVAL);
    assert_detail("messages[1]");
    assert_int_equal(done, 0);
    messages[1].data = messages;
    messages[1].size = 101;
    assert_status(brood_queue_put_many(queue, messages, 2, NULL, 0), BROOD_ETOOBIG);
    assert_detail("101");
    assert_status(brood_queue_put_many(queue, NULL, 1, NULL, 0), APR_EINVAL);
    assert_status(brood_queue_put_many(NULL, messages, 1, NULL, 0), APR_EINVAL);
    assert_true(brood_queue_empty(queue));
    assert_status(brood_queue_get_many(queue, NULL, 1, messages, 1, &count, 0),
                  APR_EINVAL);
    assert_status(brood_queue_get_many(queue, &byte, 1, NULL, 1, &count, 0), APR_EINVAL);
    assert_status(brood_queue_get_many(queue, &byte, 1, messages, 0, &count, 0),
                  APR_EINVAL);
}

static void a_ceiling_is_kept(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0, 1000);
    char bytes[1001] = {0};
    assert_int_equal(brood_queue_limit(queue), 1000);
    assert_success(brood_queue_put_bytes(queue, bytes, 1000, 0));
    assert_status(brood_queue_put_bytes(queue, bytes, 1001, 0), BROOD_ETOOBIG);
    assert_detail("1001 bytes, the most is 1000");
}

/* ---- between processes -------------------------------------------------------------- */

static int put_batches(const brood_values_t *state, apr_pool_t *pool) {
    brood_bytes_t messages[MANY];
    unsigned char bytes[MANY][8];
    brood_queue_t *queue;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    compose(messages, bytes, MANY);
    for (int turn = 0; turn < 20; turn++) {
        size_t done = 0;
        CHILD_OK(brood_queue_put_many(queue, messages, MANY, &done, LATE));
        CHILD_CHECK(done == MANY);
    }
    return 0;
}

static void batches_wait_for_room_and_for_messages(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 4096, 50, 0);
    brood_process_t *child = brood_test_start(put_batches, BROOD_ARGS(queue), test);
    brood_bytes_t taken[64];
    unsigned char buffer[64 * 8];
    size_t all = 0;
    while (all < 20 * MANY) {
        size_t count;
        assert_success(
            brood_queue_get_many(queue, buffer, sizeof buffer, taken, 64, &count, LATE));
        for (size_t i = 0; i < count; i++) {
            assert_composed(&taken[i], (all + i) % MANY);
        }
        all += count;
    }
    brood_test_join(child, 0);
    assert_true(brood_queue_empty(queue));
}

static int take_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here;
    brood_values_t *values;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here));
    CHILD_OK(brood_queue_put(here, BROOD_NO_ARGS, LATE));
    CHILD_OK(brood_queue_get(queue, &values, BROOD_FOREVER, pool));
    return 0;
}

static void a_batch_wakes_as_many_as_it_has_messages(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0, 0);
    brood_queue_t *here = make(test, 0, 0, 0);
    brood_process_t *children[4];
    brood_bytes_t messages[4];
    brood_values_t *values;
    char empty_list = (char)0x90; /* no values */
    for (int i = 0; i < 4; i++) {
        messages[i].data = &empty_list;
        messages[i].size = 1;
        children[i] = brood_test_start(take_one, BROOD_ARGS(queue, here), test);
    }
    for (int i = 0; i < 4; i++) {
        assert_success(brood_queue_get(here, &values, LATE, test->pool));
    }
    assert_success(brood_queue_put_many(queue, messages, 4, NULL, 0));
    for (int i = 0; i < 4; i++) {
        brood_test_join(children[i], 0);
    }
}

/* ---- counts ------------------------------------------------------------------------- */

static void a_queue_counts_what_happens_in_it(void **state) {
    brood_queue_t *queue = make(*state, 0, 3, 0);
    brood_queue_counts_t counts;
    char buffer[8];
    size_t size;
    assert_status(brood_queue_get_bytes(queue, buffer, 8, &size, 0), APR_TIMEUP);
    for (int i = 0; i < 3; i++) {
        assert_success(brood_queue_put_bytes(queue, "abcd", 4, 0));
    }
    assert_status(brood_queue_put_bytes(queue, "abcd", 4, 0), APR_TIMEUP);
    assert_success(brood_queue_get_bytes(queue, buffer, 8, &size, 0));
    assert_success(brood_queue_counts(queue, &counts));
    assert_int_equal(counts.puts, 3);
    assert_int_equal(counts.put_bytes, 12);
    assert_int_equal(counts.put_waits, 1);
    assert_int_equal(counts.gets, 1);
    assert_int_equal(counts.get_bytes, 4);
    assert_int_equal(counts.get_waits, 1);
    assert_int_equal(counts.owner_deaths, 0);
    assert_int_equal(counts.most_items, 3);
    assert_status(brood_queue_counts(NULL, &counts), APR_EINVAL);
    assert_int_equal(counts.puts, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(many_go_in_and_come_out_in_order),
    BROOD_TEST(what_does_not_fit_stays),
    BROOD_TEST(what_has_no_room_is_told),
    BROOD_TEST(what_is_wrong_is_found_before_anything_is_put),
    BROOD_TEST(a_ceiling_is_kept),
    BROOD_TEST(batches_wait_for_room_and_for_messages),
    BROOD_TEST(a_batch_wakes_as_many_as_it_has_messages),
    BROOD_TEST(a_queue_counts_what_happens_in_it),
};
BROOD_TEST_MAIN(tests)
