/* Blocks without a name: making, handing over, closing, views, and what is refused. */
#include "methods.h"

#include "handle.h"
#include "os/handle.h"
#include <apr_thread_proc.h>
#include <string.h>

#define LATE (20 * 1000000)

/* ---- one process ---- */

static int all_are(const void *memory, int byte, size_t size) {
    const unsigned char *bytes = memory;
    size_t i;

    for (i = 0; i < size && bytes[i] == byte; i++) {}
    return i == size;
}

static void it_is_zero_and_of_that_size(void **state) {
    static const size_t sizes[] = {1, 7, 1000, 4096, 4097, 3000000};
    brood_test_t *test = *state;
    brood_block_t *block;
    size_t i;

    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_success(brood_block_create(&block, sizes[i], test->pool));
        assert_int_equal(brood_block_size(block), sizes[i]);
        assert_null(brood_block_name(block));
        assert_non_null(brood_block_data(block));
        assert_int_equal((uintptr_t)brood_block_data(block) % 4096, 0);
        assert_true(all_are(brood_block_data(block), 0, sizes[i]));
        memset(brood_block_data(block), 0xa5, sizes[i]);
        assert_true(all_are(brood_block_data(block), 0xa5, sizes[i]));
        assert_success(brood_block_close(block));
    }
}

static void nothing_is_no_size(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block = (brood_block_t *)test;

    assert_status(brood_block_create(&block, 0, test->pool), APR_EINVAL);
    assert_detail("0 bytes");
    assert_null(block);
}

static void too_much_is_a_status(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block = (brood_block_t *)test;
    apr_status_t rv;

    assert_status(brood_block_create(&block, UINT64_MAX, test->pool), BROOD_ERANGE);
    assert_null(block);
    assert_status(brood_block_create(&block, (uint64_t)SIZE_MAX / 2 + 1, test->pool),
                  BROOD_ERANGE);
    assert_detail("bits");
    /* What can be mapped in theory, but no machine has; a quarter of 32 bits it has. */
    rv = brood_block_create(&block, (uint64_t)(SIZE_MAX / 4), test->pool);
    if (sizeof(size_t) > 4) {
        assert_true(rv != APR_SUCCESS && rv != BROOD_ERANGE);
    }
    assert_true((block == NULL) == (rv != APR_SUCCESS));
}

static void null_is_an_error(void **state) {
    brood_test_t *test = *state;
    brood_block_view_t *view = (brood_block_view_t *)test;

    assert_status(brood_block_create(NULL, 1, test->pool), APR_EINVAL);
    assert_detail("block");
    assert_status(brood_block_close(NULL), APR_EINVAL);
    assert_null(brood_block_data(NULL));
    assert_null(brood_block_name(NULL));
    assert_int_equal(brood_block_size(NULL), 0);
    assert_status(brood_block_view_create(&view, NULL, 0, 1, test->pool), APR_EINVAL);
    assert_null(view);
    assert_status(brood_block_view_create(NULL, NULL, 0, 1, test->pool), APR_EINVAL);
    assert_null(brood_block_view_data(NULL));
    assert_int_equal(brood_block_view_size(NULL), 0);
    assert_status(brood_block_view_close(NULL), APR_EINVAL);
}

static void a_closed_block_says_so(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    brood_block_view_t *view;
    brood_process_t *process;

    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(brood_block_close(block));
    assert_success(brood_block_close(block));
    assert_null(brood_block_data(block));
    assert_null(brood_block_name(block));
    assert_int_equal(brood_block_size(block), 0);
    assert_status(brood_block_view_create(&view, block, 0, 1, test->pool), BROOD_ECLOSED);
    assert_null(view);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(block), NULL, test->pool),
        APR_EINVAL);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *pool;
    brood_block_t *block;
    int i;

    for (i = 0; i < 500; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_block_create(&block, 5000, pool));
        apr_pool_destroy(pool);
    }
}

/* ---- views ---- */

