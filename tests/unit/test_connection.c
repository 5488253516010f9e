/* Connections: messages both ways, the end, framing on the wire, misuse. */
#include "methods.h"

#include "os/stream.h"
#include <stdlib.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

typedef struct ends_t {
    brood_connection_t *one, *other;
} ends_t;

static ends_t make(brood_test_t *test, int duplex) {
    ends_t ends;

    assert_success(brood_pipe_create(&ends.one, &ends.other, duplex, test->pool));
    return ends;
}

/* Raw bytes into the stream behind an end, as a hostile peer would write them. */
static void write_raw(brood_connection_t *connection, const void *bytes, size_t size) {
    brood_native_t native;
    size_t length = size;

    assert_success(brood_connection_native(connection, &native));
    assert_success(brood_os_stream_write(native, bytes, &length, BROOD_OS_FOREVER));
    assert_int_equal(length, size);
}

/* ---- messages ---- */

static void values_both_ways(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;
    int number;
    const char *text;

    assert_success(brood_connection_send(ends.one, BROOD_ARGS(1, "there"), LATE));
    assert_success(brood_connection_send(ends.other, BROOD_ARGS(2, "back"), LATE));
    assert_success(brood_connection_recv(ends.other, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &number, &text));
    assert_string_equal(text, "there");
    assert_success(brood_connection_recv(ends.one, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &number, &text));
    assert_int_equal(number, 2);
    assert_string_equal(text, "back");
}

static void messages_are_not_merged(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 0);
    brood_bytes_t bytes;
    char buffer[8];
    size_t size;

    assert_success(brood_connection_send_bytes(ends.other, "abc", 3, LATE));
    assert_success(brood_connection_send_bytes(ends.other, NULL, 0, LATE));
    assert_success(brood_connection_send_bytes(ends.other, "de", 2, LATE));
    assert_success(brood_connection_recv_bytes(ends.one, &bytes, LATE, test->pool));
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "abc", 3);
    assert_success(brood_connection_recv_bytes_into(ends.one, NULL, 0, &size, LATE));
    assert_int_equal(size, 0);
    assert_success(brood_connection_recv_bytes_into(ends.one, buffer, 8, &size, LATE));
    assert_int_equal(size, 2);
    assert_memory_equal(buffer, "de", 2);
}

static void a_buffer_too_small_leaves_the_message(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    char buffer[6];
    size_t size;

    assert_success(brood_connection_send_bytes(ends.one, "abcdef", 6, LATE));
    assert_status(brood_connection_recv_bytes_into(ends.other, buffer, 5, &size, LATE),
                  BROOD_ETOOBIG);
    assert_int_equal(size, 6);
    assert_success(brood_connection_recv_bytes_into(ends.other, buffer, 6, &size, LATE));
    assert_memory_equal(buffer, "abcdef", 6);
}

static void bytes_that_are_no_values(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;
    int number;

    assert_success(brood_connection_send_bytes(ends.one, "\xc1", 1, LATE));
    assert_success(brood_connection_send(ends.one, BROOD_ARGS(5), LATE));
    assert_status(brood_connection_recv(ends.other, &values, LATE, test->pool),
                  BROOD_EENCODING);
    assert_null(values);
    assert_success(brood_connection_recv(ends.other, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &number));
    assert_int_equal(number, 5);
}

/* Sends back what it gets until it gets "the end": under fork it has a copy of the parent's end
 * itself, so that the stream's own end would never come. */
static int echo(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_bytes_t bytes;
    apr_pool_t *message;
    apr_status_t rv;

    CHILD_OK(BROOD_UNPACK(state, &connection));
    CHILD_OK(apr_pool_create(&message, pool));
    while ((rv = brood_connection_recv_bytes(connection, &bytes, LATE, message)) ==
           APR_SUCCESS) {
        if (bytes.size == 7 && memcmp(bytes.data, "the end", 7) == 0) {
            return 3;
        }
        CHILD_OK(brood_connection_send_bytes(connection, bytes.data, bytes.size, LATE));
        apr_pool_clear(message);
    }
    return brood_test_child_failed("recv", rv, __FILE__, __LINE__);
}

