/* Shareable lists: items and their slots, names, finding, processes, and deaths. */
#include "methods.h"

#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

#define LIST(list, ...) \
    assert_success(     \
        brood_shareable_list_create(&(list), BROOD_ARGS(__VA_ARGS__), test->pool))

static void expect_int(brood_shareable_list_t *list, size_t index, int64_t number) {
    brood_arg_t item;
    assert_success(brood_shareable_list_get(list, index, &item, NULL));
    assert_int_equal(item.kind, BROOD_INT);
    assert_true(item.of.integer == number);
}

static void expect_text(brood_shareable_list_t *list, size_t index, const char *text,
                        apr_pool_t *pool) {
    brood_arg_t item;
    assert_success(brood_shareable_list_get(list, index, &item, pool));
    assert_int_equal(item.kind, BROOD_STRING);
    assert_string_equal(item.of.string, text);
}

static void expect_bytes(brood_shareable_list_t *list, size_t index, const void *data,
                         size_t size, apr_pool_t *pool) {
    brood_arg_t item;
    assert_success(brood_shareable_list_get(list, index, &item, pool));
    assert_int_equal(item.kind, BROOD_BYTES);
    assert_int_equal(item.of.bytes.size, size);
    assert_memory_equal(item.of.bytes.data, data, size);
    assert_int_equal(((const char *)item.of.bytes.data)[size], 0);
}

/* ---- items ---- */

static void every_kind_comes_back(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    brood_arg_t item;
    LIST(list, brood_arg_nil(), brood_arg_bool(true), INT64_MIN, -0.5, "ünï",
         brood_bytes("a\0b\0\0", 5), INT64_MAX, "", brood_bytes(NULL, 0),
         brood_arg_bool(false));
    assert_int_equal(brood_shareable_list_length(list), 10);
    assert_success(brood_shareable_list_get(list, 0, &item, NULL));
    assert_int_equal(item.kind, BROOD_NIL);
    assert_success(brood_shareable_list_get(list, 1, &item, NULL));
    assert_int_equal(item.kind, BROOD_BOOL);
    assert_true(item.of.boolean);
    expect_int(list, 2, INT64_MIN);
    assert_success(brood_shareable_list_get(list, 3, &item, NULL));
    assert_int_equal(item.kind, BROOD_DOUBLE);
    assert_true(item.of.real == -0.5);
    expect_text(list, 4, "ünï", test->pool);
    expect_bytes(list, 5, "a\0b\0\0", 5, test->pool);
    expect_int(list, 6, INT64_MAX);
    expect_text(list, 7, "", test->pool);
    expect_bytes(list, 8, "", 0, test->pool);
    assert_success(brood_shareable_list_get(list, 9, &item, NULL));
    assert_false(item.of.boolean);
    assert_success(brood_shareable_list_close(list));
}

static void an_empty_one(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    brood_arg_t item;
    char format[9];
    assert_success(brood_shareable_list_create(&list, BROOD_NO_ARGS, test->pool));
    assert_int_equal(brood_shareable_list_length(list), 0);
    assert_status(brood_shareable_list_get(list, 0, &item, NULL), BROOD_ERANGE);
    assert_detail("index 0, the length is 0");
    assert_success(brood_shareable_list_format(list, format, sizeof format));
    assert_string_equal(format, "");
}

/* More than BROOD_ARGS takes. */
static void a_long_one(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    size_t count = 20000;
    brood_arg_t *items = apr_palloc(test->pool, count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i] = i % 2 == 0 ? brood_arg_int((int64_t)i) : brood_arg_string("odd");
    }
    assert_success(
        brood_shareable_list_create(&list, brood_args(count, items), test->pool));
    for (size_t i = 0; i < count; i += 2) {
        expect_int(list, i, (int64_t)i);
    }
    expect_text(list, count - 1, "odd", test->pool);
}

