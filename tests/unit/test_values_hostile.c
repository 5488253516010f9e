/* Values from bytes that nobody vouches for: each is values or a status, never more. */
#include "values_fixture.h"

#include <stdlib.h>

static apr_status_t decode(const void *data, size_t size, brood_values_t **values) {
    brood_handle_t *const handles[] = {&fixture.queue, &fixture.lock};
    /* a copy of exactly that size, so that a sanitizer sees a byte read too much */
    uint8_t *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, data, size);
    apr_status_t status =
        brood__values_decode(values, copy, size, handles, 2, 1, fixture.pool);
    free(copy);
    return status;
}

#define BYTES(text) text, sizeof text - 1

static void refuse(const void *data, size_t size, const char *words) {
    brood_values_t *values;
    assert_fails(decode(data, size, &values), BROOD_EENCODING, words);
    assert_null(values);
}

static void take(const void *data, size_t size, const char *words) {
    brood_values_t *values;
    assert_ok(decode(data, size, &values));
    assert_prints(values, words);
}

/* ---- valid bytes that Brood itself would not write ---- */

static void longer_heads_than_needed(void **state) {
    (void)state;
    take(BYTES("\xcf\0\0\0\0\0\0\0\5"), "[5]");
    take(BYTES("\xd3\xff\xff\xff\xff\xff\xff\xff\xff"), "[-1]");
    take(BYTES("\xd9\1a\xda\0\1b\xdb\0\0\0\1c"), "[\"a\", \"b\", \"c\"]");
    take(BYTES("\xc4\1a\xc5\0\1b\xc6\0\0\0\1c"),
         "[<1 byte: 61>, <1 byte: 62>, <1 byte: 63>]");
    take(BYTES("\xdc\0\1\1\xdd\0\0\0\1\2"), "[[1], [2]]");
    take(BYTES("\xde\0\1\1\2\xdf\0\0\0\1\3\4"), "[{1: 2}, {3: 4}]");
    take(BYTES("\xc7\5\1\0\0\0\1\3\xc8\0\5\1\0\0\0\0\1\xc9\0\0\0\5\1\0\0\0\0\1"),
         "[<lock>, <queue>, <queue>]");
    take(BYTES("\xca\x3f\0\0\0"), "[0.5]");
    take(BYTES(""), "[]");
}

/* ---- bytes that are no values ---- */

static void cut_off_at_every_byte(void **state) {
    brood_builder_t *builder;
    brood_values_t *whole;
    brood_values_t *values;
    brood_handle_t *const *handles;
    (void)state;
    assert_ok(brood_builder_create(&builder, fixture.pool));
    (void)brood_build_list_begin(builder);
    (void)brood_build_string(builder, "some text of more than thirty-one bytes in all");
    (void)brood_build_bytes(builder, "\1\2\3\4", 4);
    (void)brood_build_map_begin(builder);
    (void)brood_build_int(builder, INT64_MIN);
    (void)brood_build_double(builder, 0.1);
    (void)brood_build_handle(builder, a_queue());
    (void)brood_build_list_begin(builder);
    (void)brood_build_uint(builder, UINT64_MAX);
    (void)brood_build_end(builder);
    (void)brood_build_end(builder);
    (void)brood_build_end(builder);
    assert_ok(brood_builder_finish(builder, &whole));
    assert_int_equal(brood__values_handles(whole, &handles), 1);
    brood_bytes_t bytes = brood__values_bytes(whole);
    assert_ok(decode(bytes.data, bytes.size, &values));
    for (size_t size = 1; size < bytes.size; size++) {
        assert_int_equal(decode(bytes.data, size, &values), BROOD_EENCODING);
        assert_null(values);
    }
    /* and one changed byte is values or that status */
    uint8_t *changed = malloc(bytes.size);
    for (size_t i = 0; i < bytes.size; i++) {
        memcpy(changed, bytes.data, bytes.size);
        for (int byte = 0; byte < 256; byte++) {
            changed[i] = (uint8_t)byte;
            apr_status_t status = decode(changed, bytes.size, &values);
            assert_true(status == APR_SUCCESS || status == BROOD_EENCODING);
        }
    }
    free(changed);
}

static void counts_beyond_what_is_there(void **state) {
    (void)state;
    refuse(BYTES("\xdd\xff\xff\xff\xff"),
           "byte 0 of 5: a list has more items than there are bytes left");
    refuse(BYTES("\xdf\xff\xff\xff\xff"),
           "byte 0 of 5: a map has more entries than there are bytes left");
    refuse(BYTES("\xdf\x80\0\0\0\1\2"),
           "byte 0 of 7: a map has more entries than there are bytes left");
    refuse(BYTES("\1\x93\1\2"),
           "byte 1 of 4: a list has more items than there are bytes left");
    refuse(BYTES("\x82\1\2\3"),
           "byte 0 of 4: a map has more entries than there are bytes left");
    refuse(BYTES("\xdb\xff\xff\xff\xff"
                 "abc"),
           "byte 0 of 8: a string is cut off");
    refuse(BYTES("\xc6\xff\xff\xff\xff"
                 "abc"),
           "byte 0 of 8: bytes are cut off");
    refuse(BYTES("\xc9\xff\xff\xff\xff\1\0\0\0\0\1"),
           "byte 0 of 11: an extension is cut off");
    refuse(BYTES("\xdb\0\0"), "byte 0 of 3: a value is cut off");
    refuse(BYTES("\xcf\0\0\0"), "byte 0 of 4: a value is cut off");
    refuse(BYTES("\x92\x92\1\2"), "byte 4 of 4: the end, where a value should be");
}