static void messages_of_all_sizes(void **state) {
    static const size_t sizes[] = {0,     1,     3,     4,      5,       100,    4096,
                                   65535, 65536, 65537, 262144, 1048576, 8388608};
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_process_t *child = brood_test_start(echo, BROOD_ARGS(ends.other), test);
    unsigned char *out = malloc(8388608);
    unsigned char *in = malloc(8388608);
    size_t i, j, size;

    assert_non_null(out);
    assert_non_null(in);
    assert_success(brood_connection_close(ends.other));
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (j = 0; j < sizes[i]; j++) {
            out[j] = (unsigned char)(j * 31 + i);
        }
        assert_success(brood_connection_send_bytes(ends.one, out, sizes[i], LATE));
        assert_success(
            brood_connection_recv_bytes_into(ends.one, in, 8388608, &size, LATE));
        assert_int_equal(size, sizes[i]);
        assert_int_equal(memcmp(in, out, size), 0);
    }
    free(in);
    free(out);
    assert_success(brood_connection_send_bytes(ends.one, "the end", 7, LATE));
    brood_test_join(child, 3);
}

/* ---- timeouts ---- */

static void nothing_comes(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;
    brood_bytes_t bytes;
    char buffer[4];
    size_t size;
    int64_t begin;

    assert_status(brood_connection_poll(ends.one, 0), APR_TIMEUP);
    assert_status(brood_connection_recv(ends.one, &values, 0, test->pool), APR_TIMEUP);
    assert_null(values);
    assert_status(brood_connection_recv_bytes(ends.one, &bytes, 0, test->pool),
                  APR_TIMEUP);
    assert_null(bytes.data);
    assert_status(brood_connection_recv_bytes_into(ends.one, buffer, 4, &size, 0),
                  APR_TIMEUP);
    assert_int_equal(size, 0);
    begin = brood_test_now_us();
    assert_status(brood_connection_recv(ends.one, &values, SOON, test->pool), APR_TIMEUP);
    assert_status(brood_connection_poll(ends.one, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= 2 * SOON - 2000);
    assert_success(brood_connection_send(ends.other, BROOD_ARGS(1), 0));
    assert_success(brood_connection_poll(ends.one, LATE));
    assert_success(brood_connection_poll(ends.one, 0));
    assert_success(brood_connection_recv(ends.one, &values, LATE, test->pool));
    assert_status(brood_connection_poll(ends.one, 0), APR_TIMEUP);
}

static void a_part_is_kept(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_bytes_t bytes;

    write_raw(ends.one, "\0\0", 2);
    assert_status(brood_connection_recv_bytes(ends.other, &bytes, SOON, test->pool),
                  APR_TIMEUP);
    write_raw(ends.one, "\0\5he", 4);
    assert_status(brood_connection_recv_bytes(ends.other, &bytes, SOON, test->pool),
                  APR_TIMEUP);
    write_raw(ends.one, "llo", 3);
    assert_success(brood_connection_recv_bytes(ends.other, &bytes, LATE, test->pool));
    assert_int_equal(bytes.size, 5);
    assert_memory_equal(bytes.data, "hello", 5);
}

static void a_message_cut_while_sending_breaks_it(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    unsigned char *bytes = calloc(1, 8388608);

    assert_non_null(bytes);
    assert_status(brood_connection_send_bytes(ends.one, bytes, 8388608, SOON),
                  APR_TIMEUP);
    assert_status(brood_connection_send_bytes(ends.one, "x", 1, SOON), BROOD_EBROKEN);
    free(bytes);
}

/* ---- the end ---- */

static void the_end_comes_after_the_last_message(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 0);
    brood_values_t *values;

    assert_success(brood_connection_send(ends.other, BROOD_ARGS("last"), LATE));
    assert_success(brood_connection_close(ends.other));
    assert_success(brood_connection_recv(ends.one, &values, LATE, test->pool));
    assert_success(brood_connection_poll(ends.one, LATE));
    assert_status(brood_connection_recv(ends.one, &values, LATE, test->pool), APR_EOF);
    assert_status(brood_connection_recv(ends.one, &values, 0, test->pool), APR_EOF);
}

