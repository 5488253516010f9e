/* Descriptors: a struct packed, unpacked, checked and printed by the table of its fields. */
#include "values_fixture.h"

#include "brood/descriptor.h"
#include <float.h>
#include <math.h>

typedef enum color_t { RED, GREEN, BLUE } color_t;

typedef struct point_t {
    int16_t x;
    int16_t y;
} point_t;

typedef struct job_t {
    bool urgent;
    int8_t tiny;
    int64_t wide;
    uint64_t big;
    color_t color;
    float single;
    double real;
    const char *title;
    char name[8];
    brood_bytes_t blob;
    const brood_values_t *extra;
    point_t at;
    int32_t counts[3];
    uint8_t flags[2];
    double weights[2];
    brood_queue_t *out;
    brood_connection_t *line;
    brood_lock_t *lock;
    int not_described;
} job_t;

static const brood_field_t point_fields[] = {
    BROOD_FIELD_INT(point_t, x, BROOD_LIMITS(-100, 100)),
    BROOD_FIELD_INT(point_t, y),
};
static const brood_descriptor_t point =
    BROOD_DESCRIPTOR("point", 1, 1, point_t, point_fields, NULL);

static const brood_field_t job_fields[] = {
    BROOD_FIELD_BOOL(job_t, urgent),
    BROOD_FIELD_INT(job_t, tiny),
    BROOD_FIELD_INT(job_t, wide),
    BROOD_FIELD_UINT(job_t, big),
    BROOD_FIELD_INT(job_t, color, BROOD_LIMITS(RED, BLUE)),
    BROOD_FIELD_DOUBLE(job_t, single),
    BROOD_FIELD_DOUBLE(job_t, real, BROOD_LIMITS_REAL(-1e9, 1e9)),
    BROOD_FIELD_STRING(job_t, title, BROOD_REQUIRED),
    BROOD_FIELD_CHARS(job_t, name),
    BROOD_FIELD_BYTES(job_t, blob),
    BROOD_FIELD_VALUES(job_t, extra),
    BROOD_FIELD_STRUCT(job_t, at, &point),
    BROOD_FIELD_INT_ARRAY(job_t, counts, BROOD_LIMITS(0, 1000)),
    BROOD_FIELD_UINT_ARRAY(job_t, flags),
    BROOD_FIELD_DOUBLE_ARRAY(job_t, weights),
    BROOD_FIELD_QUEUE(job_t, out),
    BROOD_FIELD_CONNECTION(job_t, line),
    BROOD_FIELD_LOCK(job_t, lock),
};
static const brood_descriptor_t job =
    BROOD_DESCRIPTOR("job", 1, 1, job_t, job_fields, NULL);

static job_t a_job(void) {
    job_t made;
    memset(&made, 0, sizeof made);
    made.urgent = true;
    made.tiny = INT8_MIN;
    made.wide = INT64_MIN;
    made.big = UINT64_MAX;
    made.color = BLUE;
    made.single = 0.5f;
    made.real = -2.25;
    made.title = "h\xc3\xa4llo";
    memcpy(made.name, "1234567", 8);
    made.blob = brood_bytes("\0\1\2", 3);
    made.extra = packed(BROOD_ARGS(1, "two"));
    made.at.x = -100;
    made.at.y = INT16_MAX;
    made.counts[1] = 1000;
    made.flags[0] = 255;
    made.weights[1] = DBL_MAX;
    made.out = a_queue();
    made.line = a_connection();
    made.lock = a_lock();
    made.not_described = 5;
    return made;
}

static apr_status_t pack(const job_t *made) {
    brood_values_t *values;
    apr_status_t status = brood_descriptor_pack(&job, made, &values, fixture.pool);
    assert_true((status == APR_SUCCESS) == (values != NULL));
    return status;
}

static apr_status_t unpack(const brood_values_t *values, job_t *object) {
    return brood_descriptor_unpack(&job, values, object, fixture.pool);
}

/* ---- there and back ---- */

