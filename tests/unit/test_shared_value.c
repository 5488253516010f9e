/* Shared values: types and their ends, locks, atomic operations, processes, and deaths. */
#include "methods.h"

#include <apr_thread_proc.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_shared_value_t *make(char typecode, brood_test_t *test) {
    brood_shared_value_t *value;
    assert_success(brood_shared_value_create(&value, typecode, NULL, test->pool));
    return value;
}

static brood_shared_value_t *make_unlocked(char typecode, brood_test_t *test) {
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value;
    options.unlocked = 1;
    assert_success(brood_shared_value_create(&value, typecode, &options, test->pool));
    return value;
}

/* ---- numbers ---- */

typedef struct range_t {
    char code;
    size_t width;
    int64_t least;
    uint64_t most;
} range_t;

static const range_t ranges[] = {
    {'c', 1, 0, UINT8_MAX},         {'u', 4, 0, 0x10ffff},
    {'b', 1, INT8_MIN, INT8_MAX},   {'B', 1, 0, UINT8_MAX},
    {'h', 2, INT16_MIN, INT16_MAX}, {'H', 2, 0, UINT16_MAX},
    {'i', 4, INT32_MIN, INT32_MAX}, {'I', 4, 0, UINT32_MAX},
    {'l', 8, INT64_MIN, INT64_MAX}, {'L', 8, 0, UINT64_MAX},
    {'q', 8, INT64_MIN, INT64_MAX}, {'Q', 8, 0, UINT64_MAX},
};

#define RANGES (sizeof ranges / sizeof ranges[0])

static void a_fresh_one_is_zero(void **state) {
    brood_test_t *test = *state;
    const char *codes = "cubBhHiIlLqQfd";
    for (int again = 0; again < 2; again++) { /* whatever its cell was before */
        apr_pool_t *pool;
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        for (const char *code = codes; *code != '\0'; code++) {
            brood_shared_value_t *value;
            double number = 1;
            assert_success(brood_shared_value_create(&value, *code, NULL, pool));
            assert_int_equal(brood_shared_value_typecode(value), *code);
            assert_success(brood_shared_value_get_double(value, &number, 0));
            assert_true(number == 0);
            assert_success(brood_shared_value_set_int(value, 77, 0));
        }
        apr_pool_destroy(pool);
    }
}

static void each_type_holds_its_range_and_no_more(void **state) {
    brood_test_t *test = *state;
    for (size_t i = 0; i < RANGES; i++) {
        const range_t *range = &ranges[i];
        brood_shared_value_t *value = make(range->code, test);
        int64_t number;
        uint64_t high;
        assert_success(brood_shared_value_set_int(value, range->least, 0));
        assert_success(brood_shared_value_get_int(value, &number, 0));
        assert_true(number == range->least);
        assert_success(brood_shared_value_set_uint(value, range->most, 0));
        assert_success(brood_shared_value_get_uint(value, &high, 0));
        assert_true(high == range->most);
        if (range->most != UINT64_MAX) {
            assert_status(brood_shared_value_set_uint(value, range->most + 1, 0),
                          BROOD_ERANGE);
            assert_detail(((char[]){'t', 'y', 'p', 'e', ' ', range->code, '\0'}));
        }
        if (range->least > INT64_MIN) {
            assert_status(brood_shared_value_set_int(value, range->least - 1, 0),
                          BROOD_ERANGE);
        }
        assert_success(brood_shared_value_get_uint(value, &high, 0));
        assert_true(high == range->most); /* nothing was written */
    }
}

static void what_lies_in_memory_is_as_wide_as_the_table_says(void **state) {
    brood_test_t *test = *state;
    for (size_t i = 0; i < RANGES; i++) {
        uint8_t expected[8];
        brood_shared_value_t *value = make_unlocked(ranges[i].code, test);
        memset(brood_shared_value_data(value), 0xee, sizeof expected);
        memset(expected, 0xee, sizeof expected);
        memset(expected, 0, ranges[i].width);
        assert_success(brood_shared_value_set_int(value, 0, 0));
        assert_memory_equal(brood_shared_value_data(value), expected, sizeof expected);
    }
}