static void an_item_changes_its_kind(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    brood_arg_t item;
    LIST(list, 1, "1234567", 3);
    assert_success(brood_shareable_list_set(list, 1, BROOD_ARG(5)));
    expect_int(list, 1, 5);
    assert_success(brood_shareable_list_set(list, 1, brood_arg_nil()));
    assert_success(brood_shareable_list_get(list, 1, &item, NULL));
    assert_int_equal(item.kind, BROOD_NIL);
    assert_success(brood_shareable_list_set(list, 1, BROOD_ARG("12345678")));
    expect_text(list, 1, "12345678", test->pool);
    assert_success(
        brood_shareable_list_set(list, 1, BROOD_ARG(brood_bytes("\0\0\0", 3))));
    expect_bytes(list, 1, "\0\0\0", 3, test->pool);
    assert_success(brood_shareable_list_set(list, 1, BROOD_ARG(2.5)));
    for (int i = 0; i < 1000; i++) {
        assert_success(brood_shareable_list_set(list, 1, BROOD_ARG(i)));
        expect_int(list, 1, i);
    }
    expect_int(list, 0, 1);
    expect_int(list, 2, 3);
}

static void longer_than_its_slot_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    LIST(list, 1, "12345678", "");
    assert_status(brood_shareable_list_set(list, 0, BROOD_ARG("123456789")),
                  BROOD_ETOOBIG);
    assert_detail("item 0: an item of 9 bytes, its slot has 8");
    expect_int(list, 0, 1);
    assert_success(brood_shareable_list_set(list, 1, BROOD_ARG("1234567890123456")));
    assert_status(brood_shareable_list_set(list, 1, BROOD_ARG("12345678901234567")),
                  BROOD_ETOOBIG);
    expect_text(list, 1, "1234567890123456", test->pool);
    assert_success(brood_shareable_list_set(list, 2, BROOD_ARG("12345678")));
    assert_success(brood_shareable_list_set(list, 2, BROOD_ARG(3)));
}

static void bytes_into_a_buffer(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    char buffer[8];
    size_t length = 9;
    LIST(list, "hello", brood_bytes("0123456789ab", 12), 7, "");
    memset(buffer, '#', sizeof buffer);
    assert_success(brood_shareable_list_get_bytes(list, 0, buffer, 5, &length));
    assert_int_equal(length, 5);
    assert_memory_equal(buffer, "hello###", 8);
    assert_status(brood_shareable_list_get_bytes(list, 1, buffer, 8, &length),
                  BROOD_ETOOBIG);
    assert_int_equal(length, 12);
    assert_status(brood_shareable_list_get_bytes(list, 2, buffer, 8, &length),
                  BROOD_ETYPE);
    assert_int_equal(length, 0);
    assert_success(brood_shareable_list_get_bytes(list, 3, NULL, 0, &length));
    assert_status(brood_shareable_list_get_bytes(list, 4, buffer, 8, &length),
                  BROOD_ERANGE);
    assert_status(brood_shareable_list_get_bytes(list, 0, NULL, 8, &length), APR_EINVAL);
    assert_status(brood_shareable_list_get_bytes(list, 0, buffer, 8, NULL), APR_EINVAL);
}

static void what_is_no_item_is_refused(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list = (brood_shareable_list_t *)test;
    brood_lock_t *lock;
    assert_success(brood_lock_create(&lock, test->pool));
    assert_status(brood_shareable_list_create(&list, BROOD_ARGS(1, lock), test->pool),
                  BROOD_ETYPE);
    assert_detail("item 1");
    assert_null(list);
    assert_status(brood_shareable_list_create(&list, BROOD_ARGS(UINT64_MAX), test->pool),
                  BROOD_ERANGE);
    assert_status(brood_shareable_list_create(&list, BROOD_ARGS("\xff"), test->pool),
                  BROOD_ETYPE);
    assert_detail("UTF-8");
    assert_status(
        brood_shareable_list_create(&list, BROOD_ARGS(brood_bytes(NULL, 1)), test->pool),
        APR_EINVAL);
    assert_status(brood_shareable_list_create(&list, brood_args(2, NULL), test->pool),
                  APR_EINVAL);
    assert_null(list);
    LIST(list, 1);
    assert_status(brood_shareable_list_set(list, 0, BROOD_ARG(lock)), BROOD_ETYPE);
    assert_status(brood_shareable_list_set(list, 0, BROOD_ARG(UINT64_MAX)), BROOD_ERANGE);
    assert_status(brood_shareable_list_set(list, 0, BROOD_ARG("\xff")), BROOD_ETYPE);
    assert_status(brood_shareable_list_set(list, 1, BROOD_ARG(1)), BROOD_ERANGE);
    expect_int(list, 0, 1);
}

