/* Shared arrays: lengths, items, slices, text, processes, and deaths. */
#include "methods.h"

#include <stdlib.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_shared_array_t *make(char typecode, size_t length, brood_test_t *test) {
    brood_shared_array_t *array;
    assert_success(brood_shared_array_create(&array, typecode, length, NULL, test->pool));
    return array;
}

/* ---- lengths ---- */

/* Around 24 bytes the items move out of the cell. */
static void each_length_is_zero_filled_and_whole(void **state) {
    brood_test_t *test = *state;
    static const size_t lengths[] = {0, 1, 5, 6, 7, 24, 25, 4080, 4081, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        brood_shared_array_t *array = make('i', lengths[i], test);
        int64_t number = 1;
        assert_int_equal(brood_shared_array_length(array), lengths[i]);
        assert_int_equal(brood_shared_array_typecode(array), 'i');
        assert_int_equal((uintptr_t)brood_shared_array_data(array) % 8, 0);
        for (size_t at = 0; at < lengths[i]; at += 1 + lengths[i] / 100) {
            assert_success(brood_shared_array_get_int(array, at, &number, 0));
            assert_true(number == 0);
            assert_success(brood_shared_array_set_int(array, at, -(int64_t)at, 0));
        }
        for (size_t at = 0; at < lengths[i]; at += 1 + lengths[i] / 100) {
            assert_success(brood_shared_array_get_int(array, at, &number, 0));
            assert_true(number == -(int64_t)at);
        }
        if (lengths[i] != 0) {
            assert_success(brood_shared_array_set_int(array, lengths[i] - 1, 9, 0));
        }
        assert_status(brood_shared_array_set_int(array, lengths[i], 9, 0), BROOD_ERANGE);
        assert_success(brood_shared_array_close(array));
    }
}

static void too_many_items_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *array;
    assert_status(brood_shared_array_create(&array, 'd', SIZE_MAX, NULL, test->pool),
                  BROOD_ERANGE);
    assert_null(array);
    assert_status(brood_shared_array_create(&array, 'd', SIZE_MAX / 8, NULL, test->pool),
                  BROOD_ERANGE);
    if (sizeof(size_t) > 4) { /* all that 32 bits can say is there */
        assert_int_not_equal(
            brood_shared_array_create(&array, 'c', SIZE_MAX / 4, NULL, test->pool),
            APR_SUCCESS);
        assert_null(array);
    }
}

static void an_index_beyond_the_end_is_named(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *array = make('i', 10, test);
    int64_t number = 1;
    uint64_t high = 1;
    double real = 1;
    assert_status(brood_shared_array_get_int(array, 10, &number, 0), BROOD_ERANGE);
    assert_detail("index 10, the length is 10");
    assert_true(number == 0);
    assert_status(brood_shared_array_get_uint(array, SIZE_MAX, &high, 0), BROOD_ERANGE);
    assert_status(brood_shared_array_get_double(array, 11, &real, 0), BROOD_ERANGE);
    assert_status(brood_shared_array_set_int(array, 10, 1, 0), BROOD_ERANGE);
    assert_status(brood_shared_array_set_uint(array, 10, 1, 0), BROOD_ERANGE);
    assert_status(brood_shared_array_set_double(array, 10, 1, 0), BROOD_ERANGE);
}

/* ---- items ---- */

static void items_are_made_of_a_sequence(void **state) {
    brood_test_t *test = *state;
    static const double reals[] = {0.5, -1.5, 2.5, 3.5};
    static const uint16_t shorts[] = {1, 2, 65535};
    brood_shared_array_t *array, *again;
    double real;
    uint64_t high;
    assert_success(
        brood_shared_array_create_from(&array, 'd', reals, 4, NULL, test->pool));
    assert_success(brood_shared_array_get_double(array, 1, &real, 0));
    assert_true(real == -1.5);
    assert_success(brood_shared_array_set_double(array, 1, 7.25, 0));
    assert_true(((double *)brood_shared_array_data(array))[1] == 7.25);
    /* a copy has memory of its own */
    assert_success(brood_shared_array_create_from(
        &again, 'd', brood_shared_array_data(array), 4, NULL, test->pool));
    assert_success(brood_shared_array_set_double(array, 1, 0, 0));
    assert_success(brood_shared_array_get_double(again, 1, &real, 0));
    assert_true(real == 7.25);
    assert_success(
        brood_shared_array_create_from(&array, 'H', shorts, 3, NULL, test->pool));
    assert_success(brood_shared_array_get_uint(array, 2, &high, 0));
    assert_true(high == 65535);
    assert_status(brood_shared_array_set_uint(array, 2, 65536, 0), BROOD_ERANGE);
    assert_status(brood_shared_array_set_double(array, 2, 1, 0), BROOD_ETYPE);
    assert_status(brood_shared_array_create_from(&array, 'H', NULL, 3, NULL, test->pool),
                  APR_EINVAL);
    assert_null(array);
    assert_success(
        brood_shared_array_create_from(&array, 'H', NULL, 0, NULL, test->pool));
}