static void too_large_for_the_place_is_told(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make('Q', test);
    brood_shared_value_t *negative = make('h', test);
    int64_t number = 1;
    uint64_t high = 1;
    double real = 1;
    assert_success(brood_shared_value_set_uint(value, (uint64_t)INT64_MAX + 1, 0));
    assert_status(brood_shared_value_get_int(value, &number, 0), BROOD_ERANGE);
    assert_true(number == 0);
    assert_detail("9223372036854775808");
    assert_success(brood_shared_value_get_double(value, &real, 0));
    assert_true(real == 9223372036854775808.0);
    assert_success(brood_shared_value_set_int(negative, -3, 0));
    assert_status(brood_shared_value_get_uint(negative, &high, 0), BROOD_ERANGE);
    assert_detail("-3");
    assert_true(high == 0);
    assert_success(brood_shared_value_get_double(negative, &real, 0));
    assert_true(real == -3);
    /* and the lock is free after all this */
    assert_success(brood_shared_value_close(value));
    assert_success(brood_shared_value_close(negative));
}

static void real_numbers(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *narrow = make('f', test);
    brood_shared_value_t *wide = make('d', test);
    double number;
    int64_t integer = 1;
    assert_success(brood_shared_value_set_double(wide, 0.1, 0));
    assert_success(brood_shared_value_get_double(wide, &number, 0));
    assert_true(number == (double)0.1); /* casts: a constant may be longer (x87) */
    assert_success(brood_shared_value_set_double(narrow, 0.1, 0));
    assert_success(brood_shared_value_get_double(narrow, &number, 0));
    assert_true(number == (double)(float)0.1);
    assert_success(brood_shared_value_set_double(narrow, 1e300, 0));
    assert_success(brood_shared_value_get_double(narrow, &number, 0));
    assert_true(number > 1e38 && number == number + 1);
    assert_success(brood_shared_value_set_int(wide, -5, 0));
    assert_success(brood_shared_value_get_double(wide, &number, 0));
    assert_true(number == -5);
    assert_success(brood_shared_value_set_uint(wide, UINT64_MAX, 0));
    assert_success(brood_shared_value_get_double(wide, &number, 0));
    assert_true(number == 18446744073709551616.0);
    assert_status(brood_shared_value_get_int(wide, &integer, 0), BROOD_ETYPE);
    assert_true(integer == 0);
    assert_detail("type d");
    assert_status(brood_shared_value_set_double(make('i', test), 1.5, 0), BROOD_ETYPE);
    assert_detail("type i");
}

/* ---- misuse ---- */

