/* Blocks with a name: making, attaching, unlinking; what a name may be; exact sizes. */
#include "methods.h"

#include "os/fault.h"
#include "os/name.h"
#include <apr_strings.h>
#include <string.h>

#define LATE (20 * 1000000)

/* A name of this process's own: other tests run at the same time. */
static const char *fresh_name(brood_test_t *test) {
    static int number;

    return apr_psprintf(test->pool, "blk-%lx-%d", (unsigned long)brood_current_pid(),
                        ++number);
}

/* Whether the list has the name; *info is what it says. */
static int is_listed(const char *name, brood_block_info_t *info, apr_pool_t *pool) {
    brood_block_info_t *infos;
    size_t count, i;

    assert_success(brood_block_list(&infos, &count, pool));
    for (i = 0; i < count; i++) {
        if (strcmp(infos[i].name, name) == 0) {
            *info = infos[i];
            return 1;
        }
    }
    return 0;
}

/* The name is gone, from the list too. */
static void assert_gone(const char *name, brood_test_t *test) {
    brood_block_info_t info;
    brood_block_t *block;

    assert_status(brood_block_attach(&block, name, test->pool), APR_ENOENT);
    assert_null(block);
    if (brood_os_names_persist()) {
        assert_false(is_listed(name, &info, test->pool));
    }
}

static void who_knows_the_name_attaches(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *again;
    char *memory;

    assert_success(brood_block_create_named(&block, name, 1000, NULL, test->pool));
    assert_string_equal(brood_block_name(block), name);
    assert_int_equal(brood_block_size(block), 1000);
    assert_success(brood_block_attach(&again, name, test->pool));
    assert_string_equal(brood_block_name(again), name);
    assert_int_equal(brood_block_size(again), 1000);
    memory = brood_block_data(block);
    memory[0] = 'x';
    memory[999] = 'y';
    memory = brood_block_data(again);
    assert_int_equal(memory[0], 'x');
    assert_int_equal(memory[1], 0);
    assert_int_equal(memory[999], 'y');
    assert_success(brood_block_close(block));
    assert_int_equal(memory[0], 'x');
    assert_success(brood_block_unlink(name));
    assert_success(brood_block_close(again));
    assert_gone(name, test);
}

static void sizes_are_exact(void **state) {
    static const size_t sizes[] = {1, 4095, 4096, 4097, 65536, 65537, 1000003};
    brood_test_t *test = *state;
    brood_block_t *block, *again;
    size_t i;

    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char *name = fresh_name(test);
        assert_success(
            brood_block_create_named(&block, name, sizes[i], NULL, test->pool));
        assert_success(brood_block_attach(&again, name, test->pool));
        assert_int_equal(brood_block_size(again), sizes[i]);
        memset(brood_block_data(again), 1, sizes[i]);
        assert_success(brood_block_unlink(name));
        assert_success(brood_block_close(block));
        assert_success(brood_block_close(again));
    }
}

static void a_name_is_made_once(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *other;

    assert_success(brood_block_create_named(&block, name, 1000, NULL, test->pool));
    *(char *)brood_block_data(block) = 'k';
    assert_status(brood_block_create_named(&other, name, 10, NULL, test->pool),
                  APR_EEXIST);
    assert_detail(name);
    assert_null(other);
    assert_int_equal(*(char *)brood_block_data(block), 'k');
    assert_success(brood_block_unlink(name));
    assert_success(brood_block_close(block));
    assert_gone(name, test);
    assert_success(brood_block_create_named(&block, name, 20, NULL, test->pool));
    assert_int_equal(*(char *)brood_block_data(block), 0);
    assert_int_equal(brood_block_size(block), 20);
    assert_success(brood_block_unlink(name));
}

static void names_are_found_for_who_has_none(void **state) {
    brood_test_t *test = *state;
    brood_block_t *one, *other, *again;

    assert_success(brood_block_create_named(&one, NULL, 10, NULL, test->pool));
    assert_success(brood_block_create_named(&other, NULL, 10, NULL, test->pool));
    assert_non_null(brood_block_name(one));
    assert_string_not_equal(brood_block_name(one), brood_block_name(other));
    assert_true(strlen(brood_block_name(one)) <= BROOD_BLOCK_NAME_MAX);
    assert_success(brood_block_attach(&again, brood_block_name(one), test->pool));
    assert_success(brood_block_unlink(brood_block_name(one)));
    assert_success(brood_block_unlink(brood_block_name(other)));
}