static void every_kind_of_field(void **state) {
    const job_t sent = a_job();
    job_t got;
    brood_values_t *values;
    (void)state;
    assert_ok(brood_descriptor_pack(&job, &sent, &values, fixture.pool));
    memset(&got, 0xee, sizeof got);
    assert_ok(unpack(travelled(values), &got));
    assert_true(got.urgent && got.tiny == INT8_MIN && got.wide == INT64_MIN);
    assert_true(got.big == UINT64_MAX && got.color == BLUE && got.single == 0.5f);
    assert_true(got.real == -2.25 && got.at.x == -100 && got.at.y == INT16_MAX);
    assert_string_equal(got.title, sent.title);
    assert_ptr_not_equal(got.title, sent.title);
    assert_string_equal(got.name, "1234567");
    assert_int_equal(got.blob.size, 3);
    assert_memory_equal(got.blob.data, "\0\1\2", 3);
    assert_prints(got.extra, "[1, \"two\"]");
    assert_memory_equal(got.counts, sent.counts, sizeof got.counts);
    assert_memory_equal(got.flags, sent.flags, sizeof got.flags);
    assert_memory_equal(got.weights, sent.weights, sizeof got.weights);
    assert_ptr_equal(got.out, a_queue());
    assert_ptr_equal(got.line, a_connection());
    assert_ptr_equal(got.lock, a_lock());
    assert_int_equal(got.not_described, 0);
}

static void empty_and_null_members(void **state) {
    job_t sent;
    job_t got;
    brood_values_t *values;
    (void)state;
    memset(&sent, 0, sizeof sent);
    sent.title = "";
    assert_ok(brood_descriptor_pack(&job, &sent, &values, fixture.pool));
    assert_ok(unpack(travelled(values), &got));
    assert_string_equal(got.title, "");
    assert_null(got.blob.data);
    assert_null(got.extra);
    assert_null(got.out);
    assert_string_equal(got.name, "");
    /* no bytes are not the same as NULL */
    sent.blob = brood_bytes("", 0);
    assert_ok(brood_descriptor_pack(&job, &sent, &values, fixture.pool));
    assert_ok(unpack(travelled(values), &got));
    assert_non_null(got.blob.data);
    assert_int_equal(got.blob.size, 0);
}

static void what_is_unpacked_outlives_the_values(void **state) {
    job_t sent = a_job();
    job_t got;
    brood_values_t *values;
    apr_pool_t *pool;
    (void)state;
    sent.extra = NULL;
    assert_ok(apr_pool_create(&pool, fixture.pool));
    assert_ok(brood_descriptor_pack(&job, &sent, &values, pool));
    assert_ok(unpack(values, &got));
    apr_pool_destroy(pool);
    assert_string_equal(got.title, "h\xc3\xa4llo");
    assert_memory_equal(got.blob.data, "\0\1\2", 3);
}

static void a_packed_struct_is_one_value_among_others(void **state) {
    const point_t sent = {3, 4};
    point_t got;
    brood_values_t *values;
    const brood_values_t *inner;
    int number;
    (void)state;
    assert_ok(brood_descriptor_pack(&point, &sent, &values, fixture.pool));
    assert_prints(values, "[\"point\", 1, {\"x\": 3, \"y\": 4}]");
    assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS(1, values))), &number, &inner));
    assert_ok(brood_descriptor_unpack(&point, inner, &got, fixture.pool));
    assert_true(got.x == 3 && got.y == 4);
}

static void fields_in_another_order(void **state) {
    static const brood_field_t turned_fields[] = {BROOD_FIELD_INT(point_t, y),
                                                  BROOD_FIELD_INT(point_t, x)};
    static const brood_descriptor_t turned =
        BROOD_DESCRIPTOR("point", 1, 1, point_t, turned_fields, NULL);
    const point_t sent = {3, 4};
    point_t got;
    brood_values_t *values;
    (void)state;
    assert_ok(brood_descriptor_pack(&turned, &sent, &values, fixture.pool));
    assert_ok(brood_descriptor_unpack(&point, values, &got, fixture.pool));
    assert_true(got.x == 3 && got.y == 4);
}

/* ---- the readable form ---- */

