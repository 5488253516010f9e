/* Values: argument lists in, typed places out. */
#include "values_fixture.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ---- what goes in comes out ---- */

static void signed_integers_of_every_size(void **state) {
    signed char c;
    short s;
    int i;
    long l;
    long long ll;
    (void)state;
    const brood_values_t *lowest = travelled(packed(BROOD_ARGS(
        (signed char)SCHAR_MIN, (short)SHRT_MIN, INT_MIN, LONG_MIN, LLONG_MIN)));
    assert_ok(BROOD_UNPACK(lowest, &c, &s, &i, &l, &ll));
    assert_true(c == SCHAR_MIN && s == SHRT_MIN && i == INT_MIN && l == LONG_MIN);
    assert_true(ll == INT64_MIN);
    const brood_values_t *highest = travelled(packed(BROOD_ARGS(
        (signed char)SCHAR_MAX, (short)SHRT_MAX, INT_MAX, LONG_MAX, LLONG_MAX)));
    assert_ok(BROOD_UNPACK(highest, &c, &s, &i, &l, &ll));
    assert_true(c == SCHAR_MAX && s == SHRT_MAX && i == INT_MAX && l == LONG_MAX);
    assert_true(ll == INT64_MAX);
}

static void unsigned_integers_of_every_size(void **state) {
    unsigned char c;
    unsigned short s;
    unsigned i;
    unsigned long l;
    unsigned long long ll;
    (void)state;
    const brood_values_t *highest =
        travelled(packed(BROOD_ARGS((unsigned char)UCHAR_MAX, (unsigned short)USHRT_MAX,
                                    UINT_MAX, ULONG_MAX, ULLONG_MAX)));
    assert_ok(BROOD_UNPACK(highest, &c, &s, &i, &l, &ll));
    assert_true(c == UCHAR_MAX && s == USHRT_MAX && i == UINT_MAX && l == ULONG_MAX);
    assert_true(ll == UINT64_MAX);
    const brood_values_t *zeros =
        travelled(packed(BROOD_ARGS((unsigned char)0, (unsigned short)0, 0u, 0ul, 0ull)));
    assert_ok(BROOD_UNPACK(zeros, &c, &s, &i, &l, &ll));
    assert_true(c == 0 && s == 0 && i == 0 && l == 0 && ll == 0);
}

static void every_width_of_the_encoding(void **state) {
    const int64_t numbers[] = {0,
                               1,
                               127,
                               128,
                               255,
                               256,
                               32767,
                               32768,
                               65535,
                               65536,
                               INT32_MAX,
                               UINT32_MAX,
                               -1,
                               -32,
                               -33,
                               -128,
                               -129,
                               -32768,
                               -32769,
                               INT32_MIN,
                               INT64_C(-2147483649),
                               INT64_C(4294967296),
                               INT64_MAX,
                               INT64_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t number = 0;
        assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS(numbers[i]))), &number));
        assert_true(number == numbers[i]);
    }
}

static void real_numbers(void **state) {
    const double numbers[] = {0.0,     -0.0,   1.5,      DBL_MAX,   -DBL_MAX,
                              DBL_MIN, 5e-324, INFINITY, -INFINITY, 0.1};
    double real;
    float single;
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS(numbers[i]))), &real));
        assert_memory_equal(&real, &numbers[i], sizeof real);
    }
    assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS((double)NAN, 0.5f, FLT_MAX))),
                           &real, &single, &real));
    assert_true(single == 0.5f);
    assert_ok(BROOD_UNPACK(packed(BROOD_ARGS((double)NAN)), &real));
    assert_true(real != real);
    assert_ok(BROOD_UNPACK(packed(BROOD_ARGS((double)INFINITY)), &single));
    assert_true(single > FLT_MAX);
}

