/* Statuses: texts, names, and the detail line of each thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "status.h"
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_thread_proc.h>
#include <string.h>

/* ---- texts ---- */

static void every_own_status_has_its_text(void **state) {
    char buffer[128];
    (void)state;
#define CHECK_TEXT(name, number, text) \
    assert_string_equal(brood_strerror(name, buffer, sizeof buffer), text);
    BROOD_STATUS_TABLE(CHECK_TEXT)
#undef CHECK_TEXT
}

static void other_statuses_have_aprs_text(void **state) {
    char ours[128];
    char theirs[128];
    const apr_status_t statuses[] = {APR_SUCCESS, APR_TIMEUP,       APR_EINVAL,
                                     APR_EOF,     BROOD_STATUS_END, BROOD_EOWNERDEAD - 1};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        assert_string_equal(brood_strerror(statuses[i], ours, sizeof ours),
                            apr_strerror(statuses[i], theirs, sizeof theirs));
}

static void a_short_buffer_cuts_the_text(void **state) {
    char buffer[8];
    (void)state;
    assert_ptr_equal(brood_strerror(BROOD_EBUSY, buffer, sizeof buffer), buffer);
    assert_string_equal(buffer, "the obj");
    assert_string_equal(brood_strerror(BROOD_EBUSY, buffer, 1), "");
}

/* ---- names and numbers ---- */

static void statuses_have_names(void **state) {
    (void)state;
    assert_string_equal(brood_status_name(BROOD_EOWNERDEAD), "BROOD_EOWNERDEAD");
    assert_string_equal(brood_status_name(BROOD_EFORGED), "BROOD_EFORGED");
    assert_string_equal(brood_status_name(APR_SUCCESS), "APR_SUCCESS");
    assert_string_equal(brood_status_name(APR_TIMEUP), "APR_TIMEUP");
    assert_string_equal(brood_status_name(APR_EINVAL), "APR_EINVAL");
    assert_null(brood_status_name(BROOD_STATUS_END));
    assert_null(brood_status_name(-1));
}

static void numbers_differ_and_lie_in_the_range_for_users(void **state) {
    const apr_status_t statuses[] = {
#define JUST_THE_NAME(name, number, text) name,
        BROOD_STATUS_TABLE(JUST_THE_NAME)
#undef JUST_THE_NAME
    };
    const size_t count = sizeof statuses / sizeof statuses[0];
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_in_range(statuses[i], APR_OS_START_USERERR + 4201, BROOD_STATUS_END - 1);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(statuses[i], statuses[j]);
    }
    assert_int_equal(BROOD_EOWNERDEAD, APR_OS_START_USERERR + 4201);
}

/* ---- the detail line ---- */

static void a_failure_sets_the_detail(void **state) {
    (void)state;
    assert_int_equal(brood__fail(BROOD_ETYPE, "argument %d is %s", 3, "wrong"),
                     BROOD_ETYPE);
    assert_string_equal(brood_error_detail(), "argument 3 is wrong");
    brood__detail_clear();
    assert_string_equal(brood_error_detail(), "");
}

static void words_can_be_put_before_it(void **state) {
    (void)state;
    (void)brood__fail(BROOD_EBOOT, "no such file");
    assert_int_equal(brood__fail_within(BROOD_EBOOT, "start of %s: ", "a"), BROOD_EBOOT);
    assert_string_equal(brood_error_detail(), "start of a: no such file");
}

static void it_may_quote_itself(void **state) {
    (void)state;
    (void)brood__fail(BROOD_EBOOT, "inner");
    (void)brood__fail(BROOD_EBOOT, "outer (%s)", brood_error_detail());
    assert_string_equal(brood_error_detail(), "outer (inner)");
}

static void it_is_cut_to_its_size(void **state) {
    char words[2000];
    (void)state;
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    (void)brood__fail(BROOD_EBOOT, "%s", words);
    assert_int_equal(strlen(brood_error_detail()), 511);
    (void)brood__fail_within(BROOD_EBOOT, "%s", words);
    assert_int_equal(strlen(brood_error_detail()), 511);
    (void)brood__fail(BROOD_EBOOT, "end");
    (void)brood__fail_within(BROOD_EBOOT, "%.*s", 510, words);
    assert_int_equal(strlen(brood_error_detail()), 511);
    assert_int_equal(brood_error_detail()[510], 'e');
}

static void *APR_THREAD_FUNC other_thread(apr_thread_t *thread, void *data) {
    char *seen = data;
    strcpy(seen, brood_error_detail());
    (void)brood__fail(BROOD_EBOOT, "from the other thread");
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void each_thread_has_its_own(void **state) {
    apr_pool_t *pool;
    apr_thread_t *thread;
    apr_status_t result;
    char seen[512] = "?";
    (void)state;
    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    (void)brood__fail(BROOD_EBUSY, "from the first thread");
    assert_int_equal(apr_thread_create(&thread, NULL, other_thread, seen, pool),
                     APR_SUCCESS);
    assert_int_equal(apr_thread_join(&result, thread), APR_SUCCESS);
    assert_string_equal(seen, "");
    assert_string_equal(brood_error_detail(), "from the first thread");
    apr_pool_destroy(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_own_status_has_its_text),
        cmocka_unit_test(other_statuses_have_aprs_text),
        cmocka_unit_test(a_short_buffer_cuts_the_text),
        cmocka_unit_test(statuses_have_names),
        cmocka_unit_test(numbers_differ_and_lie_in_the_range_for_users),
        cmocka_unit_test(a_failure_sets_the_detail),
        cmocka_unit_test(words_can_be_put_before_it),
        cmocka_unit_test(it_may_quote_itself),
        cmocka_unit_test(it_is_cut_to_its_size),
        cmocka_unit_test(each_thread_has_its_own),
    };
    apr_initialize();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    return failed;
}