static void a_struct_in_one_line(void **state) {
    const job_t made = a_job();
    char line[512];
    (void)state;
    size_t length = brood_descriptor_print(&job, &made, line, sizeof line);
    assert_string_equal(
        line,
        "job{urgent: true, tiny: -128, wide: -9223372036854775808, big: "
        "18446744073709551615, color: 2, single: 0.5, real: -2.25, title: "
        "\"h\xc3\xa4llo\", name: \"1234567\", blob: <3 bytes: 00 01 02>, extra: [1, "
        "\"two\"], at: point{x: -100, y: 32767}, counts: [0, 1000, 0], flags: [255, "
        "0], weights: [0.0, 1.7976931348623157e+308], out: <queue>, line: "
        "<connection>, lock: <lock>}");
    assert_int_equal(length, strlen(line));
    assert_int_equal(brood_descriptor_print(&job, &made, line, 5), length);
    assert_string_equal(line, "job{");
    assert_int_equal(brood_descriptor_print(&job, &made, NULL, 0), length);
}

static void structs_that_cannot_be_packed_still_print(void **state) {
    job_t made = a_job();
    brood_descriptor_t bad = job;
    char line[512];
    (void)state;
    memset(made.name, 'x', sizeof made.name);
    made.title = NULL;
    made.real = (double)NAN;
    (void)brood_descriptor_print(&job, &made, line, sizeof line);
    assert_non_null(strstr(line, "real: nan, title: nil, name: \"xxxxxxxx\""));
    (void)brood_descriptor_print(&job, NULL, line, sizeof line);
    assert_string_equal(line, "NULL");
    bad.version = 0;
    (void)brood_descriptor_print(&bad, &made, line, sizeof line);
    assert_string_equal(line, "invalid");
}

/* ---- checks ---- */

static void numbers_outside_their_limits(void **state) {
    job_t made = a_job();
    (void)state;
    made.color = (color_t)3;
    assert_fails(brood_descriptor_check(&job, &made), BROOD_ERANGE,
                 "field \"color\" of \"job\": it is 3, allowed is 0 to 2");
    made = a_job();
    made.counts[2] = -1;
    assert_fails(pack(&made), BROOD_ERANGE,
                 "field \"counts\" of \"job\": item 3: it is -1, allowed is 0 to 1000");
    made = a_job();
    made.at.x = 101;
    assert_fails(
        pack(&made), BROOD_ERANGE,
        "field \"at\" of \"job\": field \"x\" of \"point\": it is 101, allowed is "
        "-100 to 100");
    made = a_job();
    made.real = 2e9;
    assert_fails(pack(&made), BROOD_ERANGE,
                 "field \"real\" of \"job\": it is 2e+09, allowed is -1e+09 to 1e+09");
    made.real = (double)NAN;
    assert_int_equal(pack(&made), BROOD_ERANGE);
}

static void unsigned_numbers_outside_their_limits(void **state) {
    typedef struct sizes_t {
        uint16_t two;
        uint64_t eight;
    } sizes_t;
    static const brood_field_t fields[] = {
        BROOD_FIELD_UINT(sizes_t, two, BROOD_LIMITS(1, 40000)),
        BROOD_FIELD_UINT(sizes_t, eight, BROOD_LIMITS(0, INT64_MAX))};
    static const brood_descriptor_t sizes =
        BROOD_DESCRIPTOR("sizes", 1, 1, sizes_t, fields, NULL);
    sizes_t object = {40000, INT64_MAX};
    (void)state;
    assert_ok(brood_descriptor_check(&sizes, &object));
    object.eight++;
    assert_fails(
        brood_descriptor_check(&sizes, &object), BROOD_ERANGE,
        "field \"eight\" of \"sizes\": it is 9223372036854775808, allowed is 0 to "
        "9223372036854775807");
    object.two = 0;
    assert_fails(brood_descriptor_check(&sizes, &object), BROOD_ERANGE,
                 "field \"two\" of \"sizes\": it is 0, allowed is 1 to 40000");
}

static void members_that_do_not_keep_their_promise(void **state) {
    job_t made = a_job();
    (void)state;
    made.title = NULL;
    assert_fails(pack(&made), APR_EINVAL,
                 "field \"title\" of \"job\": it is required and NULL");
    made = a_job();
    memset(made.name, 'x', sizeof made.name);
    assert_fails(pack(&made), BROOD_ERANGE,
                 "field \"name\" of \"job\": its 8 characters have no terminator");
    made = a_job();
    made.out = (brood_queue_t *)(void *)a_lock();
    assert_fails(pack(&made), BROOD_ETYPE,
                 "field \"out\" of \"job\": it is a lock, not a queue");
    made = a_job();
    atomic_store(&fixture.connection.closed, 1);
    assert_fails(pack(&made), BROOD_ECLOSED,
                 "field \"line\" of \"job\": the object: the connection has been closed");
    made = a_job();
    made.line = NULL;
    made.title = "\xff";
    assert_int_equal(pack(&made), BROOD_ETYPE);
    assert_non_null(strstr(brood_error_detail(), "\"job\": value 3, entry 8: "));
    assert_fails(pack(NULL), APR_EINVAL, "object is NULL");
}

