/* Boot: brood_init(), and mains that do not come to it as they should.
 *
 * A child of this program behaves before brood_init() as BROOD_TEST_BEFORE says: "end", "hang",
 * "start", "crash". The first process never does. "host" is a program of its own, whose
 * brood_init() gets no arguments. */
#include "methods.h"

#include "os/process.h"
#include "os/program.h"
#include "outside.h"
#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

static apr_status_t
    early_status; /* of a start before brood_init() in the first process */
static char early_detail[300];
static apr_status_t second_init = -1;

static int return_number(const brood_values_t *state, apr_pool_t *pool) {
    int number;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &number));
    return number;
}

static brood_process_t *spawned(brood_test_t *test,
                                const brood_process_options_t *options) {
    brood_process_options_t chosen = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    if (options != NULL) {
        chosen = *options;
    }
    chosen.method = BROOD_START_SPAWN;
    assert_success(
        brood_process_create(&child, return_number, BROOD_ARGS(5), &chosen, test->pool));
    return child;
}

static void before(brood_test_t *test, const char *what) {
    assert_int_equal(what == NULL ? apr_env_delete("BROOD_TEST_BEFORE", test->pool)
                                  : apr_env_set("BROOD_TEST_BEFORE", what, test->pool),
                     APR_SUCCESS);
}

/* ---- in the first process ---- */

static void a_start_before_init(void **state) {
    (void)state;
    assert_int_equal(early_status, BROOD_ENOTINIT);
    assert_non_null(strstr(early_detail, "brood_init"));
    assert_non_null(strstr(early_detail, "too-early"));
}

static void a_second_init_does_nothing(void **state) {
    (void)state;
    assert_int_equal(second_init, APR_SUCCESS);
    assert_success(brood_init(NULL, NULL));
    assert_string_equal(brood_current_name(), "MainProcess");
}

/* ---- in a child's main ---- */

static void a_main_that_ends(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = spawned(test, NULL);

    before(test, "end");
    assert_status(brood_process_start(child), BROOD_EMAINGUARD);
    assert_detail("exit code 5");
    assert_detail(brood_process_name(child));
    before(test, NULL);
    assert_status(brood_process_join(child, 0), BROOD_ENOTSTARTED);
    /* The object is as it was before the start. */
    assert_success(brood_process_start(child));
    brood_test_join(child, 5);
}

static void a_main_that_starts_a_process(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = spawned(test, NULL);

    before(test, "start");
    assert_status(brood_process_start(child), BROOD_EMAINGUARD);
    assert_detail("brood_init");
    before(test, NULL);
}

static void a_main_that_crashes(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = spawned(test, NULL);
    apr_status_t rv;

    before(test, "crash");
    rv = brood_process_start(child);
    before(test, NULL);
    assert_status(rv, BROOD_EBOOT);
    assert_detail("signal 9");
}

static void a_main_that_hangs(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    int64_t begin = brood_test_now_us();

    options.start_timeout = 300000;
    child = spawned(test, &options);
    before(test, "hang");
    assert_status(brood_process_start(child), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= 300000 - 2000);
    assert_detail(brood_process_name(child));
    before(test, NULL);
}

/* ---- images ---- */

static void an_image_of_another_build(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *path = brood_test_file_name("other.exe", test->pool);
    brood_process_t *child;
    apr_status_t rv = brood_test_other_build(path);

    if (rv == APR_SUCCESS) {
        options.program = path;
        child = spawned(test, &options);
        rv = brood_process_start(child);
        (void)apr_file_remove(path, test->pool);
        assert_status(rv, BROOD_EBUILD);
        assert_detail(brood_process_name(child));
    } else {
        assert_status(rv, APR_ENOTIMPL);
    }
}

static void the_same_build_elsewhere(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *path = brood_test_file_name("same.exe", test->pool);
    char own[4096];

    assert_int_equal(brood_os_program_path(own, sizeof own), APR_SUCCESS);
    assert_int_equal(apr_file_copy(own, path, APR_FILE_SOURCE_PERMS, test->pool),
                     APR_SUCCESS);
    options.program = path;
    {
        brood_process_t *child = spawned(test, &options);
        apr_status_t rv = brood_process_start(child);
        if (rv == APR_SUCCESS) {
            brood_test_join(child, 5);
        }
        (void)apr_file_remove(path, test->pool);
        assert_success(rv);
    }
}