static void bools_strings_and_nil(void **state) {
    bool yes = false;
    bool no = true;
    const bool real_yes = true;
    const bool real_no = false;
    const char *text;
    const char *empty;
    const char *nothing = "";
    const char *from_nil = "";
    char written[] = "h\xc3\xa4";
    (void)state;
    const brood_values_t *values = travelled(packed(
        BROOD_ARGS(real_yes, real_no, written, "", (const char *)NULL, brood_arg_nil())));
    written[0] = '?'; /* a copy was taken */
    assert_ok(BROOD_UNPACK(values, &yes, &no, &text, &empty, &nothing, &from_nil));
    assert_true(yes && !no);
    assert_prints(values, "[true, false, \"h\xc3\xa4\", \"\", nil, nil]");
    assert_string_equal(text, "h\xc3\xa4");
    assert_string_equal(empty, "");
    assert_null(nothing);
    assert_null(from_nil);
}

/* In C11 true and false are integers. */
static void bools_from_their_names(void **state) {
    bool yes = false;
    bool no = true;
    (void)state;
    assert_ok(BROOD_UNPACK(packed(BROOD_ARGS(true, false)), &yes, &no));
    assert_true(yes && !no);
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(2)), &yes), BROOD_ERANGE,
                 "value 1 is 2, the place wants a bool");
}

static void bytes_of_any_content_and_size(void **state) {
    const size_t sizes[] = {0, 1, 255, 256, 65535, 65536, 1 << 20};
    uint8_t *data = malloc(1 << 20);
    (void)state;
    for (size_t i = 0; i < 1 << 20; i++)
        data[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        brood_bytes_t bytes;
        const brood_values_t *values = packed(BROOD_ARGS(brood_bytes(data, sizes[i])));
        assert_ok(BROOD_UNPACK(travelled(values), &bytes));
        assert_int_equal(bytes.size, sizes[i]);
        assert_memory_equal(bytes.data, data, sizes[i]);
    }
    free(data);
}

static void strings_of_any_size(void **state) {
    const size_t sizes[] = {31, 32, 255, 256, 65535, 65536, 1 << 20};
    char *data = malloc((1 << 20) + 1);
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char *text;
        memset(data, 'a', sizes[i]);
        data[sizes[i]] = '\0';
        assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS(data))), &text));
        assert_string_equal(text, data);
    }
    free(data);
}

static void handles(void **state) {
    brood_queue_t *queue;
    brood_queue_t *again;
    brood_connection_t *connection;
    brood_lock_t *lock;
    brood_handle_t *const *table;
    (void)state;
    brood_values_t *values =
        packed(BROOD_ARGS(a_queue(), a_connection(), a_lock(), a_queue()));
    assert_int_equal(brood__values_handles(values, &table), 3);
    assert_ptr_equal(table[0], a_queue());
    assert_ptr_equal(table[1], a_connection());
    assert_ptr_equal(table[2], a_lock());
    assert_ok(BROOD_UNPACK(travelled(values), &queue, &connection, &lock, &again));
    assert_ptr_equal(queue, a_queue());
    assert_ptr_equal(connection, a_connection());
    assert_ptr_equal(lock, a_lock());
    assert_ptr_equal(again, queue);
}

static void no_values_at_all(void **state) {
    (void)state;
    const brood_values_t *values = travelled(packed(BROOD_NO_ARGS));
    assert_int_equal(brood_values_count(values), 0);
    assert_ok(brood_unpack(values, 0, NULL));
    assert_int_equal(brood_values_count(NULL), 0);
    assert_fails(brood_unpack(NULL, 0, NULL), APR_EINVAL, "values is NULL");
}

static void as_many_as_32_arguments(void **state) {
    (void)state;
    assert_prints(
        packed(BROOD_ARGS(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                          19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32)),
        "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, "
        "21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32]");
}

static void mixed_arguments_read_as_they_were_written(void **state) {
    (void)state;
    assert_prints(travelled(packed(BROOD_ARGS(42, brood_arg_nil(), "hello"))),
                  "[42, nil, \"hello\"]");
}

