/* Conformance suites: the program, a CMocka test for each case in each mode. */
#include "conformance_run.h"

#include "ledger.h"
#include <apr_thread_proc.h>
#include <stdio.h>
#include <string.h>

#define TESTS_MAX 400

static const conformance_case_t *suite;

static const struct {
    const char *name;
    brood_start_method_t method;
} modes[CONFORMANCE_MODES] = {
    {"threads", BROOD_START_DEFAULT},
    {"shared", BROOD_START_DEFAULT},
    {"fork", BROOD_START_FORK},
    {"spawn", BROOD_START_SPAWN},
    {"forkserver", BROOD_START_FORKSERVER},
};

/* What each entry of CMocka's table is about. */
typedef struct entry_t {
    uint32_t index;
    conformance_mode_t mode;
    conformance_t run;
} entry_t;

static struct CMUnitTest table[TESTS_MAX];
static char names[TESTS_MAX][160];
static entry_t entries[TESTS_MAX];
static size_t entry_count;

brood_start_method_t conformance_method(conformance_mode_t mode) {
    return modes[mode].method;
}

const conformance_case_t *conformance_case(uint32_t index) {
    return &suite[index];
}

/* ---- one test ----------------------------------------------------------------------- */

static int set_up(void **state) {
    entry_t *entry = *state;
    if (apr_pool_create(&entry->run.pool, NULL) != APR_SUCCESS) {
        return -1;
    }
    brood_test_ledger_open();
    return 0;
}

static void test(void **state) {
    entry_t *entry = *state;
    conformance_run(&entry->run, entry->mode, entry->index);
}

static int tear_down(void **state) {
    entry_t *entry = *state;
    apr_pool_destroy(entry->run.pool);
    if (brood_test_ledger_check() != 0) {
        print_error("the ledger does not balance\n");
        return -1;
    }
    return 0;
}

/* ---- what the library keeps for good ------------------------------------------------ */

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

static void *APR_THREAD_FUNC nothing_in_thread(apr_thread_t *thread, void *data) {
    (void)apr_thread_exit(thread, APR_SUCCESS);
    return data;
}

static apr_status_t warm_up_by(conformance_mode_t mode, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    brood_lock_t *lock;
    apr_status_t rv = brood_lock_create(&lock, pool);
    if (rv == APR_SUCCESS && mode <= CONFORMANCE_SHARED) {
        apr_thread_t *thread;
        apr_status_t result;
        rv = apr_thread_create(&thread, NULL, nothing_in_thread, NULL, pool);
        return rv == APR_SUCCESS ? apr_thread_join(&result, thread) : rv;
    }
    options.method = modes[mode].method;
    if (rv == APR_SUCCESS) {
        rv = brood_process_create(&process, do_nothing, BROOD_ARGS(lock), &options, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(process);
    }
    return rv == APR_SUCCESS ? brood_process_join(process, CONFORMANCE_LATE_US) : rv;
}

/* It is made now, or it would look like a leak of the first test. */
static int warm_up(void **state) {
    int used[CONFORMANCE_MODES] = {0};
    (void)state;
    for (size_t i = 0; i < entry_count; i++) {
        used[entries[i].mode] = 1;
    }
    for (int mode = 0; mode < CONFORMANCE_MODES; mode++) {
        apr_pool_t *pool;
        apr_status_t rv = APR_SUCCESS;
        if (!used[mode]) {
            continue;
        }
        if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
            return -1;
        }
        rv = warm_up_by((conformance_mode_t)mode, pool);
        apr_pool_destroy(pool);
        if (rv != APR_SUCCESS) {
            print_error("warm-up by %s: %d, %s\n", modes[mode].name, rv,
                        brood_error_detail());
            return -1;
        }
    }
    return 0;
}

/* ---- the table ---------------------------------------------------------------------- */

/* Whether the mode is one of this machine and means something for the case. */
static int fits(const conformance_case_t *at, conformance_mode_t mode) {
    if (mode > CONFORMANCE_SHARED) {
        return brood_has_start_method(modes[mode].method);
    }
    return !at->processes_only && at->dying == 0 &&
           !(at->own_handles && mode == CONFORMANCE_SHARED);
}

static void add(uint32_t index, conformance_mode_t mode, const char *filter) {
    size_t i = entry_count;
    if (i == TESTS_MAX || !fits(&suite[index], mode) ||
        (filter != NULL && strstr(suite[index].name, filter) == NULL)) {
        return;
    }
    (void)snprintf(names[i], sizeof names[i], "%s (%s)", suite[index].name,
                   modes[mode].name);
    entries[i].index = index;
    entries[i].mode = mode;
    table[i].name = names[i];
    table[i].test_func = test;
    table[i].setup_func = set_up;
    table[i].teardown_func = tear_down;
    table[i].initial_state = &entries[i];
    entry_count++;
}

static int read_options(int argc, char **argv, const char **mode, const char **filter) {
    int known = argc % 2 == 1;
    *mode = "all";
    *filter = NULL;
    for (int i = 1; known && i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--case") == 0) {
            *filter = argv[i + 1];
        } else if (strcmp(argv[i], "--mode") == 0) {
            *mode = argv[i + 1];
        } else {
            known = 0;
        }
    }
    if (!known) {
        (void)fprintf(stderr,
                      "usage: %s [--mode threads|shared|fork|spawn|forkserver|all] "
                      "[--case WORDS]\n",
                      argv[0]);
    }
    return known;
}

int conformance_main(const conformance_case_t *cases, size_t count, int argc,
                     char **argv) {
    const char *mode, *filter, *name;
    suite = cases; /* before brood_init(), which is where a child's life goes on */
    if (brood_init(&argc, &argv) != APR_SUCCESS ||
        !read_options(argc, argv, &mode, &filter)) {
        return 2;
    }
    for (int m = 0; m < CONFORMANCE_MODES; m++) {
        for (uint32_t i = 0; i < count; i++) {
            if (strcmp(mode, "all") == 0 || strcmp(mode, modes[m].name) == 0) {
                add(i, (conformance_mode_t)m, filter);
            }
        }
    }
    name = strrchr(argv[0], '/');
    return _cmocka_run_group_tests(name == NULL ? argv[0] : name + 1, table, entry_count,
                                   warm_up, NULL);
}