static void slices(void **state) {
    brood_test_t *test = *state;
    static const int16_t some[] = {1, -2, 3, -4};
    int16_t got[6] = {9, 9, 9, 9, 9, 9};
    for (size_t length = 8; length < 100; length += 40) { /* in the cell and not */
        brood_shared_array_t *array = make('h', length, test);
        assert_success(brood_shared_array_write(array, 3, 4, some, 0));
        assert_success(brood_shared_array_read(array, 2, 6, got, 0));
        assert_memory_equal(got, ((int16_t[]){0, 1, -2, 3, -4, 0}), sizeof got);
        assert_success(brood_shared_array_write(array, length, 0, NULL, 0));
        assert_success(brood_shared_array_read(array, length, 0, NULL, 0));
        assert_status(brood_shared_array_write(array, length - 3, 4, some, 0),
                      BROOD_ERANGE);
        assert_detail("4 items from index");
        assert_status(brood_shared_array_read(array, length + 1, 0, got, 0),
                      BROOD_ERANGE);
        assert_status(brood_shared_array_read(array, 1, SIZE_MAX, got, 0), BROOD_ERANGE);
        assert_status(brood_shared_array_read(array, 0, 1, NULL, 0), APR_EINVAL);
        assert_status(brood_shared_array_write(array, 0, 1, NULL, 0), APR_EINVAL);
    }
}