static void null_is_an_error(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make('i', test);
    int64_t number = 5;
    uint64_t high = 5;
    double real = 5;
    int exchanged = 1;
    assert_status(brood_shared_value_create(NULL, 'i', NULL, test->pool), APR_EINVAL);
    assert_status(brood_shared_value_get_int(NULL, &number, 0), APR_EINVAL);
    assert_true(number == 0);
    assert_status(brood_shared_value_get_uint(NULL, &high, 0), APR_EINVAL);
    assert_status(brood_shared_value_get_double(NULL, &real, 0), APR_EINVAL);
    assert_status(brood_shared_value_get_int(value, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_value_get_uint(value, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_value_get_double(value, NULL, 0), APR_EINVAL);
    assert_status(brood_shared_value_set_int(NULL, 0, 0), APR_EINVAL);
    assert_status(brood_shared_value_set_uint(NULL, 0, 0), APR_EINVAL);
    assert_status(brood_shared_value_set_double(NULL, 0, 0), APR_EINVAL);
    assert_status(brood_shared_value_load(NULL, &number), APR_EINVAL);
    assert_status(brood_shared_value_load(value, NULL), APR_EINVAL);
    assert_status(brood_shared_value_store(NULL, 0), APR_EINVAL);
    assert_status(brood_shared_value_fetch_add(NULL, 1, NULL), APR_EINVAL);
    assert_status(brood_shared_value_compare_exchange(NULL, &number, 1, &exchanged),
                  APR_EINVAL);
    assert_int_equal(exchanged, 0);
    assert_status(brood_shared_value_compare_exchange(value, NULL, 1, &exchanged),
                  APR_EINVAL);
    assert_status(brood_shared_value_compare_exchange(value, &number, 1, NULL),
                  APR_EINVAL);
    assert_status(brood_shared_value_acquire(NULL, 0), APR_EINVAL);
    assert_status(brood_shared_value_release(NULL), APR_EINVAL);
    assert_status(brood_shared_value_close(NULL), APR_EINVAL);
    assert_null(brood_shared_value_data(NULL));
    assert_int_equal(brood_shared_value_typecode(NULL), 0);
}

static void bad_choices_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value = (brood_shared_value_t *)test;
    assert_status(brood_shared_value_create(&value, 'x', NULL, test->pool), APR_EINVAL);
    assert_null(value);
    assert_detail("typecode");
    assert_status(brood_shared_value_create(&value, '\0', NULL, test->pool), APR_EINVAL);
    assert_status(brood_shared_value_create(&value, (char)0xe9, NULL, test->pool),
                  APR_EINVAL);
    options.struct_size = 1;
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  APR_EINVAL);
    assert_detail("struct_size");
    options = (brood_shared_options_t)BROOD_SHARED_OPTIONS_INIT;
    assert_success(brood_lock_create(&options.lock, test->pool));
    assert_success(brood_rlock_create(&options.rlock, test->pool));
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  APR_EINVAL);
    options.rlock = NULL;
    options.unlocked = 1;
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  APR_EINVAL);
    options.unlocked = 2;
    options.lock = NULL;
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  APR_EINVAL);
    assert_detail("unlocked is 2");
    options.unlocked = 0;
    options.lock = (brood_lock_t *)make('i', test);
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  BROOD_ETYPE);
    assert_detail("shared value");
    assert_success(brood_lock_create(&options.lock, test->pool));
    assert_success(brood_lock_close(options.lock));
    assert_status(brood_shared_value_create(&value, 'i', &options, test->pool),
                  BROOD_ECLOSED);
    assert_null(value);
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make('i', test);
    brood_process_t *process;
    int64_t number = 9;
    assert_success(brood_shared_value_acquire(value, 0));
    assert_status(brood_shared_value_close(value), BROOD_EBUSY);
    assert_success(brood_shared_value_release(value));
    assert_success(brood_shared_value_close(value));
    assert_success(brood_shared_value_close(value));
    assert_status(brood_shared_value_get_int(value, &number, 0), BROOD_ECLOSED);
    assert_true(number == 0);
    assert_status(brood_shared_value_set_int(value, 1, 0), BROOD_ECLOSED);
    assert_status(brood_shared_value_fetch_add(value, 1, &number), BROOD_ECLOSED);
    assert_status(brood_shared_value_acquire(value, 0), BROOD_ECLOSED);
    assert_status(brood_shared_value_release(value), BROOD_ECLOSED);
    assert_null(brood_shared_value_data(value));
    assert_int_equal(brood_shared_value_typecode(value), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(value), NULL, test->pool),
        APR_EINVAL);
}

/* ---- atomic operations ---- */

static void they_add_and_come_round(void **state) {
    brood_test_t *test = *state;
    for (size_t i = 2; i < RANGES; i++) {
        const range_t *range = &ranges[i];
        brood_shared_value_t *value = make(range->code, test);
        int64_t old = 1, now;
        assert_success(brood_shared_value_fetch_add(value, 5, &old));
        assert_true(old == 0);
        assert_success(brood_shared_value_fetch_add(value, -2, &old));
        assert_true(old == 5);
        assert_success(brood_shared_value_load(value, &now));
        assert_true(now == 3);
        assert_success(brood_shared_value_store(value, (int64_t)range->most));
        assert_success(brood_shared_value_fetch_add(value, 1, &old));
        assert_true(old == (int64_t)range->most);
        assert_success(brood_shared_value_load(value, &now));
        assert_true(now == range->least);
        assert_success(brood_shared_value_fetch_add(value, -1, NULL));
        assert_success(brood_shared_value_load(value, &now));
        assert_true(now == (int64_t)range->most);
    }
}

