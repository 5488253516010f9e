/* Processes: their life as seen by who made them. What concerns families and start methods is
 * in test_process_family.c and test_process_method.c. */
#include "methods.h"

#include "os/clock.h"
#include "os/stream.h"
#include <stdlib.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static int return_number(const brood_values_t *state, apr_pool_t *pool) {
    int number;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &number));
    return number;
}

static int exit_number(const brood_values_t *state, apr_pool_t *pool) {
    int number;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &number));
    exit(number);
}

/* Waits for a message before it ends. */
static int wait_for_word(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    return 11;
}

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

/* ---- ends ---- */

static void what_the_target_returns_is_the_exit_code(void **state) {
    static const int codes[] = {0, 1, 7, 127, 128, 200, 255};
    brood_test_t *test = *state;
    size_t i;

    for (i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        brood_test_join(brood_test_start(return_number, BROOD_ARGS(codes[i]), test),
                        codes[i]);
    }
    brood_test_join(brood_test_start(exit_number, BROOD_ARGS(42), test), 42);
}

static void terminated_and_killed(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *one = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    brood_process_t *other = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);

    assert_success(brood_process_terminate(one));
    brood_test_join(one, -15);
    assert_success(brood_process_kill(other));
    brood_test_join(other, -9);
    /* Once more, when there is nobody any more. */
    assert_success(brood_process_terminate(one));
    assert_success(brood_process_kill(one));
    brood_test_join(one, -15);
    assert_int_equal(brood_queue_empty(queue), 1);
}

