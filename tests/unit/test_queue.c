/* Queues in one process and in few: order, sizes, limits, timeouts, misuse. */
#include "queues.h"

#include <stdlib.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_queue_t *make(brood_test_t *test, size_t capacity, uint32_t items) {
    return brood_test_queue(test, .capacity_bytes = capacity, .max_items = items);
}

/* ---- messages ---- */

static void values_come_out_as_they_went_in(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;
    int number;
    const char *text;
    double real;

    assert_success(brood_queue_put(queue, BROOD_ARGS(42, "spam", 0.5), 0));
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &number, &text, &real));
    assert_int_equal(number, 42);
    assert_string_equal(text, "spam");
    assert_true(real > 0.4 && real < 0.6);
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_int_equal(brood_values_count(values), 0);
}

static void bytes_come_out_as_they_went_in(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    char buffer[8];
    size_t size;

    assert_success(brood_queue_put_bytes(queue, "abc", 3, 0));
    assert_success(brood_queue_put_bytes(queue, NULL, 0, 0));
    assert_success(brood_queue_put_bytes(queue, "defgh", 5, 0));
    assert_int_equal(brood_test_qsize(queue), 3);
    assert_success(brood_queue_get_bytes(queue, buffer, sizeof buffer, &size, 0));
    assert_int_equal(size, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_success(brood_queue_get_bytes(queue, NULL, 0, &size, 0));
    assert_int_equal(size, 0);
    assert_success(brood_queue_get_bytes(queue, buffer, sizeof buffer, &size, 0));
    assert_memory_equal(buffer, "defgh", 5);
    assert_int_equal(brood_test_qsize(queue), 0);
}

static void fill(unsigned char *bytes, size_t size, unsigned seed) {
    size_t i;

    for (i = 0; i < size; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(seed >> 24);
    }
}

static const size_t sizes[] = {0,      1,      7,       8,       9,       100,
                               4079,   4080,   4088,    4096,    65535,   65536,
                               131072, 262144, 1048576, 1048577, 4194304, 8388608};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void messages_of_all_sizes_in(brood_queue_t *queue) {
    unsigned char *out = malloc(8388608);
    unsigned char *in = malloc(8388608);
    size_t i, size;

    assert_non_null(out);
    assert_non_null(in);
    for (i = 0; i < SIZES; i++) {
        fill(out, sizes[i], (unsigned)i);
        assert_success(brood_queue_put_bytes(queue, out, sizes[i], 0));
        assert_success(brood_queue_get_bytes(queue, in, 8388608, &size, 0));
        assert_int_equal(size, sizes[i]);
        assert_int_equal(memcmp(in, out, size), 0);
    }
    free(in);
    free(out);
}

static void messages_of_all_sizes(void **state) {
    brood_test_t *test = *state;

    messages_of_all_sizes_in(make(test, 4096, 0));
    messages_of_all_sizes_in(make(test, 0, 0));
    messages_of_all_sizes_in(make(test, 16 << 20, 0));
}

/* Small and large ones, until the ring has been round many times. */
static void sizes_mixed_at_random(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 8192, 0);
    unsigned char *bytes = malloc(70000);
    unsigned char *wanted = malloc(70000);
    unsigned put = 0, got = 0, random = 7;
    size_t size;

    assert_non_null(bytes);
    assert_non_null(wanted);
    while (got < 3000) {
        random = random * 1664525u + 1013904223u;
        if (put < 3000 && (random >> 16) % 5 != 0) {
            size = put * 7919u % (put % 50 == 0 ? 70000 : 700);
            fill(bytes, size, put);
            if (brood_queue_put_bytes(queue, bytes, size, 0) == APR_SUCCESS) {
                put++;
                continue;
            }
        }
        if (put == got) {
            continue;
        }
        assert_success(brood_queue_get_bytes(queue, bytes, 70000, &size, 0));
        assert_int_equal(size, got * 7919u % (got % 50 == 0 ? 70000 : 700));
        fill(wanted, size, got);
        assert_int_equal(memcmp(bytes, wanted, size), 0);
        got++;
    }
    assert_int_equal(brood_queue_empty(queue), 1);
    free(bytes);
    free(wanted);
}

static void a_buffer_too_small_leaves_the_message(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    char buffer[6];
    size_t size;

    assert_success(brood_queue_put_bytes(queue, "abcdef", 6, 0));
    assert_status(brood_queue_get_bytes(queue, buffer, 5, &size, 0), BROOD_ETOOBIG);
    assert_detail("6");
    assert_detail("5");
    assert_int_equal(size, 6);
    assert_int_equal(brood_test_qsize(queue), 1);
    assert_status(brood_queue_get_bytes(queue, NULL, 0, &size, 0), BROOD_ETOOBIG);
    assert_success(brood_queue_get_bytes(queue, buffer, 6, &size, 0));
    assert_memory_equal(buffer, "abcdef", 6);
}