static void nobody_receives_any_more(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 0);
    ends_t both = make(test, 1);

    assert_success(brood_connection_close(ends.one));
    assert_status(brood_connection_send(ends.other, BROOD_ARGS(1), LATE), APR_EPIPE);
    assert_success(brood_connection_close(both.one));
    assert_status(brood_connection_send(both.other, BROOD_ARGS(1), LATE), APR_EPIPE);
}

static void a_message_that_was_cut_off(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;

    write_raw(ends.one, "\0\0\0\5he", 6);
    assert_success(brood_connection_close(ends.one));
    assert_status(brood_connection_recv(ends.other, &values, LATE, test->pool),
                  BROOD_ETRUNCATED);
    assert_status(brood_connection_recv(ends.other, &values, LATE, test->pool),
                  BROOD_EBROKEN);
}

static int send_and_die(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &connection));
    CHILD_OK(brood_connection_send(connection, BROOD_ARGS("whole"), LATE));
    return 4;
}

static void a_childs_end_is_the_end(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 0);
    brood_process_t *child = brood_test_start(send_and_die, BROOD_ARGS(ends.other), test);
    brood_values_t *values;

    assert_success(brood_connection_close(ends.other));
    assert_success(brood_connection_recv(ends.one, &values, LATE, test->pool));
    assert_status(brood_connection_recv(ends.one, &values, LATE, test->pool), APR_EOF);
    brood_test_join(child, 4);
}

/* ---- the wire ---- */

static void the_frame_is_cpythons(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_native_t native;
    unsigned char raw[16];
    size_t length = sizeof raw;

    assert_success(brood_connection_send_bytes(ends.one, "abc", 3, LATE));
    assert_success(brood_connection_native(ends.other, &native));
    assert_success(brood_os_stream_read(native, raw, &length, BROOD_OS_FOREVER));
    assert_int_equal(length, 7);
    assert_memory_equal(raw, "\0\0\0\3abc", 7);
}

static void hostile_lengths(void **state) {
    static const struct {
        const char *bytes;
        size_t size;
        apr_status_t wanted;
    } heads[] = {
        {"\x7f\xff\xff\xff", 4, BROOD_ETOOBIG},
        {"\x10\0\0\1", 4, BROOD_ETOOBIG},
        {"\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 12, BROOD_ETOOBIG},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, BROOD_ETOOBIG},
    };
    brood_test_t *test = *state;
    brood_values_t *values;
    size_t i;

    for (i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        ends_t ends = make(test, 1);
        write_raw(ends.one, heads[i].bytes, heads[i].size);
        assert_status(brood_connection_recv(ends.other, &values, LATE, test->pool),
                      heads[i].wanted);
        assert_null(values);
        assert_status(brood_connection_recv(ends.other, &values, LATE, test->pool),
                      BROOD_EBROKEN);
        assert_status(brood_connection_poll(ends.other, 0), BROOD_EBROKEN);
        assert_success(brood_connection_close(ends.one));
        assert_success(brood_connection_close(ends.other));
    }
}

static void a_lower_limit(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_bytes_t bytes;
    char buffer[16];
    size_t size;

    assert_status(brood_connection_set_limit(ends.other, 0), APR_EINVAL);
    assert_success(brood_connection_set_limit(ends.other, 8));
    assert_success(brood_connection_send_bytes(ends.one, "12345678", 8, LATE));
    assert_success(brood_connection_recv_bytes(ends.other, &bytes, LATE, test->pool));
    assert_success(brood_connection_send_bytes(ends.one, "123456789", 9, LATE));
    assert_status(brood_connection_recv_bytes_into(ends.other, buffer, 16, &size, LATE),
                  BROOD_ETOOBIG);
    assert_int_equal(size, 9);
    assert_status(brood_connection_recv_bytes_into(ends.other, buffer, 16, &size, LATE),
                  BROOD_EBROKEN);
}

/* ---- misuse ---- */

static void one_way_is_one_way(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 0);
    brood_values_t *values;
    char buffer[4];
    size_t size;

    assert_status(brood_connection_send(ends.one, BROOD_ARGS(1), 0), BROOD_EDIRECTION);
    assert_status(brood_connection_send_bytes(ends.one, "", 0, 0), BROOD_EDIRECTION);
    assert_status(brood_connection_recv(ends.other, &values, 0, test->pool),
                  BROOD_EDIRECTION);
    assert_status(brood_connection_recv_bytes_into(ends.other, buffer, 4, &size, 0),
                  BROOD_EDIRECTION);
    assert_status(brood_connection_poll(ends.other, 0), BROOD_EDIRECTION);
}