static void bad_names_are_refused(void **state) {
    static const char *const names[] = {
        "",    ".",   "..",   "/x",          "a/b",  "a\\b",
        "a b", "a\n", "\x7f", "caf\xc3\xa9", "a\tb", "1234567890123456789012345678901"};
    brood_test_t *test = *state;
    brood_block_t *block;
    size_t i, count;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_status(brood_block_create_named(&block, names[i], 1, NULL, test->pool),
                      APR_EINVAL);
        assert_null(block);
        assert_status(brood_block_attach(&block, names[i], test->pool), APR_EINVAL);
        assert_status(brood_block_unlink(names[i]), APR_EINVAL);
        assert_status(brood_block_reclaim(names[i], &count), APR_EINVAL);
        assert_int_equal(count, 0);
    }
    assert_detail("30");
    assert_status(brood_block_attach(&block, NULL, test->pool), APR_EINVAL);
    assert_detail("NULL");
    assert_status(brood_block_unlink(NULL), APR_EINVAL);
}

static void the_longest_name_is_good(void **state) {
    brood_test_t *test = *state;
    brood_block_t *block, *again;
    char name[BROOD_BLOCK_NAME_MAX + 1];

    apr_snprintf(name, sizeof name, "%030lx", (unsigned long)brood_current_pid());
    name[0] = '.'; /* a dot is a character like others */
    name[1] = '~';
    assert_int_equal(strlen(name), BROOD_BLOCK_NAME_MAX);
    assert_success(brood_block_create_named(&block, name, 1, NULL, test->pool));
    assert_success(brood_block_attach(&again, name, test->pool));
    assert_string_equal(brood_block_name(again), name);
    assert_success(brood_block_unlink(name));
    assert_success(brood_block_close(block));
    assert_success(brood_block_close(again));
    assert_gone(name, test);
}

static void bad_arguments_are_refused(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_options_t options = BROOD_BLOCK_OPTIONS_INIT;
    brood_block_info_t *infos;
    brood_block_t *block;
    size_t count;

    assert_status(brood_block_create_named(NULL, name, 1, NULL, test->pool), APR_EINVAL);
    assert_status(brood_block_attach(NULL, name, test->pool), APR_EINVAL);
    assert_status(brood_block_create_named(&block, name, 0, NULL, test->pool),
                  APR_EINVAL);
    assert_detail("0 bytes");
    assert_status(brood_block_create_named(&block, name, UINT64_MAX, NULL, test->pool),
                  BROOD_ERANGE);
    options.persistent = 2;
    assert_status(brood_block_create_named(&block, name, 1, &options, test->pool),
                  APR_EINVAL);
    assert_detail("persistent 2");
    options.persistent = 0;
    options.struct_size = 1;
    assert_status(brood_block_create_named(&block, name, 1, &options, test->pool),
                  APR_EINVAL);
    assert_detail("struct_size");
    assert_status(brood_block_list(NULL, &count, test->pool), APR_EINVAL);
    assert_status(brood_block_list(&infos, NULL, test->pool), APR_EINVAL);
    assert_status(brood_block_list(&infos, &count, NULL), APR_EINVAL);
    assert_gone(name, test);
}

static void what_is_not_there_is_told(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block = (brood_block_t *)test;
    size_t count = 7;

    assert_status(brood_block_attach(&block, name, test->pool), APR_ENOENT);
    assert_detail(name);
    assert_null(block);
    assert_status(brood_block_unlink(name),
                  brood_os_names_persist() ? APR_ENOENT : APR_SUCCESS);
    assert_success(brood_block_reclaim(name, &count));
    assert_int_equal(count, 0);
    assert_success(brood_block_reclaim(name, NULL));
}

static void an_unlinked_block_lives_on(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *later;

    if (!brood_os_names_persist()) {
        return; /* the name dies with the last handle, and cannot be taken away before */
    }
    assert_success(brood_block_create_named(&block, name, 100, NULL, test->pool));
    assert_success(brood_block_unlink(name));
    assert_status(brood_block_unlink(name), APR_ENOENT);
    assert_gone(name, test);
    memset(brood_block_data(block), 'a', 100);
    assert_string_equal(brood_block_name(block), name);
    assert_success(brood_block_create_named(&later, name, 200, NULL, test->pool));
    assert_int_equal(*(char *)brood_block_data(later), 0);
    assert_success(brood_block_close(block));
    assert_success(brood_block_attach(&block, name, test->pool));
    assert_int_equal(brood_block_size(block), 200);
    assert_success(brood_block_unlink(name));
    assert_gone(name, test);
}