static void they_exchange_what_was_expected(void **state) {
    brood_test_t *test = *state;
    for (size_t i = 2; i < RANGES; i++) {
        brood_shared_value_t *value = make(ranges[i].code, test);
        int64_t expected = 3, now;
        int exchanged = 1;
        assert_success(
            brood_shared_value_compare_exchange(value, &expected, 9, &exchanged));
        assert_int_equal(exchanged, 0);
        assert_true(expected == 0);
        assert_success(
            brood_shared_value_compare_exchange(value, &expected, 9, &exchanged));
        assert_int_equal(exchanged, 1);
        assert_true(expected == 0);
        assert_success(brood_shared_value_load(value, &now));
        assert_true(now == 9);
        if (ranges[i].least < 0) {
            assert_success(brood_shared_value_store(value, -9));
            expected = -9;
            assert_success(
                brood_shared_value_compare_exchange(value, &expected, -8, &exchanged));
            assert_int_equal(exchanged, 1);
            assert_success(brood_shared_value_load(value, &now));
            assert_true(now == -8);
        }
    }
}

static void they_check_ranges_and_types(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make('B', test);
    int64_t number = 0;
    int exchanged;
    assert_status(brood_shared_value_store(value, 256), BROOD_ERANGE);
    assert_status(brood_shared_value_store(value, -1), BROOD_ERANGE);
    assert_status(brood_shared_value_compare_exchange(value, &number, 256, &exchanged),
                  BROOD_ERANGE);
    number = 256;
    assert_status(brood_shared_value_compare_exchange(value, &number, 1, &exchanged),
                  BROOD_ERANGE);
    assert_success(brood_shared_value_load(value, &number));
    assert_true(number == 0);
    for (const char *code = "cufd"; *code != '\0'; code++) {
        value = make(*code, test);
        assert_status(brood_shared_value_fetch_add(value, 1, NULL), BROOD_ETYPE);
        assert_status(brood_shared_value_load(value, &number), BROOD_ETYPE);
        assert_status(brood_shared_value_store(value, 1), BROOD_ETYPE);
        assert_status(brood_shared_value_compare_exchange(value, &number, 1, &exchanged),
                      BROOD_ETYPE);
    }
}

/* ---- locks ---- */

typedef struct visit_t {
    brood_shared_value_t *value;
    apr_status_t got, tried, released, loaded;
} visit_t;

static void *APR_THREAD_FUNC visit(apr_thread_t *thread, void *data) {
    visit_t *at = data;
    int64_t number;
    (void)thread;
    at->got = brood_shared_value_get_int(at->value, &number, SOON);
    at->tried = brood_shared_value_set_int(at->value, 1, 0);
    at->released = brood_shared_value_release(at->value);
    at->loaded = brood_shared_value_load(at->value, &number);
    return NULL;
}

static visit_t visit_from_another_thread(brood_shared_value_t *value,
                                         brood_test_t *test) {
    visit_t at = {value, 0, 0, 0, 0};
    apr_thread_t *thread;
    apr_status_t result;
    assert_int_equal(apr_thread_create(&thread, NULL, visit, &at, test->pool),
                     APR_SUCCESS);
    (void)apr_thread_join(&result, thread);
    return at;
}

static void its_own_lock_is_recursive(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make('i', test);
    visit_t at;
    int64_t number;
    assert_status(brood_shared_value_release(value), BROOD_ENOTOWNER);
    assert_success(brood_shared_value_acquire(value, 0));
    assert_success(brood_shared_value_acquire(value, LATE));
    assert_success(brood_shared_value_set_int(value, 4, 0));
    assert_success(brood_shared_value_get_int(value, &number, SOON));
    assert_true(number == 4);
    assert_success(brood_shared_value_release(value));
    at = visit_from_another_thread(value, test);
    assert_int_equal(at.got, APR_TIMEUP);
    assert_int_equal(at.tried, APR_TIMEUP);
    assert_int_equal(at.released, BROOD_ENOTOWNER);
    assert_int_equal(at.loaded, APR_SUCCESS);
    assert_success(brood_shared_value_release(value));
    at = visit_from_another_thread(value, test);
    assert_int_equal(at.got, APR_SUCCESS);
    assert_int_equal(at.tried, APR_SUCCESS);
    assert_success(brood_shared_value_get_int(value, &number, 0));
    assert_true(number == 1);
}