static void null_and_closed_are_errors(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    brood_process_t *process;
    brood_arg_t item;
    size_t at;
    char format[9];
    assert_status(brood_shareable_list_create(NULL, BROOD_ARGS(1), test->pool),
                  APR_EINVAL);
    assert_status(
        brood_shareable_list_create_named(NULL, "x", BROOD_ARGS(1), NULL, test->pool),
        APR_EINVAL);
    assert_status(brood_shareable_list_attach(NULL, "x", test->pool), APR_EINVAL);
    assert_status(brood_shareable_list_get(NULL, 0, &item, NULL), APR_EINVAL);
    assert_status(brood_shareable_list_set(NULL, 0, BROOD_ARG(1)), APR_EINVAL);
    assert_status(brood_shareable_list_index(NULL, BROOD_ARG(1), &at), APR_EINVAL);
    assert_status(brood_shareable_list_count(NULL, BROOD_ARG(1), &at), APR_EINVAL);
    assert_status(brood_shareable_list_format(NULL, format, 9), APR_EINVAL);
    assert_status(brood_shareable_list_close(NULL), APR_EINVAL);
    assert_int_equal(brood_shareable_list_length(NULL), 0);
    assert_null(brood_shareable_list_block(NULL));
    LIST(list, "text");
    assert_status(brood_shareable_list_get(list, 0, NULL, NULL), APR_EINVAL);
    assert_status(brood_shareable_list_get(list, 0, &item, NULL), APR_EINVAL);
    assert_detail("pool");
    assert_status(brood_shareable_list_index(list, BROOD_ARG(1), NULL), APR_EINVAL);
    assert_status(brood_shareable_list_count(list, BROOD_ARG(1), NULL), APR_EINVAL);
    assert_status(brood_shareable_list_format(list, NULL, 9), APR_EINVAL);
    assert_status(brood_shareable_list_format(list, format, 0), APR_EINVAL);
    assert_success(brood_shareable_list_close(list));
    assert_success(brood_shareable_list_close(list));
    assert_status(brood_shareable_list_get(list, 0, &item, test->pool), BROOD_ECLOSED);
    assert_status(brood_shareable_list_set(list, 0, BROOD_ARG(1)), BROOD_ECLOSED);
    assert_status(brood_shareable_list_index(list, BROOD_ARG(1), &at), BROOD_ECLOSED);
    assert_status(brood_shareable_list_format(list, format, 9), BROOD_ECLOSED);
    assert_int_equal(brood_shareable_list_length(list), 0);
    assert_null(brood_shareable_list_block(list));
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(list), NULL, test->pool),
        APR_EINVAL);
}

/* ---- finding ---- */

