/* Nested values: the builder, the reader, and the readable form. */
#include "values_fixture.h"

#include <math.h>
#include <stdlib.h>

static brood_builder_t *builder(void) {
    brood_builder_t *fresh;
    assert_ok(brood_builder_create(&fresh, fixture.pool));
    return fresh;
}

static brood_values_t *finished(brood_builder_t *unfinished) {
    brood_values_t *values;
    assert_ok(brood_builder_finish(unfinished, &values));
    return travelled(values);
}

/* 1, [true, "a\0b", <bytes>], {"k": 2.5, 3: [nil, {}]}, queue */
static brood_values_t *an_example(void) {
    brood_builder_t *b = builder();
    assert_ok(brood_build_int(b, 1));
    assert_ok(brood_build_list_begin(b));
    assert_ok(brood_build_bool(b, true));
    assert_ok(brood_build_text(b, "a\0b", 3));
    assert_ok(brood_build_bytes(b, "\0\xff", 2));
    assert_ok(brood_build_end(b));
    assert_ok(brood_build_map_begin(b));
    assert_ok(brood_build_string(b, "k"));
    assert_ok(brood_build_double(b, 2.5));
    assert_ok(brood_build_uint(b, 3));
    assert_ok(brood_build_list_begin(b));
    assert_ok(brood_build_nil(b));
    assert_ok(brood_build_map_begin(b));
    assert_ok(brood_build_end(b));
    assert_ok(brood_build_end(b));
    assert_ok(brood_build_end(b));
    assert_ok(brood_build_handle(b, a_queue()));
    return finished(b);
}

/* ---- building ---- */

static void everything_can_be_nested(void **state) {
    (void)state;
    assert_prints(an_example(), "[1, [true, \"a\\u0000b\", <2 bytes: 00 ff>], "
                                "{\"k\": 2.5, 3: [nil, {}]}, <queue>]");
}

static void any_type_by_one_macro(void **state) {
    brood_builder_t *b = builder();
    const brood_values_t *inner = packed(BROOD_ARGS(1, a_lock()));
    (void)state;
    assert_ok(BROOD_BUILD(b, 7u));
    assert_ok(brood_build_list_begin(b));
    assert_ok(BROOD_BUILD(b, "x"));
    assert_ok(BROOD_BUILD(b, inner));
    assert_ok(BROOD_BUILD(b, a_lock()));
    assert_ok(brood_build_end(b));
    assert_ok(brood_build_string(b, NULL));
    assert_prints(finished(b), "[7, [\"x\", [1, <lock>], <lock>], nil]");
}

static void nothing_built_is_no_values(void **state) {
    (void)state;
    assert_int_equal(brood_values_count(finished(builder())), 0);
}

static void text_and_bytes_are_copied(void **state) {
    brood_builder_t *b = builder();
    char text[] = "abc";
    (void)state;
    assert_ok(brood_build_string(b, text));
    assert_ok(brood_build_text(b, text, 2));
    assert_ok(brood_build_bytes(b, text, 3));
    assert_ok(brood_build_text(b, NULL, 0));
    assert_ok(brood_build_bytes(b, NULL, 0));
    memset(text, '?', 3);
    assert_prints(finished(b), "[\"abc\", \"ab\", <3 bytes: 61 62 63>, \"\", <0 bytes>]");
}

static void many_items_take_longer_heads(void **state) {
    const size_t counts[] = {15, 16, 65535, 65536, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        brood_builder_t *b = builder();
        brood_reader_t reader;
        size_t items;
        size_t entries;
        assert_ok(brood_build_list_begin(b));
        for (size_t n = 0; n < counts[i]; n++)
            (void)brood_build_uint(b, n);
        assert_ok(brood_build_end(b));
        assert_ok(brood_build_map_begin(b));
        for (size_t n = 0; n < counts[i] * 2; n++)
            (void)brood_build_nil(b);
        assert_ok(brood_build_end(b));
        brood_reader_init(&reader, finished(b));
        assert_ok(brood_read_list_enter(&reader, &items));
        for (size_t n = 0; n < items; n++) {
            uint64_t number;
            assert_ok(brood_read_uint(&reader, &number));
            assert_true(number == n);
        }
        assert_ok(brood_read_leave(&reader));
        assert_ok(brood_read_map_enter(&reader, &entries));
        assert_true(items == counts[i] && entries == counts[i]);
    }
}

/* ---- building wrongly ---- */