/* ---- values that are not this struct ---- */

static brood_values_t *point_values(const char *name, brood_arg_t version,
                                    const char *keys, brood_arg_t value) {
    brood_builder_t *builder;
    brood_values_t *values;
    assert_ok(brood_builder_create(&builder, fixture.pool));
    (void)brood_build_string(builder, name);
    (void)brood_build(builder, version);
    (void)brood_build_map_begin(builder);
    for (; *keys != '\0'; keys++) {
        (void)brood_build_text(builder, keys, 1);
        (void)brood_build(builder, value);
    }
    (void)brood_build_end(builder);
    assert_ok(brood_builder_finish(builder, &values));
    return values;
}

static void wrong_values(void **state) {
    const brood_arg_t one = brood_arg_int(1);
    point_t got = {9, 9};
    (void)state;
#define REFUSED(values, status, words)                                                \
    assert_fails(brood_descriptor_unpack(&point, values, &got, fixture.pool), status, \
                 words)
    REFUSED(point_values("job", one, "xy", one), BROOD_ETYPE,
            "it is the state of \"job\", wanted is \"point\"");
    assert_true(got.x == 0 && got.y == 0);
    REFUSED(point_values(NULL, one, "xy", one), BROOD_ETYPE,
            "it is the state of \"\", wanted is \"point\"");
    REFUSED(point_values("point", brood_arg_int(2), "xy", one), BROOD_EVERSION,
            "\"point\" was written by version 2, read are 1 to 1");
    REFUSED(point_values("point", brood_arg_int(-1), "xy", one), BROOD_ERANGE,
            "value 2 is -1, the place holds 0 to 18446744073709551615");
    REFUSED(point_values("point", brood_arg_uint(UINT64_MAX), "xy", one), BROOD_EVERSION,
            "\"point\" was written by version 18446744073709551615, read are 1 to 1");
    REFUSED(point_values("point", one, "x", one), BROOD_ECOUNT,
            "field \"y\" of \"point\": it is missing");
    REFUSED(point_values("point", one, "xyz", one), BROOD_ETYPE,
            "\"point\" has no field \"z\"");
    REFUSED(point_values("point", one, "xyx", one), BROOD_ECOUNT,
            "field \"x\" of \"point\": it is there twice");
    REFUSED(point_values("point", one, "xy", brood_arg_string("1")), BROOD_ETYPE,
            "field \"x\" of \"point\": value 3, entry 1 is a string, the place wants an "
            "integer");
    REFUSED(
        point_values("point", one, "xy", brood_arg_int(40000)), BROOD_ERANGE,
        "field \"x\" of \"point\": value 3, entry 1 is 40000, the place holds -32768 to "
        "32767");
    REFUSED(point_values("point", one, "yx", brood_arg_int(101)), BROOD_ERANGE,
            "field \"x\" of \"point\": it is 101, allowed is -100 to 100");
    REFUSED(packed(BROOD_ARGS("point", 1)), BROOD_ECOUNT, "there is no value 3");
    REFUSED(packed(BROOD_ARGS("point", 1, 2)), BROOD_ETYPE,
            "value 3 is an integer, wanted is a map");
    REFUSED(packed(BROOD_NO_ARGS), BROOD_ECOUNT, "there is no value 1");
    REFUSED(packed(BROOD_ARGS(7)), BROOD_ETYPE,
            "value 1 is an integer, the place wants a string");
    assert_fails(brood_descriptor_unpack(&point, NULL, &got, fixture.pool), APR_EINVAL,
                 "values is NULL");
    assert_fails(
        brood_descriptor_unpack(&point, packed(BROOD_NO_ARGS), NULL, fixture.pool),
        APR_EINVAL, "object is NULL");
}