static void index_and_count(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    size_t at, count;
    LIST(list, "a", 1, brood_arg_bool(true), 1.0, "1", brood_arg_nil(),
         brood_bytes("a", 1), -1, 9007199254740993, 9007199254740992.0, "a");
    assert_success(brood_shareable_list_index(list, BROOD_ARG("a"), &at));
    assert_int_equal(at, 0);
    assert_success(brood_shareable_list_count(list, BROOD_ARG("a"), &count));
    assert_int_equal(count, 2);
    assert_success(brood_shareable_list_count(list, BROOD_ARG(1), &count));
    assert_int_equal(count, 3); /* 1, true and 1.0, as in Python */
    assert_success(brood_shareable_list_count(list, BROOD_ARG(1.0), &count));
    assert_int_equal(count, 3);
    assert_success(brood_shareable_list_index(list, BROOD_ARG(-1.0), &at));
    assert_int_equal(at, 7);
    assert_success(brood_shareable_list_index(list, brood_arg_nil(), &at));
    assert_int_equal(at, 5);
    assert_success(brood_shareable_list_index(list, BROOD_ARG(brood_bytes("a", 1)), &at));
    assert_int_equal(at, 6);
    assert_success(brood_shareable_list_index(list, BROOD_ARG(9007199254740993), &at));
    assert_int_equal(at, 8);
    assert_success(brood_shareable_list_index(list, BROOD_ARG(9007199254740992), &at));
    assert_int_equal(at, 9);
    at = 5;
    assert_status(brood_shareable_list_index(list, BROOD_ARG("b"), &at), APR_NOTFOUND);
    assert_int_equal(at, 0);
    assert_success(
        brood_shareable_list_count(list, BROOD_ARG(brood_bytes("a\0", 2)), &count));
    assert_int_equal(count, 0);
}

static void the_format_is_cpythons(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    char format[64];
    LIST(list, "a", 1, 2.0, brood_arg_bool(true), brood_arg_nil(),
         brood_bytes("12345678", 8));
    assert_success(brood_shareable_list_format(list, format, sizeof format));
    assert_string_equal(format, "8sqdxxxxxxx?xxxxxx?x16s");
    assert_success(brood_shareable_list_set(list, 5, BROOD_ARG(1)));
    assert_success(brood_shareable_list_format(list, format, sizeof format));
    assert_string_equal(format, "8sqdxxxxxxx?xxxxxx?xq");
    assert_status(brood_shareable_list_format(list, format, 21), BROOD_ETOOBIG);
    assert_string_equal(format, "");
    assert_success(brood_shareable_list_format(list, format, 22));
}

/* ---- names ---- */

static const char *a_name(apr_pool_t *pool) {
    static unsigned count;
    return apr_psprintf(pool, "brdlist%08lx%u",
                        (unsigned long)(brood_test_now_us() & 0xffffffff), count++);
}

static void a_name_is_attached(void **state) {
    brood_test_t *test = *state;
    const char *name = a_name(test->pool);
    brood_shareable_list_t *list, *other;
    assert_status(brood_shareable_list_attach(&other, name, test->pool), APR_ENOENT);
    assert_null(other);
    assert_success(brood_shareable_list_create_named(&list, name, BROOD_ARGS("one", 2),
                                                     NULL, test->pool));
    assert_string_equal(brood_block_name(brood_shareable_list_block(list)), name);
    assert_success(brood_shareable_list_attach(&other, name, test->pool));
    assert_int_equal(brood_shareable_list_length(other), 2);
    expect_text(other, 0, "one", test->pool);
    assert_success(brood_shareable_list_set(other, 1, BROOD_ARG("two")));
    expect_text(list, 1, "two", test->pool);
    assert_success(brood_block_unlink(name));
    expect_text(other, 1, "two", test->pool);
    assert_success(brood_shareable_list_close(list));
    expect_text(other, 1, "two", test->pool);
    assert_success(brood_shareable_list_close(other));
    /* with a random name */
    assert_success(brood_shareable_list_create_named(&list, NULL, BROOD_ARGS("one", 2),
                                                     NULL, test->pool));
    name = apr_pstrdup(test->pool, brood_block_name(brood_shareable_list_block(list)));
    assert_success(brood_shareable_list_attach(&other, name, test->pool));
    expect_int(other, 1, 2);
    assert_success(brood_block_unlink(name));
}

static void a_name_that_is_taken(void **state) {
    brood_test_t *test = *state;
    const char *name = a_name(test->pool);
    brood_shareable_list_t *list, *other;
    assert_success(
        brood_shareable_list_create_named(&list, name, BROOD_ARGS(1), NULL, test->pool));
    assert_int_equal(
        brood_shareable_list_create_named(&other, name, BROOD_ARGS(1), NULL, test->pool),
        APR_EEXIST);
    assert_null(other);
    assert_success(brood_block_unlink(name));
}