/* Nobody holds it, and its maker lives: it stays, where names outlive their holders. */
static void a_closed_name_stays(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_info_t info;
    brood_block_t *block;
    size_t count;

    assert_success(brood_block_create_named(&block, name, 100, NULL, test->pool));
    memcpy(brood_block_data(block), "here", 4);
    assert_success(brood_block_close(block));
    if (!brood_os_names_persist()) {
        assert_gone(name, test);
        return;
    }
    assert_true(is_listed(name, &info, test->pool));
    assert_int_equal(info.is_held, 0);
    assert_int_equal(info.owner_is_alive, 1);
    assert_success(brood_block_reclaim(name, &count));
    assert_int_equal(count, 0);
    assert_status(brood_block_create_named(&block, name, 100, NULL, test->pool),
                  APR_EEXIST);
    assert_success(brood_block_attach(&block, name, test->pool));
    assert_memory_equal(brood_block_data(block), "here", 4);
    assert_success(brood_block_unlink(name));
}

static void a_view_holds_the_name(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_view_t *view;
    brood_block_t *block;

    assert_success(brood_block_create_named(&block, name, 100, NULL, test->pool));
    assert_success(brood_block_view_create(&view, block, 0, 100, test->pool));
    assert_success(brood_block_close(block));
    assert_success(brood_block_attach(&block, name, test->pool));
    *(char *)brood_block_data(block) = 'v';
    assert_int_equal(*(char *)brood_block_view_data(view), 'v');
    assert_success(brood_block_unlink(name));
    assert_success(brood_block_close(block));
    assert_success(brood_block_view_close(view));
    assert_gone(name, test);
}

static void the_list_says_what_it_is(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_options_t options = BROOD_BLOCK_OPTIONS_INIT;
    apr_time_t before = apr_time_now();
    brood_block_info_t info;
    brood_block_t *block;

    options.persistent = 1;
    if (!brood_os_names_persist()) {
        brood_block_info_t *infos;
        size_t count;
        assert_status(brood_block_list(&infos, &count, test->pool), APR_ENOTIMPL);
        assert_status(brood_block_create_named(&block, name, 123, &options, test->pool),
                      APR_ENOTIMPL);
        assert_null(block);
        return;
    }
    assert_success(brood_block_create_named(&block, name, 123, &options, test->pool));
    assert_true(is_listed(name, &info, test->pool));
    assert_int_equal(info.size, 123);
    assert_int_equal(info.owner_pid, brood_current_pid());
    assert_int_equal(info.owner_is_alive, 1);
    assert_int_equal(info.is_held, 1);
    assert_int_equal(info.is_persistent, 1);
    assert_true(info.since >= before && info.since <= apr_time_now());
    assert_success(brood_block_unlink(name));
    assert_false(is_listed(name, &info, test->pool));
}

/* More than there is: a status, and nothing is left. */
static void no_memory_is_a_status(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block;

    if (sizeof(size_t) == 4) {
        return; /* all that 32 bits can say is there */
    }
    assert_true(brood_block_create_named(&block, name, (uint64_t)(SIZE_MAX / 4), NULL,
                                         test->pool) != APR_SUCCESS);
    assert_detail(name);
    assert_null(block);
    assert_gone(name, test);
    assert_success(brood_block_create_named(&block, name, 10, NULL, test->pool));
    assert_success(brood_block_unlink(name));
}

/* Whatever call of the system's fails, nothing is left, or what is left is taken back by the
 * next. */
static void no_failure_leaves_anything(void **state) {
#ifdef BROOD_FAULTS
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *again;
    unsigned failures = 1, k;

    for (k = 1; failures != 0; k++) {
        apr_status_t made, attached = APR_SUCCESS, unlinked = APR_ENOENT;
        brood__fault_plan(apr_psprintf(test->pool, "*:%u:ENOSPC", k));
        made = brood_block_create_named(&block, name, 1000, NULL, test->pool);
        if (made == APR_SUCCESS) {
            attached = brood_block_attach(&again, name, test->pool);
            unlinked = brood_block_unlink(name);
        }
        failures = brood__fault_count();
        brood__fault_plan(NULL);
        if (made != APR_SUCCESS) {
            assert_null(block);
        } else {
            assert_int_equal(brood_block_size(block), 1000);
            assert_success(brood_block_close(block));
            if (attached == APR_SUCCESS) {
                assert_int_equal(brood_block_size(again), 1000);
                assert_success(brood_block_close(again));
            }
            if (unlinked != APR_SUCCESS) {
                assert_success(brood_block_unlink(name));
            }
        }
        assert_gone(name, test);
    }
    print_message("%u calls failed in turn\n", k - 2);
    assert_true(k > 10);
#else
    (void)state;
#endif
}