static void a_given_lock_is_taken_once(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value, *other;
    int64_t number;
    assert_success(brood_lock_create(&options.lock, test->pool));
    assert_success(brood_shared_value_create(&value, 'i', &options, test->pool));
    assert_success(brood_shared_value_create(&other, 'd', &options, test->pool));
    assert_success(brood_shared_value_set_int(value, 4, 0));
    assert_int_equal(brood_lock_locked(options.lock), 0);
    assert_success(brood_shared_value_acquire(value, 0));
    assert_int_equal(brood_lock_locked(options.lock), 1);
    assert_status(brood_shared_value_get_int(value, &number, SOON), APR_TIMEUP);
    assert_status(brood_shared_value_acquire(other, 0), APR_TIMEUP); /* the same lock */
    assert_true(*(int32_t *)brood_shared_value_data(value) == 4);
    assert_success(brood_lock_release(options.lock));
    assert_status(brood_shared_value_release(value), BROOD_ENOTOWNER);
    assert_success(brood_lock_close(options.lock)); /* its handle; they hold the lock */
    assert_success(brood_shared_value_acquire(other, 0));
    assert_status(brood_shared_value_acquire(value, 0), APR_TIMEUP);
    assert_success(brood_shared_value_release(other));
    assert_success(brood_shared_value_close(value));
}

static void a_given_recursive_lock_counts(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value;
    int64_t number;
    assert_success(brood_rlock_create(&options.rlock, test->pool));
    assert_success(brood_shared_value_create(&value, 'q', &options, test->pool));
    assert_success(brood_shared_value_acquire(value, 0));
    assert_success(brood_shared_value_acquire(value, 0));
    assert_int_equal(brood_rlock_depth(options.rlock), 2);
    assert_success(brood_shared_value_set_int(value, -4, 0));
    assert_success(brood_shared_value_get_int(value, &number, 0));
    assert_true(number == -4);
    assert_int_equal(brood_rlock_depth(options.rlock), 2);
    assert_success(brood_shared_value_release(value));
    assert_success(brood_rlock_release(options.rlock));
    assert_int_equal(brood_rlock_locked(options.rlock), 0);
}

static void without_a_lock_there_is_none_to_take(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *value = make_unlocked('i', test);
    int64_t number;
    assert_status(brood_shared_value_acquire(value, 0), APR_EINVAL);
    assert_detail("without a lock");
    assert_status(brood_shared_value_release(value), APR_EINVAL);
    assert_success(brood_shared_value_set_int(value, -7, 0));
    assert_success(brood_shared_value_get_int(value, &number, 0));
    assert_true(number == -7);
}

static void an_abandoned_lock_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value;
    int64_t number;
    assert_success(brood_rlock_create(&options.rlock, test->pool));
    assert_success(brood_shared_value_create(&value, 'q', &options, test->pool));
    assert_success(brood_shared_value_acquire(value, 0));
    assert_success(brood_rlock_abandon(options.rlock));
    assert_status(brood_shared_value_get_int(value, &number, BROOD_FOREVER),
                  BROOD_EUNRECOVERABLE);
    assert_status(brood_shared_value_set_int(value, 1, 0), BROOD_EUNRECOVERABLE);
    assert_success(brood_shared_value_load(value, &number));
}

typedef struct adders_t {
    brood_shared_value_t *locked, *atomic;
    int failed;
} adders_t;

static void *APR_THREAD_FUNC add_up(apr_thread_t *thread, void *data) {
    adders_t *adders = data;
    (void)thread;
    for (int i = 0; i < 5000; i++) {
        int64_t number;
        if (brood_shared_value_acquire(adders->locked, LATE) != APR_SUCCESS ||
            brood_shared_value_get_int(adders->locked, &number, 0) != APR_SUCCESS ||
            brood_shared_value_set_int(adders->locked, number + 1, 0) != APR_SUCCESS ||
            brood_shared_value_release(adders->locked) != APR_SUCCESS ||
            brood_shared_value_fetch_add(adders->atomic, 1, NULL) != APR_SUCCESS) {
            adders->failed = 1;
        }
    }
    return NULL;
}

static void threads_count_together(void **state) {
    brood_test_t *test = *state;
    adders_t adders = {make('i', test), make_unlocked('h', test), 0};
    apr_thread_t *threads[4];
    apr_status_t result;
    int64_t number;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, add_up, &adders, test->pool),
            APR_SUCCESS);
    }
    for (int i = 0; i < 4; i++) {
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_int_equal(adders.failed, 0);
    assert_success(brood_shared_value_get_int(adders.locked, &number, 0));
    assert_true(number == 20000);
    assert_success(brood_shared_value_get_int(adders.atomic, &number, 0));
    assert_true(number == 20000);
}