/* A block with something else in it. */
static void what_is_no_list_is_refused(void **state) {
    brood_test_t *test = *state;
    const char *name = a_name(test->pool);
    brood_shareable_list_t *list, *other;
    brood_block_t *block;
    uint8_t *bytes;
    assert_success(brood_block_create_named(&block, name, 32, NULL, test->pool));
    assert_int_not_equal(brood_shareable_list_attach(&list, name, test->pool),
                         APR_SUCCESS); /* pages may be larger */
    assert_null(list);
    assert_success(brood_block_unlink(name));
    assert_success(brood_block_close(block));

    assert_success(brood_shareable_list_create_named(&list, name, BROOD_ARGS(1, "two"),
                                                     NULL, test->pool));
    bytes = brood_block_data(brood_shareable_list_block(list));
    bytes[8]++; /* count */
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EFORGED);
    bytes[8] -= 2;
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EFORGED);
    bytes[8]++;
    bytes[64 + 8] += 8; /* offset of the first slots */
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EFORGED);
    assert_detail("item 0");
    expect_int(list, 0, 1); /* who has looked already is not misled */
    bytes[64 + 8] -= 8;
    bytes[64 + 16 + 7] = 0x7f; /* its capacity */
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EFORGED);
    bytes[64 + 16 + 7] = 0;
    bytes[4]++; /* version */
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EMISMATCH);
    bytes[4]--;
    memset(bytes, 0, 4); /* magic */
    assert_status(brood_shareable_list_attach(&other, name, test->pool), BROOD_EBUSY);
    assert_null(other);
    assert_success(brood_block_unlink(name));
}

static void a_damaged_item_is_told_until_it_is_set(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    brood_arg_t item;
    uint8_t *bytes;
    LIST(list, 1, "text");
    bytes = brood_block_data(brood_shareable_list_block(list));
    bytes[128 + 24]++; /* the first byte of item 0's first slot */
    assert_status(brood_shareable_list_get(list, 0, &item, NULL), BROOD_EFORGED);
    assert_detail("item 0");
    assert_int_equal(item.kind, BROOD_NIL);
    expect_text(list, 1, "text", test->pool);
    assert_success(brood_shareable_list_set(list, 0, BROOD_ARG(7)));
    expect_int(list, 0, 7);
}

/* ---- processes ---- */

static int change(const brood_values_t *state, apr_pool_t *pool) {
    brood_shareable_list_t *handed, *attached;
    brood_arg_t item;
    const char *name;
    CHILD_OK(BROOD_UNPACK(state, &handed, &name));
    CHILD_OK(brood_shareable_list_attach(&attached, name, pool));
    CHILD_CHECK(brood_shareable_list_length(handed) == 3);
    CHILD_OK(brood_shareable_list_get(handed, 2, &item, pool));
    CHILD_CHECK(item.kind == BROOD_STRING && strcmp(item.of.string, "three") == 0);
    CHILD_OK(brood_shareable_list_set(handed, 2, BROOD_ARG("drei")));
    CHILD_OK(brood_shareable_list_set(handed, 0, BROOD_ARG(-1)));
    CHILD_OK(brood_shareable_list_get(attached, 0, &item, pool));
    CHILD_CHECK(item.kind == BROOD_INT && item.of.integer == 5);
    CHILD_OK(brood_shareable_list_set(attached, 0, BROOD_ARG(6)));
    return 0;
}

static void a_child_changes_them(void **state) {
    brood_test_t *test = *state;
    const char *name = a_name(test->pool);
    brood_shareable_list_t *handed, *named;
    LIST(handed, 1, 2, "three");
    assert_success(
        brood_shareable_list_create_named(&named, name, BROOD_ARGS(5), NULL, test->pool));
    brood_test_join(brood_test_start(change, BROOD_ARGS(handed, name), test), 0);
    expect_text(handed, 2, "drei", test->pool);
    expect_int(handed, 0, -1);
    expect_int(named, 0, 6);
    assert_success(brood_block_unlink(name));
}

