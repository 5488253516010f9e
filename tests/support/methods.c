/* Tests under every start method. */
#include "methods.h"

#include "ledger.h"
#include "os/clock.h"
#include "os/entropy.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TESTS_MAX 400
#define JOIN_US (30 * 1000000)

static const brood_start_method_t methods[] = {BROOD_START_FORK, BROOD_START_SPAWN,
                                               BROOD_START_FORKSERVER};

/* What each entry of the table that CMocka gets is about. */
static struct CMUnitTest table[TESTS_MAX];
static char names[TESTS_MAX][160];
static brood_test_t contexts[TESTS_MAX];

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

/* What the library keeps for good is made now, or it would look like a leak of the first
 * test: the session, the forkserver, the segment that locks lie in. */
static int warm_up(void **state) {
    size_t i;

    (void)state;
    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        brood_process_t *process;
        brood_lock_t *lock;
        apr_pool_t *pool;
        apr_status_t rv;

        if (!brood_has_start_method(methods[i])) {
            continue;
        }
        options.method = methods[i];
        options.end_with_parent = 1; /* the thread that such starts are made by */
        if (apr_pool_create(&pool, NULL) != APR_SUCCESS ||
            brood_lock_create(&lock, pool) != APR_SUCCESS) {
            return -1;
        }
        rv = brood_process_create(&process, do_nothing, BROOD_ARGS(lock), &options, pool);
        if (rv == APR_SUCCESS) {
            rv = brood_process_start(process);
        }
        if (rv == APR_SUCCESS) {
            rv = brood_process_join(process, JOIN_US);
        }
        if (rv != APR_SUCCESS) {
            print_error("warm-up by %s: %d, %s\n", brood_start_method_name(methods[i]),
                        rv, brood_error_detail());
        }
        apr_pool_destroy(pool);
        if (rv != APR_SUCCESS) {
            return -1;
        }
    }
    return 0;
}

static int setup(void **state) {
    brood_test_t *test = *state;

    if (apr_pool_create(&test->pool, NULL) != APR_SUCCESS ||
        brood_set_start_method(test->method) != APR_SUCCESS) {
        return -1;
    }
    brood_test_ledger_open();
    return 0;
}

static int teardown(void **state) {
    brood_test_t *test = *state;

    apr_pool_destroy(test->pool);
    test->pool = NULL;
    (void)brood_set_start_method(BROOD_START_DEFAULT);
    if (brood_test_ledger_check() != 0) {
        print_error("the ledger does not balance\n");
        return -1;
    }
    return 0;
}

static size_t add(size_t at, const struct CMUnitTest *test, brood_start_method_t method,
                  const char *filter) {
    (void)snprintf(names[at], sizeof names[at], "%s%s%s%s", test->name,
                   method == BROOD_START_DEFAULT ? "" : " (",
                   method == BROOD_START_DEFAULT ? "" : brood_start_method_name(method),
                   method == BROOD_START_DEFAULT ? "" : ")");
    if (at == TESTS_MAX - 1 || (filter != NULL && strstr(names[at], filter) == NULL)) {
        return at;
    }
    contexts[at].method = method;
    table[at].name = names[at];
    table[at].test_func = test->test_func;
    table[at].setup_func = setup;
    table[at].teardown_func = teardown;
    table[at].initial_state = &contexts[at];
    return at + 1;
}

static int run_table(const char *group, size_t count) {
    const char *name = strrchr(group, '/');

    return _cmocka_run_group_tests(name == NULL ? group : name + 1, table, count, warm_up,
                                   NULL);
}

int brood_test_run(const char *group, const struct CMUnitTest *tests, size_t count,
                   const char *filter) {
    size_t at = 0;
    size_t i, j;

    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        for (j = 0; brood_has_start_method(methods[i]) && j < count; j++) {
            at = add(at, &tests[j], methods[i], filter);
        }
    }
    return run_table(group, at);
}

int brood_test_run_once(const char *group, const struct CMUnitTest *tests, size_t count,
                        const char *filter) {
    size_t at = 0;
    size_t j;

    for (j = 0; j < count; j++) {
        at = add(at, &tests[j], BROOD_START_DEFAULT, filter);
    }
    return run_table(group, at);
}

/* ---- children ----------------------------------------------------------------------- */

brood_process_t *brood_test_create(brood_target_fn *target, brood_args_t args,
                                   const brood_process_options_t *options,
                                   brood_test_t *test) {
    brood_process_options_t chosen = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    if (options != NULL) {
        chosen = *options;
    }
    chosen.method = test->method;
    assert_success(brood_process_create(&process, target, args, &chosen, test->pool));
    return process;
}

brood_process_t *brood_test_start(brood_target_fn *target, brood_args_t args,
                                  brood_test_t *test) {
    brood_process_t *process = brood_test_create(target, args, NULL, test);

    assert_success(brood_process_start(process));
    return process;
}

int brood_test_end_of(brood_process_t *process) {
    int code;

    assert_success(brood_process_join(process, JOIN_US));
    assert_success(brood_process_exit_code(process, &code));
    return code;
}

void brood_test_join(brood_process_t *process, int code) {
    assert_int_equal(brood_test_end_of(process), code);
}

int brood_test_child_failed(const char *text, apr_status_t status, const char *file,
                            int line) {
    char words[120];

    (void)fprintf(stderr, "%s:%d: in %s: %s", file, line, brood_current_name(), text);
    if (status != APR_SUCCESS) {
        const char *name = brood_status_name(status);
        (void)fprintf(stderr, " is %d %s (%s)", status,
                      name != NULL ? name : brood_strerror(status, words, sizeof words),
                      brood_error_detail());
    }
    (void)fprintf(stderr, "\n");
    return 99;
}

/* ---- statuses ----------------------------------------------------------------------- */

static const char *name_of(apr_status_t status, char *buffer, size_t size) {
    const char *name = brood_status_name(status);

    return name != NULL ? name : brood_strerror(status, buffer, size);
}

void brood_test_assert_status(apr_status_t status, apr_status_t wanted, const char *text,
                              const char *file, int line) {
    char one[120];
    char other[120];

    if (status != wanted) {
        print_error("%s is %d %s, wanted %d %s; detail: %s\n", text, status,
                    name_of(status, one, sizeof one), wanted,
                    name_of(wanted, other, sizeof other), brood_error_detail());
        _fail(file, line);
    }
}

void brood_test_assert_detail(const char *part, const char *file, int line) {
    if (strstr(brood_error_detail(), part) == NULL) {
        print_error("the detail is \"%s\", without \"%s\"\n", brood_error_detail(), part);
        _fail(file, line);
    }
}

/* ---- names and times ---------------------------------------------------------------- */

const char *brood_test_file_name(const char *stem, apr_pool_t *pool) {
    const char *folder = NULL;
    uint64_t random = 0;
    char own[160];

    (void)apr_temp_dir_get(&folder, pool);
    (void)brood_os_random(&random, sizeof random);
    /* APR's own formatting knows no long long everywhere. */
    (void)snprintf(own, sizeof own, "brood-%s-%lld-%llx", stem,
                   (long long)brood_current_pid(), (unsigned long long)random);
    return apr_pstrcat(pool, folder == NULL ? "." : folder, "/", own, NULL);
}

int64_t brood_test_now_us(void) {
    return brood_os_now_ns() / 1000;
}