/* ---- values within values ---- */

static void values_become_a_list(void **state) {
    const brood_values_t *list;
    int first;
    int last;
    const char *text;
    (void)state;
    brood_values_t *inner = packed(BROOD_ARGS(1, "two"));
    brood_values_t *outer = travelled(packed(BROOD_ARGS(0, inner, 3)));
    assert_prints(outer, "[0, [1, \"two\"], 3]");
    assert_ok(BROOD_UNPACK(outer, &first, &list, &last));
    assert_ok(BROOD_UNPACK(list, &first, &text));
    assert_string_equal(text, "two");
    /* what came out can go in again, at once or on its own */
    assert_prints(travelled(packed(BROOD_ARGS(list, outer))),
                  "[[1, \"two\"], [0, [1, \"two\"], 3]]");
    assert_prints(travelled(list), "[1, \"two\"]");
}

static void handles_of_inner_values_are_numbered_anew(void **state) {
    const brood_values_t *list;
    const brood_values_t *both;
    brood_queue_t *first;
    brood_queue_t *second;
    brood_handle_t *const *table;
    (void)state;
    brood_values_t *inner = travelled(packed(BROOD_ARGS(another_queue(), a_lock())));
    brood_values_t *outer =
        travelled(packed(BROOD_ARGS(a_lock(), a_queue(), inner, another_queue())));
    assert_prints(outer, "[<lock>, <queue>, [<queue>, <lock>], <queue>]");
    assert_int_equal(brood__values_handles(outer, &table), 3);
    brood_lock_t *lock;
    assert_ok(BROOD_UNPACK(outer, &lock, &first, &list, &second));
    assert_ptr_equal(first, a_queue());
    assert_ptr_equal(second, another_queue());
    assert_ok(BROOD_UNPACK(list, &second, &lock));
    assert_ptr_equal(second, another_queue());
    assert_ptr_equal(lock, a_lock());
    /* an inner list on its own still finds them */
    assert_ok(BROOD_UNPACK(travelled(packed(BROOD_ARGS(list))), &both));
    assert_ok(BROOD_UNPACK(both, &second, &lock));
    assert_ptr_equal(second, another_queue());
}

static void depth_is_limited(void **state) {
    (void)state;
    brood_values_t *values = packed(BROOD_ARGS(1));
    for (int depth = 1; depth <= BROOD_DEPTH_MAX; depth++)
        values = travelled(packed(BROOD_ARGS(values)));
    assert_fails(brood_values_pack(&values, BROOD_ARGS(0, values), fixture.pool),
                 APR_EINVAL,
                 "argument 2: a list whose inmost would lie 31 deep; 30 is most");
    assert_null(values);
}

/* ---- what is refused when packing ---- */

static void text_that_is_not_utf8(void **state) {
    const char *bad[] = {"\x80",
                         "\xff",
                         "\xc3",
                         "\xc0\x80",
                         "\xc1\xbf",
                         "\xe0\x9f\xbf",
                         "\xed\xa0\x80",
                         "\xed\xbf\xbf",
                         "\xf0\x8f\xbf\xbf",
                         "\xf4\x90\x80\x80",
                         "\xf5\x80\x80\x80",
                         "\xe2\x82",
                         "\xf0\x9f\x98",
                         "\xe2\x82g",
                         "12345678\xbf"};
    const char *good[] = {"\xc2\x80",
                          "\xdf\xbf",
                          "\xe0\xa0\x80",
                          "\xed\x9f\xbf",
                          "\xee\x80\x80",
                          "\xef\xbf\xbf",
                          "\xf0\x90\x80\x80",
                          "\xf4\x8f\xbf\xbf",
                          "12345678\xe2\x82\xacwxyz",
                          "\x7f"};
    brood_values_t *values;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_fails(brood_values_pack(&values, BROOD_ARGS(1, bad[i]), fixture.pool),
                     BROOD_ETYPE,
                     "argument 2: a string is not UTF-8; such text travels as bytes");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(brood_values_pack(&values, BROOD_ARGS(good[i]), fixture.pool));
}