static void a_view_keeps_the_memory(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    brood_block_view_t *one, *other;
    char *memory;

    assert_success(brood_block_create(&block, 10000, test->pool));
    memory = brood_block_data(block);
    assert_success(brood_block_view_create(&one, block, 0, 800, test->pool));
    assert_success(brood_block_view_create(&other, block, 9999, 1, test->pool));
    assert_ptr_equal(brood_block_view_data(one), memory);
    assert_ptr_equal(brood_block_view_data(other), memory + 9999);
    assert_int_equal(brood_block_view_size(one), 800);
    assert_int_equal(brood_block_view_size(other), 1);
    memory[9999] = 'x';
    assert_success(brood_block_close(block));
    memory[0] = 'y'; /* unmapped memory would end the test here */
    assert_int_equal(*(char *)brood_block_view_data(other), 'x');
    assert_success(brood_block_view_close(other));
    assert_success(brood_block_view_close(other));
    assert_null(brood_block_view_data(other));
    assert_int_equal(brood_block_view_size(other), 0);
    assert_int_equal(*(char *)brood_block_view_data(one), 'y');
    assert_success(brood_block_view_close(one));
}

static void a_view_lies_within(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    brood_block_view_t *view;

    assert_success(brood_block_create(&block, 1000, test->pool));
    assert_status(brood_block_view_create(&view, block, 0, 1001, test->pool),
                  BROOD_ERANGE);
    assert_detail("1000");
    assert_null(view);
    assert_status(brood_block_view_create(&view, block, 1000, 1, test->pool),
                  BROOD_ERANGE);
    assert_status(brood_block_view_create(&view, block, 1001, 1, test->pool),
                  BROOD_ERANGE);
    assert_status(brood_block_view_create(&view, block, 1, SIZE_MAX, test->pool),
                  BROOD_ERANGE);
    assert_status(brood_block_view_create(&view, block, SIZE_MAX, 1, test->pool),
                  BROOD_ERANGE);
    assert_status(brood_block_view_create(&view, block, 0, 0, test->pool), APR_EINVAL);
    assert_success(brood_block_view_create(&view, block, 999, 1, test->pool));
    assert_success(brood_block_close(block));
}

/* The pool of a view goes before that of its block, and after. */
static void pools_close_views(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *first, *second;
    brood_block_t *block;
    brood_block_view_t *view;

    assert_int_equal(apr_pool_create(&first, test->pool), APR_SUCCESS);
    assert_int_equal(apr_pool_create(&second, test->pool), APR_SUCCESS);
    assert_success(brood_block_create(&block, 1000, first));
    assert_success(brood_block_view_create(&view, block, 0, 1000, second));
    apr_pool_destroy(first);
    memset(brood_block_view_data(view), 1, 1000);
    apr_pool_destroy(second);
    assert_int_equal(apr_pool_create(&first, test->pool), APR_SUCCESS);
    assert_int_equal(apr_pool_create(&second, test->pool), APR_SUCCESS);
    assert_success(brood_block_create(&block, 1000, first));
    assert_success(brood_block_view_create(&view, block, 0, 1000, second));
    apr_pool_destroy(second);
    memset(brood_block_data(block), 1, 1000);
    apr_pool_destroy(first);
}

static void *APR_THREAD_FUNC open_and_close_views(apr_thread_t *thread, void *data) {
    brood_block_t *block = data;
    brood_block_view_t *view;
    int i;

    for (i = 0; i < 500; i++) {
        if (brood_block_view_create(&view, block, 10, 20, apr_thread_pool_get(thread)) !=
                APR_SUCCESS ||
            brood_block_view_data(view) != (char *)brood_block_data(block) + 10 ||
            brood_block_view_close(view) != APR_SUCCESS) {
            return NULL;
        }
    }
    return block;
}

static void threads_make_views(void **state) {
    brood_test_t *test = *state;
    apr_thread_t *threads[4];
    brood_block_t *block;
    int i;

    assert_success(brood_block_create(&block, 100, test->pool));
    for (i = 0; i < 4; i++) {
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, open_and_close_views, block, test->pool),
            APR_SUCCESS);
    }
    for (i = 0; i < 4; i++) {
        apr_status_t result;
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_success(brood_block_close(block));
}

/* ---- processes ---- */

/* Every byte becomes its number plus what stands in the first. */
static int fill(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    unsigned char *bytes;
    size_t size, i;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &block));
    bytes = brood_block_data(block);
    size = brood_block_size(block);
    CHILD_CHECK(size == 12345);
    CHILD_CHECK(brood_block_name(block) == NULL);
    for (i = 1; i < size; i++) {
        bytes[i] = (unsigned char)(bytes[0] + i);
    }
    CHILD_OK(brood_block_close(block));
    CHILD_CHECK(brood_block_data(block) == NULL);
    return 0;
}