static brood_shareable_list_t *inherited;

static int use_inherited(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    CHILD_CHECK(inherited != NULL);
    CHILD_OK(brood_shareable_list_set(inherited, 0, BROOD_ARG(77)));
    return 0;
}

static void under_fork_it_is_inherited(void **state) {
    brood_test_t *test = *state;
    if (test->method != BROOD_START_FORK) {
        return;
    }
    LIST(inherited, 1);
    brood_test_join(brood_test_start(use_inherited, BROOD_NO_ARGS, test), 0);
    expect_int(inherited, 0, 77);
    inherited = NULL;
}

/* A text all of whose letters are alike, and its length is the letter's number. */
static size_t make_text(char *text, unsigned number) {
    unsigned letter = number % 26;
    memset(text, (int)('a' + letter), 10 + letter);
    text[10 + letter] = '\0';
    return 10 + letter;
}

static int is_such_a_text(const char *text) {
    char wanted[64];
    (void)make_text(wanted, (unsigned)(text[0] - 'a'));
    return strcmp(text, wanted) == 0;
}

static int write_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_shareable_list_t *list;
    char text[64];
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &list));
    for (unsigned i = 0;; i++) { /* ends when it is killed */
        (void)make_text(text, i);
        CHILD_OK(brood_shareable_list_set(list, 0, BROOD_ARG((const char *)text)));
        CHILD_OK(brood_shareable_list_set(list, 1, BROOD_ARG((int64_t)i)));
    }
}

static void a_killed_writer_leaves_whole_items(void **state) {
    brood_test_t *test = *state;
    brood_shareable_list_t *list;
    for (int round = 0; round < 5; round++) {
        brood_process_t *process;
        brood_arg_t item;
        char text[64];
        int64_t begin;
        int torn = 0;
        LIST(list, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", -1);
        process = brood_test_start(write_on, BROOD_ARGS(list), test);
        begin = brood_test_now_us();
        do { /* it is at work */
            assert_success(brood_shareable_list_get(list, 1, &item, NULL));
            assert_true(brood_test_now_us() - begin < LATE);
        } while (item.of.integer < 100 * round);
        for (int i = 0; i < 1000; i++) {
            size_t length;
            assert_success(brood_shareable_list_get_bytes(list, 0, text, 63, &length));
            text[length] = '\0';
            torn += !is_such_a_text(text);
        }
        assert_success(brood_process_kill(process));
        assert_success(brood_process_join(process, LATE));
        assert_int_equal(torn, 0);
        assert_success(brood_shareable_list_get(list, 0, &item, test->pool));
        assert_true(is_such_a_text(item.of.string));
        assert_success(brood_shareable_list_set(list, 0, BROOD_ARG("the next one")));
        expect_text(list, 0, "the next one", test->pool);
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(every_kind_comes_back),
    BROOD_TEST(an_empty_one),
    BROOD_TEST(a_long_one),
    BROOD_TEST(an_item_changes_its_kind),
    BROOD_TEST(longer_than_its_slot_is_refused),
    BROOD_TEST(bytes_into_a_buffer),
    BROOD_TEST(what_is_no_item_is_refused),
    BROOD_TEST(null_and_closed_are_errors),
    BROOD_TEST(index_and_count),
    BROOD_TEST(the_format_is_cpythons),
    BROOD_TEST(a_name_is_attached),
    BROOD_TEST(a_name_that_is_taken),
    BROOD_TEST(what_is_no_list_is_refused),
    BROOD_TEST(a_damaged_item_is_told_until_it_is_set),
    BROOD_TEST(a_child_changes_them),
    BROOD_TEST(under_fork_it_is_inherited),
    BROOD_TEST(a_killed_writer_leaves_whole_items),
};

BROOD_TEST_MAIN(tests)