static void null_and_closed_objects(void **state) {
    brood_values_t *values;
    int no_object[8] = {0};
    (void)state;
    assert_fails(
        brood_values_pack(&values, BROOD_ARGS((brood_queue_t *)NULL), fixture.pool),
        APR_EINVAL, "argument 1: the object is NULL");
    assert_fails(
        brood_values_pack(&values, BROOD_ARGS(brood_arg_handle(no_object)), fixture.pool),
        APR_EINVAL, "argument 1: the object is no object of Brood's");
    assert_fails(
        brood_values_pack(&values, BROOD_ARGS((brood_values_t *)NULL), fixture.pool),
        APR_EINVAL, "argument 1: the values for a list are NULL");
    assert_fails(
        brood_values_pack(&values, BROOD_ARGS(1, brood_bytes(NULL, 3)), fixture.pool),
        APR_EINVAL, "argument 2: 3 bytes at NULL");
    assert_fails(brood_values_pack(&values, brood_args(2, NULL), fixture.pool),
                 APR_EINVAL, "2 arguments at NULL");
    atomic_store(&fixture.lock.closed, 1);
    assert_fails(brood_values_pack(&values, BROOD_ARGS(a_lock()), fixture.pool),
                 BROOD_ECLOSED, "argument 1: the object: the lock has been closed");
    assert_null(values);
}

static void kinds_that_no_argument_has(void **state) {
    brood_values_t *values;
    brood_arg_t arg = brood_arg_nil();
    (void)state;
    arg.kind = BROOD_MAP;
    assert_fails(brood_values_pack(&values, BROOD_ARGS(arg), fixture.pool), APR_EINVAL,
                 "argument 1: kind 8, which no argument has");
    arg.kind = BROOD_STRING;
    arg.of.string = NULL;
    assert_fails(brood_values_pack(&values, BROOD_ARGS(arg), fixture.pool), APR_EINVAL,
                 "argument 1: a string is NULL");
}

/* Nothing of that size is there: it is refused before it is looked at. */
static void more_than_the_encoding_can_hold(void **state) {
    static const char byte[1] = "";
    const brood_bytes_t large = {byte, (size_t)UINT32_MAX};
    const brood_bytes_t half = {byte, (size_t)1 << 31};
    brood_values_t *values;
    size_t size;
    (void)state;
    assert_int_equal(brood_values_pack(&values, BROOD_ARGS(large), fixture.pool),
                     BROOD_ETOOBIG);
    assert_int_equal(brood_values_pack(&values, BROOD_ARGS(half, half), fixture.pool),
                     BROOD_ETOOBIG);
    assert_int_equal(brood__args_measure(BROOD_ARGS(half, half), &size), BROOD_ETOOBIG);
    assert_int_equal(size, 0);
    assert_int_equal(
        brood_values_pack(&values, brood_args(SIZE_MAX, &(brood_arg_t){0}), fixture.pool),
        BROOD_ETOOBIG);
    assert_null(values);
}

static void every_kind_has_a_name(void **state) {
    (void)state;
    for (int kind = BROOD_NIL; kind <= BROOD_HANDLE; kind++)
        assert_string_not_equal(brood_kind_name((brood_kind_t)kind), "of no known kind");
    assert_string_equal(brood_kind_name((brood_kind_t)99), "of no known kind");
}

/* ---- what is refused when unpacking ---- */

static void another_number_of_values(void **state) {
    int a;
    int b;
    (void)state;
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1, 2, 3)), &a, &b), BROOD_ECOUNT,
                 "3 values, 2 places");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1)), &a, &b), BROOD_ECOUNT,
                 "1 value, 2 places");
    assert_fails(BROOD_UNPACK(packed(BROOD_NO_ARGS), &a), BROOD_ECOUNT,
                 "0 values, 1 place");
}