static void an_image_that_is_not_there(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    options.program = brood_test_file_name("nothing", test->pool);
    child = spawned(test, &options);
    assert_true(APR_STATUS_IS_ENOENT(brood_process_start(child)));
    assert_detail(options.program);
    assert_detail(brood_process_name(child));
}

/* ---- a host whose main is not ours ---- */

static void a_host_without_arguments(void **state) {
    brood_test_t *test = *state;
    const char *argv[3] = {NULL, "--host", NULL};
    char own[4096];
    apr_procattr_t *attributes;
    apr_exit_why_e why;
    apr_proc_t proc;
    int code = -1;

    assert_int_equal(brood_os_program_path(own, sizeof own), APR_SUCCESS);
    argv[0] = own;
    assert_int_equal(apr_procattr_create(&attributes, test->pool), APR_SUCCESS);
    assert_int_equal(apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV), APR_SUCCESS);
    assert_int_equal(apr_proc_create(&proc, own, argv, NULL, attributes, test->pool),
                     APR_SUCCESS);
    assert_int_equal(apr_proc_wait(&proc, &code, &why, APR_WAIT), APR_CHILD_DONE);
    assert_int_equal(code, 0);
}

static int host(void) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    int code = -1;

    CHILD_OK(brood_init(NULL, NULL));
    CHILD_OK(apr_pool_create(&pool, NULL));
    CHILD_OK(brood_queue_create(&queue, NULL, pool));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS(1), 0));
    options.method = BROOD_START_SPAWN;
    CHILD_OK(brood_process_create(&child, return_number, BROOD_ARGS(5), &options, pool));
    CHILD_STATUS(brood_process_start(child), BROOD_EMAINGUARD);
    CHILD_CHECK(strstr(brood_error_detail(), "brood_init(&argc, &argv)") != NULL);
    if (brood_has_start_method(BROOD_START_FORK)) {
        options.method = BROOD_START_FORK;
        CHILD_OK(
            brood_process_create(&child, return_number, BROOD_ARGS(5), &options, pool));
        CHILD_OK(brood_process_start(child));
        CHILD_OK(brood_process_join(child, LATE));
        CHILD_OK(brood_process_exit_code(child, &code));
        CHILD_CHECK(code == 5);
    }
    return 0;
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_start_before_init),        BROOD_TEST(a_second_init_does_nothing),
    BROOD_TEST(a_main_that_ends),           BROOD_TEST(a_main_that_starts_a_process),
    BROOD_TEST(a_main_that_crashes),        BROOD_TEST(a_main_that_hangs),
    BROOD_TEST(an_image_of_another_build),  BROOD_TEST(the_same_build_elsewhere),
    BROOD_TEST(an_image_that_is_not_there), BROOD_TEST(a_host_without_arguments),
};

/* ---- main ---- */

/* Starts a process where none may be started. */
static apr_status_t start_early(const char *name) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t rv;

    (void)apr_initialize();
    options.name = name;
    options.method = BROOD_START_SPAWN;
    rv = apr_pool_create(&pool, NULL);
    if (rv == APR_SUCCESS) {
        rv = brood_process_create(&child, return_number, BROOD_ARGS(1), &options, pool);
    }
    return rv == APR_SUCCESS ? brood_process_start(child) : rv;
}

static int misbehave(const char *how) {
    if (strcmp(how, "end") == 0) {
        exit(5);
    }
    if (strcmp(how, "crash") == 0) {
        brood_os_kill_self();
    }
    if (strcmp(how, "start") == 0) {
        exit(start_early("grandchild") == BROOD_ENOTINIT ? 6 : 7);
    }
    for (;;) { /* ends with the process, which the parent kills */
        apr_sleep(1000000);
    }
}

int main(int argc, char **argv) {
    const char *how = getenv("BROOD_TEST_BEFORE");

    if (argc == 2 && strcmp(argv[1], "--host") == 0) {
        return host();
    }
    if (how != NULL && argc > 1 && strncmp(argv[argc - 1], "--brood-boot=", 13) == 0) {
        return misbehave(how);
    }
    if (argc == 1 || strncmp(argv[argc - 1], "--brood-boot=", 13) != 0) {
        early_status = start_early("too-early");
        (void)strncpy(early_detail, brood_error_detail(), sizeof early_detail - 1);
    }
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    second_init = brood_init(&argc, &argv);
    return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