static void text_and_raw_bytes(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *array = make('c', 8, test);
    brood_shared_array_t *numbers = make('b', 8, test);
    char text[16];
    char raw[8];
    assert_success(brood_shared_array_get_string(array, text, sizeof text, 0));
    assert_string_equal(text, "");
    assert_success(brood_shared_array_set_string(array, "sunflow", 0));
    assert_success(brood_shared_array_set_string(array, "seed", 0));
    assert_success(brood_shared_array_get_string(array, text, sizeof text, 0));
    assert_string_equal(text, "seed");
    assert_success(brood_shared_array_read(array, 0, 8, raw, 0));
    assert_memory_equal(raw, "seed\0ow", 8); /* as CPython leaves it */
    assert_success(brood_shared_array_set_string(array, "eight!!!", 0));
    assert_success(brood_shared_array_get_string(array, text, sizeof text, 0));
    assert_string_equal(text, "eight!!!");
    assert_status(brood_shared_array_get_string(array, text, 8, 0), BROOD_ERANGE);
    assert_string_equal(text, "");
    assert_success(brood_shared_array_get_string(array, text, 9, 0));
    assert_status(brood_shared_array_set_string(array, "too long!", 0), BROOD_ERANGE);
    assert_success(brood_shared_array_write(array, 0, 8, "\0abcdefg", 0));
    assert_success(brood_shared_array_get_string(array, text, sizeof text, 0));
    assert_string_equal(text, "");
    assert_status(brood_shared_array_set_string(numbers, "x", 0), BROOD_ETYPE);
    assert_status(brood_shared_array_get_string(numbers, text, 9, 0), BROOD_ETYPE);
    assert_status(brood_shared_array_set_string(array, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_get_string(array, NULL, 9, 0), APR_EINVAL);
    assert_status(brood_shared_array_get_string(array, text, 0, 0), APR_EINVAL);
}

/* ---- misuse ---- */

static void null_and_closed_are_errors(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *array = make('i', 100, test);
    int64_t number;
    assert_status(brood_shared_array_create(NULL, 'i', 1, NULL, test->pool), APR_EINVAL);
    assert_status(brood_shared_array_create_from(NULL, 'i', "", 0, NULL, test->pool),
                  APR_EINVAL);
    assert_status(brood_shared_array_get_int(NULL, 0, &number, 0), APR_EINVAL);
    assert_status(brood_shared_array_get_int(array, 0, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_get_uint(array, 0, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_get_double(array, 0, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_set_int(NULL, 0, 1, 0), APR_EINVAL);
    assert_status(brood_shared_array_read(NULL, 0, 0, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_write(NULL, 0, 0, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_acquire(NULL, 0), APR_EINVAL);
    assert_status(brood_shared_array_release(NULL), APR_EINVAL);
    assert_status(brood_shared_array_close(NULL), APR_EINVAL);
    assert_null(brood_shared_array_data(NULL));
    assert_int_equal(brood_shared_array_length(NULL), 0);
    assert_int_equal(brood_shared_array_typecode(NULL), 0);
    assert_success(brood_shared_array_acquire(array, 0));
    assert_status(brood_shared_array_close(array), BROOD_EBUSY);
    assert_success(brood_shared_array_release(array));
    assert_success(brood_shared_array_close(array));
    assert_success(brood_shared_array_close(array));
    assert_status(brood_shared_array_get_int(array, 0, &number, 0), BROOD_ECLOSED);
    assert_status(brood_shared_array_read(array, 0, 0, NULL, 0), BROOD_ECLOSED);
    assert_null(brood_shared_array_data(array));
    assert_int_equal(brood_shared_array_length(array), 0);
}

static void locks_as_asked(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_array_t *array;
    char byte = 1;
    assert_success(brood_lock_create(&options.lock, test->pool));
    assert_success(brood_shared_array_create(&array, 'c', 99, &options, test->pool));
    assert_success(brood_lock_acquire(options.lock, 0));
    assert_status(brood_shared_array_write(array, 0, 1, &byte, SOON), APR_TIMEUP);
    assert_status(brood_shared_array_read(array, 0, 1, &byte, 0), APR_TIMEUP);
    assert_success(brood_shared_array_release(array));
    assert_success(brood_shared_array_read(array, 0, 1, &byte, 0));
    assert_int_equal(byte, 0);
    options.lock = NULL;
    options.unlocked = 1;
    assert_success(brood_shared_array_create(&array, 'c', 99, &options, test->pool));
    assert_status(brood_shared_array_acquire(array, 0), APR_EINVAL);
    assert_success(brood_shared_array_set_string(array, "raw", 0));
    assert_string_equal(brood_shared_array_data(array), "raw");
    array = make('c', 99, test);
    assert_success(brood_shared_array_acquire(array, 0));
    assert_success(brood_shared_array_set_string(array, "again", 0)); /* recursive */
    assert_success(brood_shared_array_release(array));
}

/* ---- processes ---- */

static int fill(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_array_t *few, *many;
    int start;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &few, &many, &start));
    CHILD_CHECK(brood_shared_array_length(few) == 6);
    CHILD_CHECK(brood_shared_array_length(many) == 5000);
    CHILD_CHECK(brood_shared_array_typecode(few) == 'i');
    CHILD_CHECK(brood_shared_array_typecode(many) == 'd');
    for (size_t i = 0; i < 6; i++) {
        CHILD_OK(brood_shared_array_set_int(few, i, start + (int)i, LATE));
    }
    for (size_t i = 0; i < 5000; i++) {
        CHILD_OK(brood_shared_array_set_double(many, i, start + (double)i / 2, LATE));
    }
    return 0;
}

static void a_child_fills_them(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *few = make('i', 6, test);
    brood_shared_array_t *many = make('d', 5000, test);
    brood_test_join(brood_test_start(fill, BROOD_ARGS(few, many, 100), test), 0);
    for (size_t i = 0; i < 6; i++) {
        int64_t number;
        assert_success(brood_shared_array_get_int(few, i, &number, 0));
        assert_true(number == 100 + (int64_t)i);
    }
    for (size_t i = 0; i < 5000; i++) {
        double number;
        assert_success(brood_shared_array_get_double(many, i, &number, 0));
        assert_true(number == 100 + (double)i / 2);
    }
}

static brood_shared_array_t *inherited;

static int use_inherited(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    CHILD_CHECK(inherited != NULL);
    CHILD_OK(brood_shared_array_set_string(inherited, "from the child", 0));
    return 0;
}

static void under_fork_it_is_inherited(void **state) {
    brood_test_t *test = *state;
    char text[100];
    if (test->method != BROOD_START_FORK) {
        return;
    }
    inherited = make('c', 100, test);
    brood_test_join(brood_test_start(use_inherited, BROOD_NO_ARGS, test), 0);
    assert_success(brood_shared_array_get_string(inherited, text, sizeof text, 0));
    assert_string_equal(text, "from the child");
    inherited = NULL;
}

/* The memory lives on with the last who holds it. */
static int outlive(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_array_t *array;
    brood_connection_t *connection;
    char what;
    size_t size;
    char text[100];
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &array, &connection));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
    CHILD_OK(brood_shared_array_get_string(array, text, sizeof text, LATE));
    return strcmp(text, "left behind") == 0 ? 3 : 4;
}

static void it_lives_as_long_as_somebody_holds_it(void **state) {
    brood_test_t *test = *state;
    brood_shared_array_t *array = make('c', 1000, test);
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    process = brood_test_start(outlive, BROOD_ARGS(array, theirs), test);
    assert_success(brood_shared_array_set_string(array, "left behind", LATE));
    assert_success(brood_shared_array_close(array));
    assert_success(brood_connection_send_bytes(mine, "g", 1, LATE));
    brood_test_join(process, 3);
}

/* Holds the lock in the middle of a change. */
static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_array_t *array;
    brood_connection_t *connection;
    char what;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &array, &connection));
    CHILD_OK(brood_shared_array_acquire(array, LATE));
    CHILD_OK(brood_shared_array_set_int(array, 0, 1, 0));
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
    return 1;
}