static void an_end_without_a_beginning(void **state) {
    brood_builder_t *b = builder();
    brood_values_t *values;
    (void)state;
    assert_ok(brood_build_nil(b));
    assert_fails(brood_build_end(b), APR_EINVAL, "value 2: an end without a beginning");
    /* the first failure stays */
    assert_fails(brood_build_int(b, 1), APR_EINVAL,
                 "value 2: an end without a beginning");
    assert_fails(brood_builder_finish(b, &values), APR_EINVAL,
                 "value 2: an end without a beginning");
    assert_null(values);
}

static void a_key_without_a_value(void **state) {
    brood_builder_t *b = builder();
    (void)state;
    assert_ok(brood_build_map_begin(b));
    assert_ok(brood_build_string(b, "key"));
    assert_fails(brood_build_end(b), APR_EINVAL,
                 "value 1, entry 1: the map ends after a key without value");
}

static void a_list_that_is_not_ended(void **state) {
    brood_builder_t *b = builder();
    brood_values_t *values;
    (void)state;
    assert_ok(brood_build_list_begin(b));
    assert_fails(brood_builder_finish(b, &values), APR_EINVAL,
                 "value 1, item 1: 1 not ended");
}

static void too_deep(void **state) {
    brood_builder_t *b = builder();
    (void)state;
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_build_list_begin(b));
    assert_int_equal(brood_build_map_begin(b), APR_EINVAL);
    assert_non_null(strstr(brood_error_detail(), "a map deeper than 30"));

    b = builder();
    brood_values_t *inner = packed(BROOD_ARGS(packed(BROOD_ARGS(1))));
    for (int i = 0; i < BROOD_DEPTH_MAX - 1; i++)
        assert_ok(brood_build_list_begin(b));
    assert_int_equal(brood_build(b, brood_arg_values(inner)), APR_EINVAL);
    assert_non_null(strstr(brood_error_detail(), "31 deep; 30 is most"));

    b = builder();
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_build_list_begin(b));
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_build_end(b));
    (void)finished(b);
}

static void a_finished_builder(void **state) {
    brood_builder_t *b = builder();
    brood_values_t *values;
    (void)state;
    (void)finished(b);
    assert_fails(brood_build_nil(b), APR_EINVAL, "the builder is finished");
    assert_fails(brood_builder_finish(b, &values), APR_EINVAL, "the builder is finished");
    assert_fails(brood_build_nil(NULL), APR_EINVAL, "builder is NULL");
}

static void values_that_cannot_be_built(void **state) {
    (void)state;
    assert_fails(brood_build_string(builder(), "\xff"), BROOD_ETYPE,
                 "value 1: a string is not UTF-8; such text travels as bytes");
    assert_fails(brood_build_text(builder(), "\xc3\xa4", 1), BROOD_ETYPE,
                 "value 1: a string is not UTF-8; such text travels as bytes");
    assert_fails(brood_build_text(builder(), NULL, 1), APR_EINVAL,
                 "value 1: a string is NULL");
    assert_fails(brood_build_bytes(builder(), NULL, 1), APR_EINVAL,
                 "value 1: 1 bytes at NULL");
    assert_fails(brood_build_handle(builder(), NULL), APR_EINVAL,
                 "value 1: the object is NULL");
    atomic_store(&fixture.queue.closed, 1);
    assert_fails(brood_build_handle(builder(), a_queue()), BROOD_ECLOSED,
                 "value 1: the object: the queue has been closed");
}

/* ---- reading ---- */

static void a_walk_through_everything(void **state) {
    brood_reader_t reader;
    int64_t number;
    bool boolean;
    const char *text;
    size_t size;
    brood_bytes_t bytes;
    double real;
    brood_queue_t *queue;
    (void)state;
    brood_reader_init(&reader, an_example());
    assert_ok(brood_read_int(&reader, &number));
    assert_ok(brood_read_list_enter(&reader, &size));
    assert_int_equal(size, 3);
    assert_ok(brood_read_bool(&reader, &boolean));
    assert_ok(brood_read_string(&reader, &text, &size));
    assert_int_equal(size, 3);
    assert_memory_equal(text, "a\0b", 4);
    assert_ok(brood_read_bytes(&reader, &bytes));
    assert_true(brood_read_at_end(&reader));
    assert_ok(brood_read_leave(&reader));
    assert_false(brood_read_at_end(&reader));
    assert_ok(brood_read_map_enter(&reader, &size));
    assert_int_equal(size, 2);
    assert_ok(brood_read_string(&reader, &text, NULL));
    assert_string_equal(text, "k");
    assert_ok(brood_read_double(&reader, &real));
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_skip(&reader));
    assert_true(brood_read_at_end(&reader));
    assert_ok(brood_read_leave(&reader));
    assert_ok(brood_read_queue(&reader, &queue));
    assert_ptr_equal(queue, a_queue());
    assert_true(number == 1 && boolean && bytes.size == 2 && real == 2.5);
    assert_true(brood_read_at_end(&reader));
}