static void another_type(void **state) {
    int i = 7;
    unsigned u;
    bool b;
    const bool a_bool = true;
    double d;
    const char *s;
    brood_bytes_t bytes;
    const brood_values_t *list;
    brood_queue_t *queue;
    brood_lock_t *lock;
    (void)state;
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1, "x")), &i, &i), BROOD_ETYPE,
                 "value 2 is a string, the place wants an integer");
    assert_int_equal(i, 1);
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1.0)), &i), BROOD_ETYPE,
                 "value 1 is a real number, the place wants an integer");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(a_bool)), &u), BROOD_ETYPE,
                 "value 1 is a bool, the place wants an integer");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1.0)), &b), BROOD_ETYPE,
                 "value 1 is a real number, the place wants a bool");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(brood_arg_nil())), &d), BROOD_ETYPE,
                 "value 1 is nil, the place wants a real number");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(brood_bytes("x", 1))), &s), BROOD_ETYPE,
                 "value 1 is bytes, the place wants a string");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS("x")), &bytes), BROOD_ETYPE,
                 "value 1 is a string, the place wants bytes");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(a_queue())), &list), BROOD_ETYPE,
                 "value 1 is a queue, the place wants a list");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(a_queue())), &lock), BROOD_ETYPE,
                 "value 1 is a queue, the place wants a lock");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(packed(BROOD_NO_ARGS))), &queue),
                 BROOD_ETYPE, "value 1 is a list, the place wants a queue");
}

static void numbers_out_of_range(void **state) {
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint8_t u8;
    uint64_t u64;
    (void)state;
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(128)), &i8), BROOD_ERANGE,
                 "value 1 is 128, the place holds -128 to 127");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(-32769)), &i16), BROOD_ERANGE,
                 "value 1 is -32769, the place holds -32768 to 32767");
    assert_fails(
        BROOD_UNPACK(packed(BROOD_ARGS(INT64_MAX)), &i32), BROOD_ERANGE,
        "value 1 is 9223372036854775807, the place holds -2147483648 to 2147483647");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(UINT64_MAX)), &i64), BROOD_ERANGE,
                 "value 1 is 18446744073709551615, the place holds up to "
                 "9223372036854775807");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(256)), &u8), BROOD_ERANGE,
                 "value 1 is 256, the place holds 0 to 255");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(-1)), &u64), BROOD_ERANGE,
                 "value 1 is -1, the place holds 0 to 18446744073709551615");
}

static void integers_as_real_numbers_if_exact(void **state) {
    double real;
    float single;
    (void)state;
    assert_ok(BROOD_UNPACK(packed(BROOD_ARGS(INT64_C(-9007199254740992))), &real));
    assert_true(real == -9007199254740992.0);
    assert_fails(
        BROOD_UNPACK(packed(BROOD_ARGS(INT64_C(9007199254740993))), &real), BROOD_ERANGE,
        "value 1 is 9007199254740993, the place is exact up to 9007199254740992");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(16777217)), &single), BROOD_ERANGE,
                 "value 1 is 16777217, the place is exact up to 16777216");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(UINT64_MAX)), &real), BROOD_ERANGE,
                 "value 1 is 18446744073709551615, which no real number is exactly");
    assert_fails(BROOD_UNPACK(packed(BROOD_ARGS(1e300)), &single), BROOD_ERANGE,
                 "value 1 is 1e+300, the place is a float");
}

static void closed_objects_do_not_come_out(void **state) {
    brood_queue_t *queue;
    (void)state;
    brood_values_t *values = packed(BROOD_ARGS(a_queue()));
    atomic_store(&fixture.queue.closed, 1);
    assert_fails(BROOD_UNPACK(values, &queue), BROOD_ECLOSED,
                 "value 1 is a handle: the queue has been closed");
}

