/* A high limit of open files costs a start nothing: the work is counted in system calls, because
 * who closes all numbers up to the limit makes one for each.
 *
 * The program runs itself, as "METHOD LIMIT": it sets the limit, starts one child and joins it. */
#include "methods.h"

#include "calls.h"
#include "outside.h"
#include "os/module.h"
#include "os/program.h"
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define LATE (60 * 1000000)
#define LOW "256"
#define WORTH_IT 8192 /* a hard limit below that shows nothing */
#define MARGIN 2000   /* what differs by chance: looks and naps of those who wait */

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

static int start_under(const char *method, const char *limit) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    uint64_t before;
    int code = -1;

    CHILD_OK(apr_pool_create(&pool, NULL));
    CHILD_OK(brood_start_method_parse(method, &options.method));
    CHILD_OK(brood_test_limit_files(strtoull(limit, NULL, 10), &before));
    CHILD_OK(brood_process_create(&child, do_nothing, BROOD_NO_ARGS, &options, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_process_join(child, LATE));
    CHILD_OK(brood_process_exit_code(child, &code));
    return code;
}

/* 0: calls are not told here. */
static uint64_t calls_under(brood_start_method_t method, const char *limit) {
    static char own[BROOD_OS_PATH_MAX];
    const char *argv[] = {own, brood_start_method_name(method), limit, NULL};
    uint64_t calls;
    int code;
    apr_status_t rv;

    assert_int_equal(brood_os_program_path(own, sizeof own), APR_SUCCESS);
    rv = brood_test_count_calls(argv, &calls, &code);
    if (rv == APR_ENOTIMPL) {
        return 0;
    }
    assert_success(rv);
    assert_int_equal(code, 0);
    return calls;
}

static void the_limit_costs_no_calls(void **state) {
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);
    uint64_t before, most;
    size_t i;

    (void)state;
    if (brood_test_limit_files(0, &before) == APR_ENOTIMPL) {
        return;
    }
    assert_success(brood_test_limit_files(before, &most));
    if (most < WORTH_IT) {
        print_message("at most %llu files may be open here\n", (unsigned long long)most);
        return;
    }
    for (i = 0; i < count; i++) {
        uint64_t few = calls_under(all[i], LOW);
        uint64_t many = calls_under(all[i], "0");
        if (few == 0) {
            return;
        }
        print_message("%s: %llu calls, %llu when %llu files may be open\n",
                      brood_start_method_name(all[i]), (unsigned long long)few,
                      (unsigned long long)many, (unsigned long long)most);
        assert_true(many <= few + MARGIN);
    }
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_costs_no_calls),
    };

    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    if (argc == 3) {
        return start_under(argv[1], argv[2]);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