static void leaving_early_skips_the_rest(void **state) {
    brood_reader_t reader;
    brood_queue_t *queue;
    (void)state;
    brood_reader_init(&reader, an_example());
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_list_enter(&reader, NULL));
    assert_ok(brood_read_leave(&reader));
    assert_ok(brood_read_map_enter(&reader, NULL));
    for (int i = 0; i < 3; i++)
        assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_list_enter(&reader, NULL));
    assert_ok(brood_read_leave(&reader));
    assert_ok(brood_read_leave(&reader));
    assert_ok(brood_read_queue(&reader, &queue));
}

static void kinds_can_be_asked_for(void **state) {
    const brood_kind_t wanted[] = {BROOD_INT, BROOD_LIST, BROOD_MAP, BROOD_HANDLE};
    brood_reader_t reader;
    brood_kind_t kind;
    (void)state;
    brood_reader_init(&reader, an_example());
    for (int i = 0; i < 4; i++) {
        assert_ok(brood_read_kind(&reader, &kind));
        assert_int_equal(kind, wanted[i]);
        assert_ok(brood_read_skip(&reader));
    }
    assert_fails(brood_read_kind(&reader, &kind), BROOD_ECOUNT, "there is no value 5");
    assert_int_equal(kind, BROOD_NIL);
}

static void lists_read_as_values(void **state) {
    brood_reader_t reader;
    const brood_values_t *list;
    (void)state;
    brood_reader_init(&reader, an_example());
    assert_fails(brood_read_values(&reader, &list), BROOD_ETYPE,
                 "value 1 is an integer, the place wants a list");
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_values(&reader, &list));
    assert_prints(list, "[true, \"a\\u0000b\", <2 bytes: 00 ff>]");
    /* and a reader over such a list counts from 1 again */
    brood_reader_init(&reader, list);
    assert_ok(brood_read_skip(&reader));
    assert_fails(BROOD_READ(&reader, &(int){0}), BROOD_ETYPE,
                 "value 2 is a string, the place wants an integer");
}

static void objects_of_every_class(void **state) {
    brood_reader_t reader;
    brood_connection_t *connection;
    brood_lock_t *lock;
    (void)state;
    brood_reader_init(&reader, packed(BROOD_ARGS(a_connection(), a_lock())));
    assert_fails(brood_read_lock(&reader, &lock), BROOD_ETYPE,
                 "value 1 is a connection, the place wants a lock");
    assert_ok(brood_read_connection(&reader, &connection));
    assert_ok(brood_read_lock(&reader, &lock));
}

/* ---- reading wrongly ---- */

static void errors_have_the_path_and_do_not_move(void **state) {
    brood_reader_t reader;
    int64_t number;
    const char *text;
    (void)state;
    brood_reader_init(&reader, an_example());
    assert_fails(brood_read_list_enter(&reader, NULL), BROOD_ETYPE,
                 "value 1 is an integer, wanted is a list");
    assert_ok(brood_read_int(&reader, &number));
    assert_ok(brood_read_list_enter(&reader, NULL));
    assert_ok(brood_read_skip(&reader));
    assert_fails(brood_read_int(&reader, &number), BROOD_ETYPE,
                 "value 2, item 2 is a string, the place wants an integer");
    assert_fails(
        brood_read_string(&reader, &text, NULL), BROOD_ETYPE,
        "value 2, item 2 is a string with a NUL byte at 1, the place wants none");
    assert_null(text);
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_skip(&reader));
    assert_fails(brood_read_skip(&reader), BROOD_ECOUNT, "there is no value 2, item 4");
    assert_fails(brood_read_int(&reader, &number), BROOD_ECOUNT,
                 "there is no value 2, item 4");
    assert_ok(brood_read_leave(&reader));
    assert_fails(brood_read_leave(&reader), APR_EINVAL, "no list or map was entered");
    assert_ok(brood_read_map_enter(&reader, NULL));
    assert_fails(brood_read_int(&reader, &number), BROOD_ETYPE,
                 "value 3, key 1 is a string, the place wants an integer");
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_skip(&reader));
    assert_ok(brood_read_skip(&reader));
    assert_fails(brood_read_map_enter(&reader, NULL), BROOD_ETYPE,
                 "value 3, entry 2 is a list, wanted is a map");
    assert_ok(brood_read_list_enter(&reader, NULL));
    assert_ok(brood_read_skip(&reader));
    assert_fails(brood_read_int(&reader, &number), BROOD_ETYPE,
                 "value 3, entry 2, item 2 is a map, the place wants an integer");
}