static void alive_until_it_ends(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child =
        brood_test_create(wait_for_word, BROOD_ARGS(queue), NULL, test);
    int code = 5;
    int64_t begin;

    assert_int_equal(brood_process_is_alive(child), 0);
    assert_success(brood_process_start(child));
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_status(brood_process_exit_code(child, &code), APR_EAGAIN);
    assert_int_equal(code, 0);
    assert_status(brood_process_join(child, 0), APR_TIMEUP);
    begin = brood_test_now_us();
    assert_status(brood_process_join(child, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= SOON - 1000);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    assert_success(brood_process_join(child, BROOD_FOREVER));
    assert_success(brood_process_join(child, 0));
    assert_int_equal(brood_process_is_alive(child), 0);
    brood_test_join(child, 11);
    brood_test_join(child, 11);
}

static void the_sentinel_tells_the_end(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    brood_os_waitable_t set[1] = {{0, BROOD_OS_WAIT_WATCH, 0}};
    brood_native_t sentinel;
    apr_status_t rv = brood_process_sentinel(child, &sentinel);

    if (rv != APR_ENOTIMPL) {
        assert_success(rv);
        set[0].handle = sentinel;
        assert_status(brood_os_wait_any(set, 1, 0), APR_TIMEUP);
        assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
        assert_success(
            brood_os_wait_any(set, 1, brood_os_now_ns() + LATE * INT64_C(1000)));
        assert_int_equal(set[0].ready, 1);
        assert_int_equal(brood_process_is_alive(child), 0);
    } else {
        assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    }
    brood_test_join(child, 11);
}

/* ---- rules ---- */

static void not_started(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_create(return_number, BROOD_ARGS(1), NULL, test);
    brood_native_t sentinel;
    int code;

    assert_status(brood_process_join(child, 0), BROOD_ENOTSTARTED);
    assert_detail(brood_process_name(child));
    assert_status(brood_process_exit_code(child, &code), BROOD_ENOTSTARTED);
    assert_status(brood_process_terminate(child), BROOD_ENOTSTARTED);
    assert_status(brood_process_kill(child), BROOD_ENOTSTARTED);
    assert_status(brood_process_sentinel(child, &sentinel), BROOD_ENOTSTARTED);
    assert_int_equal(brood_process_pid(child), 0);
    assert_int_equal(brood_process_is_alive(child), 0);
    assert_success(brood_process_close(child));
}

static void started_once(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_start(return_number, BROOD_ARGS(1), test);

    assert_status(brood_process_start(child), BROOD_ESTARTED);
    brood_test_join(child, 1);
    assert_status(brood_process_start(child), BROOD_ESTARTED);
    assert_detail(brood_process_name(child));
}

static void closed(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    brood_native_t sentinel;
    int64_t pid = brood_process_pid(child);
    int code;

    assert_status(brood_process_close(child), BROOD_EBUSY);
    assert_detail(brood_process_name(child));
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    brood_test_join(child, 11);
    assert_success(brood_process_close(child));
    assert_success(brood_process_close(child));
    assert_status(brood_process_join(child, 0), BROOD_ECLOSED);
    assert_status(brood_process_exit_code(child, &code), BROOD_ECLOSED);
    assert_status(brood_process_start(child), BROOD_ECLOSED);
    assert_status(brood_process_kill(child), BROOD_ECLOSED);
    assert_status(brood_process_terminate(child), BROOD_ECLOSED);
    assert_status(brood_process_sentinel(child, &sentinel), BROOD_ECLOSED);
    assert_int_equal(brood_process_is_alive(child), 0);
    assert_int_equal(brood_process_pid(child), pid);
}

static void what_cannot_be_made(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    char name[300];

    assert_status(brood_process_create(&child, NULL, BROOD_NO_ARGS, NULL, test->pool),
                  APR_EINVAL);
    assert_detail("target");
    assert_null(child);
    options.struct_size = 1;
    assert_status(
        brood_process_create(&child, return_number, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
    assert_detail("struct_size");
    options.struct_size = sizeof options;
    options.method = (brood_start_method_t)77;
    assert_status(
        brood_process_create(&child, return_number, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
    assert_detail("method is 77");
    options.method = BROOD_START_DEFAULT;
    options.daemon = 2;
    assert_status(
        brood_process_create(&child, return_number, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
    assert_detail("daemon is 2");
    options.daemon = 0;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    options.name = name;
    assert_status(
        brood_process_create(&child, return_number, BROOD_NO_ARGS, &options, test->pool),
        APR_EINVAL);
    assert_detail("name has 299 bytes");
    assert_status(
        brood_process_create(&child, return_number, BROOD_ARGS("\xff"), NULL, test->pool),
        BROOD_ETYPE);
    assert_null(child);
}

static void null_is_an_error(void **state) {
    brood_native_t sentinel;
    int code;

    (void)state;
    assert_status(brood_process_start(NULL), APR_EINVAL);
    assert_status(brood_process_join(NULL, 0), APR_EINVAL);
    assert_status(brood_process_exit_code(NULL, &code), APR_EINVAL);
    assert_status(brood_process_terminate(NULL), APR_EINVAL);
    assert_status(brood_process_kill(NULL), APR_EINVAL);
    assert_status(brood_process_close(NULL), APR_EINVAL);
    assert_status(brood_process_sentinel(NULL, &sentinel), APR_EINVAL);
    assert_int_equal(brood_process_is_alive(NULL), 0);
    assert_int_equal(brood_process_pid(NULL), 0);
}

/* ---- state ---- */

static int wrong_unpacking(const brood_values_t *state, apr_pool_t *pool) {
    int number, another;
    const char *text;
    brood_queue_t *queue;

    (void)pool;
    CHILD_STATUS(BROOD_UNPACK(state, &number), BROOD_ECOUNT);
    CHILD_STATUS(BROOD_UNPACK(state, &number, &text, &another), BROOD_ECOUNT);
    CHILD_STATUS(BROOD_UNPACK(state, &number, &another), BROOD_ETYPE);
    CHILD_STATUS(BROOD_UNPACK(state, &queue, &text), BROOD_ETYPE);
    CHILD_OK(BROOD_UNPACK(state, &number, &text));
    return number;
}

static void the_state_has_types(void **state) {
    brood_test_t *test = *state;

    brood_test_join(brood_test_start(wrong_unpacking, BROOD_ARGS(5, "text"), test), 5);
}

static void the_state_is_packed_at_once(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child;
    int number = 3;

    child = brood_test_create(return_number, BROOD_ARGS(number), NULL, test);
    number = 4;
    assert_success(brood_process_start(child));
    brood_test_join(child, 3);
    assert_int_equal(number, 4);
}

static int check_large(const brood_values_t *state, apr_pool_t *pool) {
    brood_bytes_t bytes;
    size_t i;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &bytes));
    CHILD_CHECK(bytes.size == 3000000);
    for (i = 0; i < bytes.size; i++) {
        CHILD_CHECK(((const unsigned char *)bytes.data)[i] == i % 251);
    }
    return 0;
}

static void a_state_of_megabytes(void **state) {
    brood_test_t *test = *state;
    unsigned char *data = malloc(3000000);
    brood_bytes_t bytes = {data, 3000000};
    brood_process_t *child;
    size_t i;

    assert_non_null(data);
    for (i = 0; i < bytes.size; i++) {
        data[i] = (unsigned char)(i % 251);
    }
    child = brood_test_start(check_large, BROOD_ARGS(bytes), test);
    free(data);
    brood_test_join(child, 0);
}

/* ---- names and numbers ---- */

static int tell_who(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_put(
        queue, BROOD_ARGS(brood_current_name(), brood_current_pid(), brood_parent_pid()),
        0));
    return 0;
}

static void names_and_numbers(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child;
    brood_values_t *values;
    const char *name;
    int64_t pid, parent;

    assert_string_equal(brood_current_name(), "MainProcess");
    assert_int_equal(brood_parent_pid(), 0);
    child = brood_test_start(tell_who, BROOD_ARGS(queue), test);
    assert_memory_equal(brood_process_name(child), "Process-", 8);
    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &name, &pid, &parent));
    assert_string_equal(name, brood_process_name(child));
    assert_int_equal(pid, brood_process_pid(child));
    assert_int_equal(parent, brood_current_pid());
    brood_test_join(child, 0);
    assert_int_equal(brood_process_pid(child), pid);

    options.name = "Gr\xc3\xbc\xc3\x9f"
                   "e, worker 3";
    child = brood_test_create(tell_who, BROOD_ARGS(queue), &options, test);
    assert_success(brood_process_start(child));
    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &name, &pid, &parent));
    assert_string_equal(name, options.name);
    brood_test_join(child, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(what_the_target_returns_is_the_exit_code),
    BROOD_TEST(terminated_and_killed),
    BROOD_TEST(alive_until_it_ends),
    BROOD_TEST(the_sentinel_tells_the_end),
    BROOD_TEST(not_started),
    BROOD_TEST(started_once),
    BROOD_TEST(closed),
    BROOD_TEST(what_cannot_be_made),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_state_has_types),
    BROOD_TEST(the_state_is_packed_at_once),
    BROOD_TEST(a_state_of_megabytes),
    BROOD_TEST(names_and_numbers),
};

BROOD_TEST_MAIN(tests)