static void a_child_writes_into_it(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;
    unsigned char *bytes;
    size_t i;

    assert_success(brood_block_create(&block, 12345, test->pool));
    bytes = brood_block_data(block);
    bytes[0] = 77;
    brood_test_join(brood_test_start(fill, BROOD_ARGS(block), test), 0);
    for (i = 1; i < 12345; i++) {
        assert_int_equal(bytes[i], (unsigned char)(77 + i));
    }
}

/* Waits for a byte, then says what it finds in the block. */
static int report(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    brood_connection_t *connection;
    char word;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &block, &connection));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, brood_block_data(block), 5, LATE));
    return 0;
}

/* The maker closes it and a child goes on. */
static void it_lives_as_long_as_somebody_holds_it(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    brood_block_t *block;
    char text[5];
    size_t size;

    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    memcpy(brood_block_data(block), "hello", 5);
    process = brood_test_start(report, BROOD_ARGS(block, theirs), test);
    assert_success(brood_block_close(block));
    assert_success(brood_connection_send_bytes(mine, "g", 1, LATE));
    assert_success(
        brood_connection_recv_bytes_into(mine, text, sizeof text, &size, LATE));
    assert_memory_equal(text, "hello", 5);
    brood_test_join(process, 0);
}

/* The same block twice, and others, among the arguments. */
static int compare(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *one, *again, *other;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &one, &other, &again));
    CHILD_CHECK(brood_block_size(one) == 10 && brood_block_size(other) == 20);
    CHILD_CHECK(brood_block_size(again) == 10);
    *(char *)brood_block_data(one) = 'a';
    *(char *)brood_block_data(other) = 'b';
    CHILD_CHECK(*(char *)brood_block_data(again) == 'a');
    CHILD_OK(brood_block_close(one));
    CHILD_CHECK(brood_test_now_us() > 0);
    return 0;
}

static void blocks_are_told_apart(void **state) {
    brood_test_t *test = *state;
    brood_block_t *one, *other;

    assert_success(brood_block_create(&one, 10, test->pool));
    assert_success(brood_block_create(&other, 20, test->pool));
    brood_test_join(brood_test_start(compare, BROOD_ARGS(one, other, one), test), 0);
    assert_int_equal(*(char *)brood_block_data(one), 'a');
    assert_int_equal(*(char *)brood_block_data(other), 'b');
}

/* A grandchild gets it from a child that dies. */
static int hand_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    brood_connection_t *connection;
    brood_process_t *process;

    CHILD_OK(BROOD_UNPACK(state, &block, &connection));
    CHILD_OK(brood_process_create(&process, report, BROOD_ARGS(block, connection), NULL,
                                  pool));
    CHILD_OK(brood_process_start(process));
    CHILD_OK(brood_connection_send_bytes(connection, "s", 1, LATE));
    CHILD_OK(brood_process_join(process, LATE));
    return 0;
}

static void it_is_handed_on(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    brood_block_t *block;
    char text[5];
    size_t size;

    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    memcpy(brood_block_data(block), "again", 5);
    process = brood_test_start(hand_on, BROOD_ARGS(block, theirs), test);
    assert_success(brood_connection_recv_bytes_into(mine, text, 1, &size, LATE));
    assert_success(brood_connection_send_bytes(mine, "g", 1, LATE));
    assert_success(
        brood_connection_recv_bytes_into(mine, text, sizeof text, &size, LATE));
    assert_memory_equal(text, "again", 5);
    brood_test_join(process, 0);
}

/* What a child has written stays when it is killed. */
static int write_and_wait(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block;
    brood_connection_t *connection;
    char word;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &block, &connection));
    memcpy(brood_block_data(block), "mine", 4);
    CHILD_OK(brood_connection_send_bytes(connection, "w", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    return 0;
}

static void a_death_takes_nothing_away(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
    brood_block_t *block;
    char word;
    size_t size;

    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    process = brood_test_start(write_and_wait, BROOD_ARGS(block, theirs), test);
    assert_success(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE));
    assert_success(brood_process_kill(process));
    brood_test_join(process, -9);
    assert_memory_equal(brood_block_data(block), "mine", 4);
}

static void a_closed_block_does_not_travel(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_block_t *block;

    assert_success(brood_block_create(&block, 12345, test->pool));
    process = brood_test_create(fill, BROOD_ARGS(block), NULL, test);
    assert_success(brood_block_close(block));
    if (test->method != BROOD_START_FORK) {
        assert_status(brood_process_start(process), BROOD_ECLOSED);
    }
    assert_status(
        brood_process_create(&process, fill, BROOD_ARGS(block), NULL, test->pool),
        BROOD_ECLOSED);
    assert_null(process);
}