static void handles_do_not_travel_through_it(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);

    assert_status(brood_connection_send(ends.one, BROOD_ARGS(ends.other), 0),
                  BROOD_ENOTRAVEL);
    assert_detail("1");
    assert_status(brood_connection_send(ends.one, BROOD_ARGS("\xff"), 0), BROOD_ETYPE);
    assert_status(brood_connection_poll(ends.other, 0), APR_TIMEUP);
}

static void a_closed_connection_says_so(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;
    brood_native_t native;
    brood_bytes_t bytes;
    size_t size;

    assert_success(brood_connection_close(ends.one));
    assert_success(brood_connection_close(ends.one));
    assert_status(brood_connection_send(ends.one, BROOD_ARGS(1), 0), BROOD_ECLOSED);
    assert_detail("connection");
    assert_status(brood_connection_send_bytes(ends.one, "", 0, 0), BROOD_ECLOSED);
    assert_status(brood_connection_recv(ends.one, &values, 0, test->pool), BROOD_ECLOSED);
    assert_status(brood_connection_recv_bytes(ends.one, &bytes, 0, test->pool),
                  BROOD_ECLOSED);
    assert_status(brood_connection_recv_bytes_into(ends.one, NULL, 0, &size, 0),
                  BROOD_ECLOSED);
    assert_status(brood_connection_poll(ends.one, 0), BROOD_ECLOSED);
    assert_status(brood_connection_set_limit(ends.one, 1), BROOD_ECLOSED);
    assert_status(brood_connection_native(ends.one, &native), BROOD_ECLOSED);
}

static void null_is_an_error(void **state) {
    brood_test_t *test = *state;
    ends_t ends = make(test, 1);
    brood_values_t *values;
    brood_bytes_t bytes;
    size_t size;

    assert_status(brood_connection_send(NULL, BROOD_ARGS(1), 0), APR_EINVAL);
    assert_detail("connection");
    assert_status(brood_connection_send_bytes(NULL, "", 0, 0), APR_EINVAL);
    assert_status(brood_connection_send_bytes(ends.one, NULL, 1, 0), APR_EINVAL);
    assert_status(brood_connection_recv(NULL, &values, 0, test->pool), APR_EINVAL);
    assert_status(brood_connection_recv_bytes(NULL, &bytes, 0, test->pool), APR_EINVAL);
    assert_status(brood_connection_recv_bytes_into(NULL, NULL, 0, &size, 0), APR_EINVAL);
    assert_status(brood_connection_recv_bytes_into(ends.one, NULL, 1, &size, 0),
                  APR_EINVAL);
    assert_status(brood_connection_poll(NULL, 0), APR_EINVAL);
    assert_status(brood_connection_set_limit(NULL, 1), APR_EINVAL);
    assert_status(brood_connection_close(NULL), APR_EINVAL);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(values_both_ways),
    BROOD_TEST(messages_are_not_merged),
    BROOD_TEST(a_buffer_too_small_leaves_the_message),
    BROOD_TEST(bytes_that_are_no_values),
    BROOD_TEST(messages_of_all_sizes),
    BROOD_TEST(nothing_comes),
    BROOD_TEST(a_part_is_kept),
    BROOD_TEST(a_message_cut_while_sending_breaks_it),
    BROOD_TEST(the_end_comes_after_the_last_message),
    BROOD_TEST(nobody_receives_any_more),
    BROOD_TEST(a_message_that_was_cut_off),
    BROOD_TEST(a_childs_end_is_the_end),
    BROOD_TEST(the_frame_is_cpythons),
    BROOD_TEST(hostile_lengths),
    BROOD_TEST(a_lower_limit),
    BROOD_TEST(one_way_is_one_way),
    BROOD_TEST(handles_do_not_travel_through_it),
    BROOD_TEST(a_closed_connection_says_so),
    BROOD_TEST(null_is_an_error),
};

BROOD_TEST_MAIN(tests)