/* ---- processes ---- */

static int count(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *locked, *atomic, *real;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &locked, &atomic, &real));
    CHILD_CHECK(brood_shared_value_typecode(real) == 'd');
    for (int i = 0; i < 2000; i++) {
        int64_t number;
        CHILD_OK(brood_shared_value_acquire(locked, LATE));
        CHILD_OK(brood_shared_value_get_int(locked, &number, LATE));
        CHILD_OK(brood_shared_value_set_int(locked, number + 1, LATE));
        CHILD_OK(brood_shared_value_release(locked));
        CHILD_OK(brood_shared_value_fetch_add(atomic, 1, NULL));
    }
    CHILD_OK(brood_shared_value_set_double(real, 2.5, LATE));
    return 0;
}

static void processes_count_together(void **state) {
    brood_test_t *test = *state;
    brood_shared_value_t *locked = make('i', test);
    brood_shared_value_t *atomic = make_unlocked('H', test);
    brood_shared_value_t *real = make('d', test);
    brood_process_t *children[4];
    int64_t number;
    double half;
    for (int i = 0; i < 4; i++) {
        children[i] = brood_test_start(count, BROOD_ARGS(locked, atomic, real), test);
    }
    for (int i = 0; i < 4; i++) {
        brood_test_join(children[i], 0);
    }
    assert_success(brood_shared_value_get_int(locked, &number, 0));
    assert_true(number == 8000);
    assert_success(brood_shared_value_load(atomic, &number));
    assert_true(number == 8000);
    assert_success(brood_shared_value_get_double(real, &half, 0));
    assert_true(half == 2.5);
}

static int use_given(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *plain, *recursive;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &plain, &lock, &recursive, &rlock));
    CHILD_OK(brood_lock_acquire(lock, 0));
    CHILD_STATUS(brood_shared_value_set_int(plain, 1, 0), APR_TIMEUP);
    CHILD_OK(brood_shared_value_release(plain));
    CHILD_OK(brood_shared_value_set_int(plain, 11, 0));
    CHILD_OK(brood_rlock_acquire(rlock, 0));
    CHILD_OK(brood_shared_value_set_int(recursive, 12, 0));
    CHILD_OK(brood_shared_value_release(recursive));
    CHILD_CHECK(!brood_rlock_locked(rlock));
    return 0;
}

static void a_given_lock_travels_with_it(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *plain, *recursive;
    brood_lock_t *lock;
    brood_rlock_t *rlock;
    int64_t number;
    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_rlock_create(&rlock, test->pool));
    options.lock = lock;
    assert_success(brood_shared_value_create(&plain, 'i', &options, test->pool));
    options.lock = NULL;
    options.rlock = rlock;
    assert_success(brood_shared_value_create(&recursive, 'i', &options, test->pool));
    brood_test_join(
        brood_test_start(use_given, BROOD_ARGS(plain, lock, recursive, rlock), test), 0);
    assert_success(brood_shared_value_get_int(plain, &number, 0));
    assert_true(number == 11);
    assert_success(brood_shared_value_get_int(recursive, &number, 0));
    assert_true(number == 12);
}

static brood_shared_value_t *inherited;

static int use_inherited(const brood_values_t *state, apr_pool_t *pool) {
    int64_t number;
    (void)state;
    (void)pool;
    CHILD_CHECK(inherited != NULL);
    CHILD_OK(brood_shared_value_get_int(inherited, &number, 0));
    CHILD_CHECK(number == 5);
    CHILD_OK(brood_shared_value_fetch_add(inherited, 1, NULL));
    return 0;
}

static void under_fork_it_is_inherited(void **state) {
    brood_test_t *test = *state;
    int64_t number;
    if (test->method != BROOD_START_FORK) {
        return;
    }
    inherited = make('i', test);
    assert_success(brood_shared_value_set_int(inherited, 5, 0));
    brood_test_join(brood_test_start(use_inherited, BROOD_NO_ARGS, test), 0);
    assert_success(brood_shared_value_get_int(inherited, &number, 0));
    assert_true(number == 6);
    inherited = NULL;
}