/* Under fork a child has the views, too. */
static brood_block_view_t *inherited;

static int use_inherited(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    CHILD_CHECK(brood_block_view_size(inherited) == 50);
    memcpy(brood_block_view_data(inherited), "child", 5);
    CHILD_OK(brood_block_view_close(inherited));
    return 0;
}

static void a_forked_child_has_the_views(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;

    if (test->method != BROOD_START_FORK) {
        return;
    }
    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(brood_block_view_create(&inherited, block, 50, 50, test->pool));
    assert_success(brood_block_close(block));
    brood_test_join(brood_test_start(use_inherited, BROOD_NO_ARGS, test), 0);
    assert_memory_equal(brood_block_view_data(inherited), "child", 5);
    assert_success(brood_block_view_close(inherited));
}

/* ---- what arrives ---- */

#define NUMBERS 7 /* the memory, the size, four of the name, whether there is a note */

/* A parcel as it would arrive, with one number changed and maybe the last ones missing. */
static apr_status_t unpack_forged(brood_block_t *block, size_t which, uint64_t number,
                                  size_t count, apr_pool_t *pool) {
    brood__parcel_t *packed, *arrived;
    const brood_os_handle_t *handles;
    const uint64_t *numbers;
    uint64_t forged[NUMBERS];
    brood_os_handle_t copy;
    brood_handle_t *handle = NULL;
    apr_status_t rv;

    assert_success(brood__parcel_create(&packed, pool));
    assert_success(brood__block_class.pack((brood_handle_t *)block, packed));
    assert_int_equal(brood__parcel_os_handles(packed, &handles), 1);
    assert_int_equal(brood__parcel_numbers(packed, &numbers), NUMBERS);
    memcpy(forged, numbers, sizeof forged);
    forged[which] = number;
    assert_success(brood_os_handle_duplicate(handles[0], &copy));
    assert_success(brood__parcel_arrived(&arrived, &copy, 1, forged, count, pool));
    rv = brood__block_class.unpack(&brood__block_class, &handle, arrived, pool);
    assert_int_equal(rv == APR_SUCCESS, handle != NULL);
    return rv;
}

static void what_arrives_is_not_believed(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block;

    assert_success(brood_block_create(&block, 100, test->pool));
    assert_success(unpack_forged(block, 1, 99, NUMBERS, test->pool));
    assert_status(unpack_forged(block, 1, 1 << 30, NUMBERS, test->pool), BROOD_EFORGED);
    assert_status(unpack_forged(block, 1, UINT64_MAX, NUMBERS, test->pool), BROOD_ERANGE);
    assert_status(unpack_forged(block, 1, 0, NUMBERS, test->pool), APR_EINVAL);
    assert_status(
        unpack_forged(block, 2, UINT64_C(0x2f2f2f2f2f2f2f2f), NUMBERS, test->pool),
        APR_EINVAL);
    assert_status(unpack_forged(block, 0, 8, NUMBERS, test->pool), BROOD_EENCODING);
    assert_status(unpack_forged(block, 6, 1, NUMBERS, test->pool), BROOD_EENCODING);
    assert_status(unpack_forged(block, 1, 100, NUMBERS - 1, test->pool), BROOD_EENCODING);
    assert_status(unpack_forged(block, 1, 100, 1, test->pool), BROOD_EENCODING);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(it_is_zero_and_of_that_size),
    BROOD_TEST(nothing_is_no_size),
    BROOD_TEST(too_much_is_a_status),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(a_closed_block_says_so),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(a_view_keeps_the_memory),
    BROOD_TEST(a_view_lies_within),
    BROOD_TEST(pools_close_views),
    BROOD_TEST(threads_make_views),
    BROOD_TEST(a_child_writes_into_it),
    BROOD_TEST(it_lives_as_long_as_somebody_holds_it),
    BROOD_TEST(blocks_are_told_apart),
    BROOD_TEST(it_is_handed_on),
    BROOD_TEST(a_death_takes_nothing_away),
    BROOD_TEST(a_closed_block_does_not_travel),
    BROOD_TEST(a_forked_child_has_the_views),
    BROOD_TEST(what_arrives_is_not_believed),
};

BROOD_TEST_MAIN(tests)