static void malformed_places(void **state) {
    int i;
    (void)state;
    brood_values_t *values = packed(BROOD_ARGS(1));
    const brood_slot_t slots[] = {
        {BROOD_SLOT_SIGNED, 3, &i},   {BROOD_SLOT_UNSIGNED, 0, &i},
        {BROOD_SLOT_REAL, 2, &i},     {(brood_slot_kind_t)77, 4, &i},
        {BROOD_SLOT_SIGNED, 4, NULL}, {BROOD_SLOT_BOOL, 4, &i},
    };
    for (size_t n = 0; n < sizeof slots / sizeof slots[0]; n++)
        assert_int_equal(brood_unpack(values, 1, &slots[n]), APR_EINVAL);
    assert_fails(brood_unpack(values, 1, NULL), APR_EINVAL, "1 places at NULL");
}

/* ---- the path without allocation ---- */

static void measured_is_encoded(void **state) {
    uint8_t buffer[256];
    size_t size;
    brood_values_t *values;
    const bool yes = true;
    (void)state;
    brood_values_t *inner = packed(BROOD_ARGS(-1, "in"));
    brood_args_t args = BROOD_ARGS(1, "two", 3.0, inner, yes, brood_bytes("\0\1", 2));
    assert_ok(brood__args_measure(args, &size));
    assert_in_range(size, 1, sizeof buffer - 1);
    memset(buffer, 0xee, sizeof buffer);
    brood__args_encode(args, buffer);
    assert_int_equal(buffer[size], 0xee);
    assert_int_not_equal(buffer[size - 1], 0xee);
    assert_ok(brood__values_decode(&values, buffer, size, NULL, 0, 0, fixture.pool));
    assert_prints(values, "[1, \"two\", 3.0, [-1, \"in\"], true, <2 bytes: 00 01>]");
}

static void handles_do_not_go_that_way(void **state) {
    size_t size;
    (void)state;
    assert_fails(brood__args_measure(BROOD_ARGS(1, a_queue()), &size), BROOD_ENOTRAVEL,
                 "argument 2: a handle; only a new process is given handles");
    brood_values_t *inner = packed(BROOD_ARGS(a_queue()));
    assert_fails(brood__args_measure(BROOD_ARGS(inner), &size), BROOD_ENOTRAVEL,
                 "argument 1: a handle; only a new process is given handles");
    assert_int_equal(size, 0);
    assert_fails(brood__args_measure(brood_args(2, NULL), &size), APR_EINVAL,
                 "2 arguments at NULL");
    assert_fails(brood__args_measure(BROOD_ARGS("\xff"), &size), BROOD_ETYPE,
                 "argument 1: a string is not UTF-8; such text travels as bytes");
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(signed_integers_of_every_size),
        TEST(unsigned_integers_of_every_size),
        TEST(every_width_of_the_encoding),
        TEST(real_numbers),
        TEST(bools_strings_and_nil),
        TEST(bools_from_their_names),
        TEST(bytes_of_any_content_and_size),
        TEST(strings_of_any_size),
        TEST(handles),
        TEST(no_values_at_all),
        TEST(as_many_as_32_arguments),
        TEST(mixed_arguments_read_as_they_were_written),
        TEST(values_become_a_list),
        TEST(handles_of_inner_values_are_numbered_anew),
        TEST(depth_is_limited),
        TEST(text_that_is_not_utf8),
        TEST(null_and_closed_objects),
        TEST(kinds_that_no_argument_has),
        TEST(more_than_the_encoding_can_hold),
        TEST(every_kind_has_a_name),
        TEST(another_number_of_values),
        TEST(another_type),
        TEST(numbers_out_of_range),
        TEST(integers_as_real_numbers_if_exact),
        TEST(closed_objects_do_not_come_out),
        TEST(malformed_places),
        TEST(measured_is_encoded),
        TEST(handles_do_not_go_that_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