/* Holds the lock with the number half changed, says so, and waits for its death. */
static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *value;
    brood_connection_t *connection;
    char what;
    size_t size;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &value, &connection));
    CHILD_OK(brood_shared_value_acquire(value, LATE));
    *(int32_t *)brood_shared_value_data(value) = 41;
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
    return 1;
}

static brood_shared_value_t *value_of_the_dead(const brood_shared_options_t *options,
                                               brood_test_t *test) {
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    brood_shared_value_t *value;
    int64_t number;
    char word;
    size_t size;
    assert_success(brood_shared_value_create(&value, 'i', options, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    process = brood_test_start(hold, BROOD_ARGS(value, theirs), test);
    assert_success(brood_connection_close(theirs));
    assert_success(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE));
    assert_status(brood_shared_value_get_int(value, &number, SOON), APR_TIMEUP);
    assert_status(brood_shared_value_set_int(value, 1, 0), APR_TIMEUP);
    assert_success(brood_process_kill(process));
    assert_success(brood_process_join(process, LATE));
    return value;
}

static void a_get_is_told_of_a_death_and_reads(void **state) {
    brood_shared_value_t *value = value_of_the_dead(NULL, *state);
    int64_t number;
    assert_status(brood_shared_value_get_int(value, &number, LATE), BROOD_EOWNERDEAD);
    assert_true(number == 41);
    assert_success(brood_shared_value_set_int(value, 42, 0)); /* it holds the lock */
    assert_status(brood_shared_value_close(value), BROOD_EBUSY);
    assert_success(brood_shared_value_release(value));
    assert_status(brood_shared_value_release(value), BROOD_ENOTOWNER);
    assert_success(brood_shared_value_get_int(value, &number, LATE));
    assert_true(number == 42);
}

static void a_set_is_told_of_a_death_and_writes_nothing(void **state) {
    brood_test_t *test = *state;
    brood_shared_options_t options = BROOD_SHARED_OPTIONS_INIT;
    brood_shared_value_t *value;
    int64_t number;
    assert_success(brood_lock_create(&options.lock, test->pool));
    value = value_of_the_dead(&options, test);
    assert_status(brood_shared_value_set_int(value, 1, LATE), BROOD_EOWNERDEAD);
    assert_true(*(int32_t *)brood_shared_value_data(value) == 41);
    assert_success(brood_shared_value_release(value));
    assert_success(brood_shared_value_get_int(value, &number, LATE));
    assert_true(number == 41);
}

static void an_acquire_is_told_of_a_death(void **state) {
    brood_shared_value_t *value = value_of_the_dead(NULL, *state);
    assert_status(brood_shared_value_acquire(value, 0), BROOD_EOWNERDEAD);
    assert_success(brood_shared_value_acquire(value, 0));
    assert_success(brood_shared_value_release(value));
    assert_success(brood_shared_value_release(value));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_fresh_one_is_zero),
    BROOD_TEST(each_type_holds_its_range_and_no_more),
    BROOD_TEST(what_lies_in_memory_is_as_wide_as_the_table_says),
    BROOD_TEST(too_large_for_the_place_is_told),
    BROOD_TEST(real_numbers),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(bad_choices_are_refused),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(they_add_and_come_round),
    BROOD_TEST(they_exchange_what_was_expected),
    BROOD_TEST(they_check_ranges_and_types),
    BROOD_TEST(its_own_lock_is_recursive),
    BROOD_TEST(a_given_lock_is_taken_once),
    BROOD_TEST(a_given_recursive_lock_counts),
    BROOD_TEST(without_a_lock_there_is_none_to_take),
    BROOD_TEST(an_abandoned_lock_is_refused),
    BROOD_TEST(threads_count_together),
    BROOD_TEST(processes_count_together),
    BROOD_TEST(a_given_lock_travels_with_it),
    BROOD_TEST(under_fork_it_is_inherited),
    BROOD_TEST(a_get_is_told_of_a_death_and_reads),
    BROOD_TEST(a_set_is_told_of_a_death_and_writes_nothing),
    BROOD_TEST(an_acquire_is_told_of_a_death),
};

BROOD_TEST_MAIN(tests)