static void no_values_have_nothing_to_read(void **state) {
    brood_reader_t reader;
    (void)state;
    brood_reader_init(&reader, NULL);
    assert_true(brood_read_at_end(&reader));
    assert_fails(brood_read_skip(&reader), BROOD_ECOUNT, "there is no value 1");
}

static void the_deepest_values_can_be_entered(void **state) {
    brood_builder_t *b = builder();
    brood_reader_t reader;
    (void)state;
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_build_list_begin(b));
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_build_end(b));
    brood_reader_init(&reader, finished(b));
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_read_list_enter(&reader, NULL));
    assert_true(brood_read_at_end(&reader));
    assert_int_equal(brood_read_skip(&reader), BROOD_ECOUNT);
    for (int i = 0; i < BROOD_DEPTH_MAX; i++)
        assert_ok(brood_read_leave(&reader));
    assert_true(brood_read_at_end(&reader));
}

/* ---- the readable form ---- */

static void numbers_read_back(void **state) {
    (void)state;
    assert_prints(packed(BROOD_ARGS(0.1, 1e300, -0.0, 3.0, 1.0 / 3, 5e-324)),
                  "[0.1, 1e+300, -0.0, 3.0, 0.3333333333333333, 4.94065645841247e-324]");
    assert_prints(packed(BROOD_ARGS((double)NAN, (double)INFINITY, (double)-INFINITY)),
                  "[nan, inf, -inf]");
    assert_prints(packed(BROOD_ARGS(INT64_MIN, UINT64_MAX)),
                  "[-9223372036854775808, 18446744073709551615]");
}

static void text_is_escaped(void **state) {
    (void)state;
    assert_prints(packed(BROOD_ARGS("a\"b\\c\n\r\t\x01\x7f\xc3\xa4")),
                  "[\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\xc3\xa4\"]");
}

static void long_bytes_are_cut(void **state) {
    uint8_t data[17] = {0};
    (void)state;
    assert_prints(packed(BROOD_ARGS(brood_bytes(data, 17), brood_bytes(data, 1))),
                  "[<17 bytes: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ...>, "
                  "<1 byte: 00>]");
}

static void short_buffers_cut_the_line(void **state) {
    char buffer[8];
    (void)state;
    brood_values_t *values = packed(BROOD_ARGS("\xe2\x82\xac\xe2\x82\xac"));
    assert_int_equal(brood_values_print(values, NULL, 0), 10);
    assert_int_equal(brood_values_print(values, buffer, 1), 10);
    assert_string_equal(buffer, "");
    /* never through the middle of a character */
    assert_int_equal(brood_values_print(values, buffer, 5), 10);
    assert_string_equal(buffer, "[\"");
    assert_int_equal(brood_values_print(values, buffer, 6), 10);
    assert_string_equal(buffer, "[\"\xe2\x82\xac");
    assert_int_equal(brood_values_print(values, buffer, 7), 10);
    assert_string_equal(buffer, "[\"\xe2\x82\xac");
    assert_int_equal(brood_values_print(NULL, buffer, 8), 4);
    assert_string_equal(buffer, "NULL");
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(everything_can_be_nested),
        TEST(any_type_by_one_macro),
        TEST(nothing_built_is_no_values),
        TEST(text_and_bytes_are_copied),
        TEST(many_items_take_longer_heads),
        TEST(an_end_without_a_beginning),
        TEST(a_key_without_a_value),
        TEST(a_list_that_is_not_ended),
        TEST(too_deep),
        TEST(a_finished_builder),
        TEST(values_that_cannot_be_built),
        TEST(a_walk_through_everything),
        TEST(leaving_early_skips_the_rest),
        TEST(kinds_can_be_asked_for),
        TEST(lists_read_as_values),
        TEST(objects_of_every_class),
        TEST(errors_have_the_path_and_do_not_move),
        TEST(no_values_have_nothing_to_read),
        TEST(the_deepest_values_can_be_entered),
        TEST(numbers_read_back),
        TEST(text_is_escaped),
        TEST(long_bytes_are_cut),
        TEST(short_buffers_cut_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