static brood_shared_array_t *array_of_the_dead(char typecode, size_t length,
                                               brood_test_t *test) {
    brood_shared_array_t *array = make(typecode, length, test);
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    char word;
    size_t size;
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    process = brood_test_start(hold, BROOD_ARGS(array, theirs), test);
    assert_success(brood_connection_close(theirs));
    assert_success(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE));
    assert_status(brood_shared_array_read(array, 0, 1, &word, 0), APR_TIMEUP);
    assert_success(brood_process_kill(process));
    assert_success(brood_process_join(process, LATE));
    return array;
}

static void a_death_is_told_and_the_lock_is_held(void **state) {
    brood_test_t *test = *state;
    int8_t items[2] = {7, 7};
    char text[10];
    brood_shared_array_t *array = array_of_the_dead('b', 100, test);
    assert_status(brood_shared_array_read(array, 0, 2, items, LATE), BROOD_EOWNERDEAD);
    assert_int_equal(items[0], 1); /* one of two was written */
    assert_int_equal(items[1], 0);
    items[1] = 1;
    assert_success(brood_shared_array_write(array, 0, 2, items, 0));
    assert_success(brood_shared_array_release(array));
    assert_status(brood_shared_array_release(array), BROOD_ENOTOWNER);

    array = array_of_the_dead('b', 100, test);
    assert_status(brood_shared_array_write(array, 1, 1, items, LATE), BROOD_EOWNERDEAD);
    assert_int_equal(((int8_t *)brood_shared_array_data(array))[1], 0);
    assert_success(brood_shared_array_release(array));

    array = array_of_the_dead('c', 5, test);
    assert_status(brood_shared_array_get_string(array, text, sizeof text, LATE),
                  BROOD_EOWNERDEAD);
    assert_string_equal(text, "\001");
    assert_success(brood_shared_array_release(array));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(each_length_is_zero_filled_and_whole),
    BROOD_TEST(too_many_items_are_refused),
    BROOD_TEST(an_index_beyond_the_end_is_named),
    BROOD_TEST(items_are_made_of_a_sequence),
    BROOD_TEST(slices),
    BROOD_TEST(text_and_raw_bytes),
    BROOD_TEST(null_and_closed_are_errors),
    BROOD_TEST(locks_as_asked),
    BROOD_TEST(a_child_fills_them),
    BROOD_TEST(under_fork_it_is_inherited),
    BROOD_TEST(it_lives_as_long_as_somebody_holds_it),
    BROOD_TEST(a_death_is_told_and_the_lock_is_held),
};

BROOD_TEST_MAIN(tests)