static void something_behind_the_struct(void **state) {
    brood_builder_t *builder;
    brood_values_t *values;
    point_t got;
    (void)state;
    assert_ok(brood_builder_create(&builder, fixture.pool));
    (void)brood_build_string(builder, "point");
    (void)brood_build_int(builder, 1);
    (void)brood_build_map_begin(builder);
    (void)brood_build_string(builder, "x");
    (void)brood_build_int(builder, 1);
    (void)brood_build_string(builder, "y");
    (void)brood_build_int(builder, 1);
    (void)brood_build_end(builder);
    (void)brood_build_nil(builder);
    assert_ok(brood_builder_finish(builder, &values));
    REFUSED(values, BROOD_ECOUNT, "\"point\" is followed by something else");
}

/* Each struct has one field, so that it alone decides. */
typedef struct one_t {
    char text[4];
    int32_t array[2];
    point_t inner;
    brood_queue_t *queue;
} one_t;

static apr_status_t unpack_one(const brood_field_t *field, brood_arg_t arg) {
    brood_descriptor_t only = {"one", 1, 1, sizeof(one_t), field, 1, NULL};
    one_t got;
    brood_builder_t *builder;
    brood_values_t *values;
    assert_ok(brood_builder_create(&builder, fixture.pool));
    (void)brood_build_string(builder, "one");
    (void)brood_build_int(builder, 1);
    (void)brood_build_map_begin(builder);
    (void)brood_build_string(builder, field->name);
    (void)brood_build(builder, arg);
    (void)brood_build_end(builder);
    assert_ok(brood_builder_finish(builder, &values));
    return brood_descriptor_unpack(&only, values, &got, fixture.pool);
}

static void wrong_members(void **state) {
    const brood_field_t text = BROOD_FIELD_CHARS(one_t, text);
    const brood_field_t array = BROOD_FIELD_INT_ARRAY(one_t, array);
    const brood_field_t inner = BROOD_FIELD_STRUCT(one_t, inner, &point);
    const brood_field_t queue = BROOD_FIELD_QUEUE(one_t, queue, BROOD_REQUIRED);
    (void)state;
    assert_ok(unpack_one(&text, brood_arg_string("abc")));
    assert_fails(unpack_one(&text, brood_arg_string("abcd")), BROOD_ERANGE,
                 "field \"text\" of \"one\": it takes 5 characters, there is room for 4");
    assert_fails(unpack_one(&text, brood_arg_nil()), BROOD_ETYPE,
                 "field \"text\" of \"one\": it is nil, wanted is a string");
    assert_ok(unpack_one(&array, BROOD_ARG(packed(BROOD_ARGS(1, 2)))));
    assert_fails(unpack_one(&array, BROOD_ARG(packed(BROOD_ARGS(1)))), BROOD_ECOUNT,
                 "field \"array\" of \"one\": it has 1 items, the array 2");
    assert_fails(unpack_one(&array, BROOD_ARG(packed(BROOD_ARGS(1, 2, 3)))), BROOD_ECOUNT,
                 "field \"array\" of \"one\": it has 3 items, the array 2");
    assert_fails(unpack_one(&array, BROOD_ARG(packed(BROOD_ARGS(1, "2")))), BROOD_ETYPE,
                 "field \"array\" of \"one\": value 3, entry 1, item 2 is a string, the "
                 "place wants an integer");
    assert_fails(unpack_one(&inner, brood_arg_nil()), BROOD_ETYPE,
                 "field \"inner\" of \"one\": value 3, entry 1 is nil, wanted is a list");
    assert_fails(unpack_one(&queue, brood_arg_nil()), APR_EINVAL,
                 "field \"queue\" of \"one\": it is required and NULL");
    assert_fails(
        unpack_one(&queue, BROOD_ARG(a_lock())), BROOD_ETYPE,
        "field \"queue\" of \"one\": value 3, entry 1 is a lock, the place wants a "
        "queue");
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_field),
        TEST(empty_and_null_members),
        TEST(what_is_unpacked_outlives_the_values),
        TEST(a_packed_struct_is_one_value_among_others),
        TEST(fields_in_another_order),
        TEST(a_struct_in_one_line),
        TEST(structs_that_cannot_be_packed_still_print),
        TEST(numbers_outside_their_limits),
        TEST(unsigned_numbers_outside_their_limits),
        TEST(members_that_do_not_keep_their_promise),
        TEST(wrong_values),
        TEST(something_behind_the_struct),
        TEST(wrong_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