static void bytes_that_are_no_values(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;

    assert_success(brood_queue_put_bytes(queue, "\xc1\xc1", 2, 0));
    assert_status(brood_queue_get(queue, &values, 0, test->pool), BROOD_EENCODING);
    assert_null(values);
    assert_int_equal(brood_test_qsize(queue), 0);
}

/* ---- limits ---- */

static void max_items_makes_it_full(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 3);
    char buffer[4];
    size_t size;
    int i, round;

    for (round = 0; round < 3; round++) {
        for (i = 0; i < 3; i++) {
            assert_int_equal(brood_queue_full(queue), 0);
            assert_success(brood_queue_put_bytes(queue, "x", 1, 0));
        }
        assert_int_equal(brood_queue_full(queue), 1);
        assert_int_equal(brood_test_qsize(queue), 3);
        assert_status(brood_queue_put_bytes(queue, "x", 1, 0), APR_TIMEUP);
        for (i = 0; i < 3; i++) {
            assert_success(brood_queue_get_bytes(queue, buffer, 4, &size, 0));
            assert_int_equal(brood_queue_full(queue), 0);
        }
        assert_int_equal(brood_queue_empty(queue), 1);
    }
}

static void room_makes_it_full(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 4096, 0);
    char buffer[64] = "";
    size_t size, in = 0, out = 0;

    /* A message takes its size and 16 bytes at the most. */
    while (brood_queue_put_bytes(queue, buffer, 48, 0) == APR_SUCCESS) {
        in++;
        assert_int_equal(brood_test_qsize(queue), in);
    }
    assert_true(in >= 4096 / 64);
    assert_status(brood_queue_put_bytes(queue, buffer, 48, SOON), APR_TIMEUP);
    while (brood_queue_get_bytes(queue, buffer, 64, &size, 0) == APR_SUCCESS) {
        out++;
    }
    assert_int_equal(in, out);
}

static void what_is_over_the_limit(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    size_t limit = brood_queue_limit(queue);

    assert_true(limit >= 8388608);
    assert_true(limit < SIZE_MAX);
    assert_status(brood_queue_put_bytes(queue, "", limit + 1, 0), BROOD_ETOOBIG);
    assert_status(brood_queue_put_bytes(queue, "", SIZE_MAX, 0), BROOD_ETOOBIG);
    assert_int_equal(brood_test_qsize(queue), 0);
}

static void options_out_of_range(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;

    options.struct_size = 3;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("struct_size");
    assert_null(queue);
    options.struct_size = sizeof options;
    options.capacity_bytes = ((size_t)1 << 30) + 1;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("capacity_bytes");
    options.capacity_bytes = 0;
    options.max_items = UINT32_MAX;
    assert_status(brood_queue_create(&queue, &options, test->pool), APR_EINVAL);
    assert_detail("max_items");
}

/* ---- timeouts ---- */

static void an_empty_queue_times_out(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;
    char buffer[4];
    size_t size = 5;
    int64_t begin;

    assert_int_equal(brood_queue_empty(queue), 1);
    assert_status(brood_queue_get(queue, &values, 0, test->pool), APR_TIMEUP);
    assert_null(values);
    assert_status(brood_queue_get_bytes(queue, buffer, 4, &size, 0), APR_TIMEUP);
    assert_int_equal(size, 0);
    begin = brood_test_now_us();
    assert_status(brood_queue_get(queue, &values, SOON, test->pool), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= SOON);
    begin = brood_test_now_us();
    assert_status(brood_queue_get_bytes(queue, buffer, 4, &size, 5 * SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= 5 * SOON);
}

static void a_full_queue_times_out(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 1);
    int64_t begin;

    assert_success(brood_queue_put(queue, BROOD_ARGS(1), BROOD_FOREVER));
    assert_status(brood_queue_put(queue, BROOD_ARGS(2), 0), APR_TIMEUP);
    begin = brood_test_now_us();
    assert_status(brood_queue_put(queue, BROOD_ARGS(2), 5 * SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= 5 * SOON);
    assert_int_equal(brood_test_qsize(queue), 1);
}

/* ---- misuse ---- */

static void handles_do_not_travel_through_it(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_status(brood_queue_put(queue, BROOD_ARGS(1, lock), 0), BROOD_ENOTRAVEL);
    assert_detail("2");
    assert_status(brood_queue_put(queue, BROOD_ARGS(queue), 0), BROOD_ENOTRAVEL);
    assert_status(brood_queue_put(queue, BROOD_ARGS("\xff"), 0), BROOD_ETYPE);
    assert_int_equal(brood_test_qsize(queue), 0);
}

static void a_closed_queue_says_so(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;
    char buffer[4];
    size_t size;

    assert_success(brood_queue_close(queue));
    assert_success(brood_queue_close(queue));
    assert_status(brood_queue_put(queue, BROOD_ARGS(1), 0), BROOD_ECLOSED);
    assert_detail("queue");
    assert_status(brood_queue_put_bytes(queue, "", 0, 0), BROOD_ECLOSED);
    assert_status(brood_queue_get(queue, &values, 0, test->pool), BROOD_ECLOSED);
    assert_status(brood_queue_get_bytes(queue, buffer, 4, &size, 0), BROOD_ECLOSED);
    assert_status(brood_queue_qsize(queue, &size), BROOD_ECLOSED);
    assert_int_equal(brood_queue_empty(queue), 1);
    assert_int_equal(brood_queue_full(queue), 0);
    assert_int_equal(brood_queue_limit(queue), 0);
}

static void null_is_an_error(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;
    size_t size;

    assert_status(brood_queue_put(NULL, BROOD_ARGS(1), 0), APR_EINVAL);
    assert_detail("queue");
    assert_status(brood_queue_put_bytes(NULL, "", 0, 0), APR_EINVAL);
    assert_status(brood_queue_put_bytes(queue, NULL, 1, 0), APR_EINVAL);
    assert_detail("data");
    assert_status(brood_queue_get(NULL, &values, 0, test->pool), APR_EINVAL);
    assert_status(brood_queue_get_bytes(NULL, NULL, 0, &size, 0), APR_EINVAL);
    assert_status(brood_queue_get_bytes(queue, NULL, 1, &size, 0), APR_EINVAL);
    assert_detail("buffer");
    assert_status(brood_queue_qsize(NULL, &size), APR_EINVAL);
    assert_int_equal(size, 0);
    assert_status(brood_queue_close(NULL), APR_EINVAL);
    assert_int_equal(brood_queue_empty(NULL), 1);
    assert_int_equal(brood_queue_full(NULL), 0);
    assert_int_equal(brood_queue_limit(NULL), 0);
}

/* ---- lifetime ---- */

static int put_and_end(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS("from", brood_current_name()), 0));
    return 0;
}