static void depth_beyond_the_limit(void **state) {
    uint8_t lists[BROOD_DEPTH_MAX + 2];
    uint8_t many[100000];
    brood_values_t *values;
    (void)state;
    memset(lists, 0x91, sizeof lists);
    lists[BROOD_DEPTH_MAX] = 0xc0;
    assert_ok(decode(lists, BROOD_DEPTH_MAX + 1, &values));
    lists[BROOD_DEPTH_MAX] = 0x91;
    lists[BROOD_DEPTH_MAX + 1] = 0xc0;
    refuse(lists, BROOD_DEPTH_MAX + 2,
           "byte 30 of 32: lists and maps lie too deep in each other");
    lists[BROOD_DEPTH_MAX] = 0x90; /* an empty list is one as well */
    refuse(lists, BROOD_DEPTH_MAX + 1,
           "byte 30 of 31: lists and maps lie too deep in each other");
    memset(many, 0x91, sizeof many);
    refuse(many, sizeof many,
           "byte 30 of 100000: lists and maps lie too deep in each other");
    memset(many, 0x81, sizeof many);
    assert_int_equal(decode(many, sizeof many, &values), BROOD_EENCODING);
}

static void types_that_values_do_not_have(void **state) {
    (void)state;
    refuse(BYTES("\xc1"), "byte 0 of 1: no value begins like this");
    refuse(BYTES("\xd4\1\0"), "byte 0 of 3: no value begins like this");
    refuse(BYTES("\xd6\xff\0\0\0\0"), "byte 0 of 6: no value begins like this");
    refuse(BYTES("\xc7\5\2\0\0\0\0\1"), "byte 0 of 8: an extension of an unknown type");
    refuse(BYTES("\xc7\4\1\0\0\0\0"), "byte 0 of 7: an extension of an unknown type");
    refuse(BYTES("\xc7\6\1\0\0\0\0\1\0"), "byte 0 of 9: an extension of an unknown type");
}

static void text_that_is_not_utf8(void **state) {
    (void)state;
    refuse(BYTES("\xa1\xff"), "byte 0 of 2: a string is not UTF-8");
    refuse(BYTES("\xa2\xc0\x80"), "byte 0 of 3: a string is not UTF-8");
    /* a character that ends beyond the string */
    refuse(BYTES("\xa1\xc3\xa4"), "byte 0 of 3: a string is not UTF-8");
}

static void handles_that_did_not_come_along(void **state) {
    brood_values_t *values;
    brood_handle_t *const none[] = {NULL};
    (void)state;
    take(BYTES("\xc7\5\1\0\0\0\1\3"), "[<lock>]");
    refuse(BYTES("\xc7\5\1\0\0\0\2\3"), "byte 0 of 8: a handle that did not come along");
    refuse(BYTES("\xc7\5\1\xff\xff\xff\xff\1"),
           "byte 0 of 8: a handle that did not come along");
    refuse(BYTES("\xc7\5\1\0\0\0\0\3"),
           "byte 0 of 8: a handle of another class than what came along");
    refuse(BYTES("\xc7\5\1\0\0\0\0\0"),
           "byte 0 of 8: a handle of another class than what came along");
    assert_int_equal(
        brood__values_decode(&values, "\xc7\5\1\0\0\0\0\1", 8, none, 1, 1, fixture.pool),
        BROOD_EENCODING);
    assert_int_equal(
        brood__values_decode(&values, "\xc7\5\1\0\0\0\0\1", 8, NULL, 0, 1, fixture.pool),
        BROOD_EENCODING);
}

static void sizes_beyond_the_limit(void **state) {
    brood_values_t *values;
    (void)state;
    assert_int_equal(
        brood__values_decode(&values, "", UINT32_MAX, NULL, 0, 0, fixture.pool),
        BROOD_ETOOBIG);
    assert_int_equal(brood__values_decode(&values, NULL, 1, NULL, 0, 0, fixture.pool),
                     APR_EINVAL);
    assert_ok(brood__values_decode(&values, NULL, 0, NULL, 0, 0, fixture.pool));
    assert_int_equal(brood_values_count(values), 0);
}

/* ---- where the bytes lie ---- */

static void without_a_copy_the_bytes_stay_where_they_are(void **state) {
    static const uint8_t data[] = {0xc4, 2, 7, 8, 0xa1, 'x'};
    brood_values_t *values;
    brood_bytes_t bytes;
    const char *text;
    (void)state;
    assert_ok(brood__values_decode(&values, data, sizeof data, NULL, 0, 0, fixture.pool));
    assert_ok(BROOD_UNPACK(values, &bytes, &text));
    assert_ptr_equal(bytes.data, data + 2);
    assert_string_equal(text, "x");
    assert_ptr_equal(brood__values_bytes(values).data, data);
    assert_ok(brood__values_decode(&values, data, sizeof data, NULL, 0, 1, fixture.pool));
    assert_ok(BROOD_UNPACK(values, &bytes, &text));
    assert_ptr_not_equal(bytes.data, data + 2);
    assert_memory_equal(brood__values_bytes(values).data, data, sizeof data);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(longer_heads_than_needed),
        TEST(cut_off_at_every_byte),
        TEST(counts_beyond_what_is_there),
        TEST(depth_beyond_the_limit),
        TEST(types_that_values_do_not_have),
        TEST(text_that_is_not_utf8),
        TEST(handles_that_did_not_come_along),
        TEST(sizes_beyond_the_limit),
        TEST(without_a_copy_the_bytes_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