/* ---- processes ---- */

static int attach_and_answer(const brood_values_t *state, apr_pool_t *pool) {
    const char *name;
    brood_block_t *block;
    char *memory;

    CHILD_OK(BROOD_UNPACK(state, &name));
    CHILD_OK(brood_block_attach(&block, name, pool));
    CHILD_CHECK(brood_block_size(block) == 777);
    memory = brood_block_data(block);
    CHILD_CHECK(strcmp(memory, "question") == 0);
    memcpy(memory, "answer", 7);
    return 0; /* the end of a process that has attached it removes nothing */
}

static void a_child_attaches_by_name(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block;
    int i;

    assert_success(brood_block_create_named(&block, name, 777, NULL, test->pool));
    for (i = 0; i < 3; i++) {
        memcpy(brood_block_data(block), "question", 9);
        brood_test_join(brood_test_start(attach_and_answer, BROOD_ARGS(name), test), 0);
        assert_string_equal(brood_block_data(block), "answer");
    }
    assert_success(brood_block_unlink(name));
}

/* What was handed over knows its name, though it may be gone. */
static int use_handed(const brood_values_t *state, apr_pool_t *pool) {
    brood_block_t *block, *again;
    int unlinked;

    CHILD_OK(BROOD_UNPACK(state, &block, &unlinked));
    CHILD_CHECK(brood_block_name(block) != NULL);
    CHILD_CHECK(brood_block_size(block) == 555);
    CHILD_CHECK(strcmp(brood_block_data(block), "handed") == 0);
    CHILD_STATUS(brood_block_attach(&again, brood_block_name(block), pool),
                 unlinked ? APR_ENOENT : APR_SUCCESS);
    memcpy(brood_block_data(block), "taken", 6);
    return 0;
}

static void it_is_handed_over(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block;
    int unlinked;

    assert_success(brood_block_create_named(&block, name, 555, NULL, test->pool));
    for (unlinked = 0; unlinked <= brood_os_names_persist(); unlinked++) {
        memcpy(brood_block_data(block), "handed", 7);
        if (unlinked) {
            assert_success(brood_block_unlink(name));
        }
        brood_test_join(brood_test_start(use_handed, BROOD_ARGS(block, unlinked), test),
                        0);
        assert_string_equal(brood_block_data(block), "taken");
    }
    assert_success(brood_block_close(block));
    assert_gone(name, test);
}

static int unlink_it(const brood_values_t *state, apr_pool_t *pool) {
    const char *name;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &name));
    CHILD_OK(brood_block_unlink(name));
    return 0;
}

static void anybody_unlinks_it(void **state) {
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block;

    assert_success(brood_block_create_named(&block, name, 10, NULL, test->pool));
    brood_test_join(brood_test_start(unlink_it, BROOD_ARGS(name), test), 0);
    if (brood_os_names_persist()) {
        assert_status(brood_block_unlink(name), APR_ENOENT);
    }
    assert_success(brood_block_close(block));
    assert_gone(name, test);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(who_knows_the_name_attaches), BROOD_TEST(sizes_are_exact),
    BROOD_TEST(a_name_is_made_once),         BROOD_TEST(names_are_found_for_who_has_none),
    BROOD_TEST(bad_names_are_refused),       BROOD_TEST(the_longest_name_is_good),
    BROOD_TEST(bad_arguments_are_refused),   BROOD_TEST(what_is_not_there_is_told),
    BROOD_TEST(an_unlinked_block_lives_on),  BROOD_TEST(a_closed_name_stays),
    BROOD_TEST(a_view_holds_the_name),       BROOD_TEST(the_list_says_what_it_is),
    BROOD_TEST(no_memory_is_a_status),       BROOD_TEST(no_failure_leaves_anything),
    BROOD_TEST(a_child_attaches_by_name),    BROOD_TEST(it_is_handed_over),
    BROOD_TEST(anybody_unlinks_it),
};

BROOD_TEST_MAIN(tests)