static void what_was_put_outlives_who_put_it(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_values_t *values;
    const char *from, *name;

    brood_test_join(brood_test_start(put_and_end, BROOD_ARGS(queue), test), 0);
    assert_int_equal(brood_test_qsize(queue), 1);
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &from, &name));
    assert_string_equal(from, "from");
    assert_memory_equal(name, "Process-", 8);
}

/* The child has a second handle on the queue: closing the first in the parent harms nobody. */
static int answer(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *questions, *answers;
    brood_values_t *values;
    int number = 0;

    CHILD_OK(BROOD_UNPACK(state, &questions, &answers));
    while (number >= 0) {
        CHILD_OK(brood_queue_get(questions, &values, LATE, pool));
        CHILD_OK(BROOD_UNPACK(values, &number));
        CHILD_OK(brood_queue_put(answers, BROOD_ARGS(number * 2), LATE));
    }
    return 0;
}

static void questions_and_answers(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *questions = make(test, 0, 0);
    brood_queue_t *answers = make(test, 0, 1);
    brood_process_t *child =
        brood_test_start(answer, BROOD_ARGS(questions, answers), test);
    brood_values_t *values;
    int number, i;

    for (i = 1; i < 200; i++) {
        assert_success(brood_queue_put(questions, BROOD_ARGS(i), LATE));
        assert_success(brood_queue_get(answers, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &number));
        assert_int_equal(number, 2 * i);
    }
    assert_success(brood_queue_put(questions, BROOD_ARGS(-1), LATE));
    assert_success(brood_queue_close(questions));
    brood_test_join(child, 0);
    assert_int_equal(brood_test_qsize(answers), 1);
}

static void the_same_queue_twice_in_one_state(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make(test, 0, 0);
    brood_process_t *child = brood_test_start(answer, BROOD_ARGS(queue, queue), test);
    brood_values_t *values;
    int number;

    /* It answers itself: -1 doubled is -2, which nobody takes any more. */
    assert_success(brood_queue_put(queue, BROOD_ARGS(-1), LATE));
    brood_test_join(child, 0);
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &number));
    assert_int_equal(number, -2);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(values_come_out_as_they_went_in),
    BROOD_TEST(bytes_come_out_as_they_went_in),
    BROOD_TEST(messages_of_all_sizes),
    BROOD_TEST(sizes_mixed_at_random),
    BROOD_TEST(a_buffer_too_small_leaves_the_message),
    BROOD_TEST(bytes_that_are_no_values),
    BROOD_TEST(max_items_makes_it_full),
    BROOD_TEST(room_makes_it_full),
    BROOD_TEST(what_is_over_the_limit),
    BROOD_TEST(options_out_of_range),
    BROOD_TEST(an_empty_queue_times_out),
    BROOD_TEST(a_full_queue_times_out),
    BROOD_TEST(handles_do_not_travel_through_it),
    BROOD_TEST(a_closed_queue_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(what_was_put_outlives_who_put_it),
    BROOD_TEST(questions_and_answers),
    BROOD_TEST(the_same_queue_twice_in_one_state),
};

BROOD_TEST_MAIN(tests)
