/* Starts that the system refuses: too many processes, no memory. The status is the system's, the
 * detail names the process, nothing is left, and the same object can be started afterwards. */
#include "methods.h"

#include "os/fault.h"
#include <apr_env.h>
#include <apr_strings.h>
#include <string.h>

static char words[20]; /* what ran around the fork */

static void say(void *word) {
    (void)strncat(words, word, sizeof words - strlen(words) - 1);
}

static int return_three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

static void refused_here(const char *plan, apr_status_t wanted,
                         const brood_process_options_t *options, brood_test_t *test) {
    brood_process_t *child =
        brood_test_create(return_three, BROOD_NO_ARGS, options, test);
    apr_status_t rv;

    brood__fault_plan(plan);
    rv = brood_process_start(child);
    brood__fault_plan("");
    assert_status(rv, wanted);
    assert_detail(brood_process_name(child));
    assert_int_equal(brood_process_pid(child), 0);
    assert_int_equal(brood_process_is_alive(child), 0);
    assert_status(brood_process_join(child, 0), BROOD_ENOTSTARTED);
    assert_success(brood_process_start(child));
    brood_test_join(child, 3);
}

/* The server's plan: its first fork fails. */
static int load_plan(apr_pool_t *pool) {
    char *plan;

    if (apr_env_get(&plan, "BROOD_TEST_PLAN", pool) == APR_SUCCESS) {
        brood__fault_plan(plan);
    }
    return 0;
}

static void a_refused_fork(void **state) {
    static const struct {
        const char *name;
        apr_status_t status;
    } rows[] = {{"EAGAIN", APR_EAGAIN}, {"ENOMEM", APR_ENOMEM}};
    brood_test_t *test = *state;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *verb =
        test->method == BROOD_START_SPAWN ? "os.process_start" : "os.process_fork";
    char plan[60];
    size_t i;

    assert_success(brood_at_fork(say, say, NULL, "x", test->pool));
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)apr_snprintf(plan, sizeof plan, "%s:1:%s", verb, rows[i].name);
        words[0] = '\0';
        if (test->method == BROOD_START_FORKSERVER) {
            settings.preload = load_plan;
            assert_success(brood_context_create(&options.context, test->method, &settings,
                                                test->pool));
            assert_int_equal(apr_env_set("BROOD_TEST_PLAN", plan, test->pool),
                             APR_SUCCESS);
            refused_here("", rows[i].status, &options, test);
            assert_int_equal(apr_env_delete("BROOD_TEST_PLAN", test->pool), APR_SUCCESS);
        } else {
            refused_here(plan, rows[i].status, &options, test);
        }
        assert_string_equal(words, test->method == BROOD_START_FORK ? "xxxx" : "");
    }
}

/* The server itself cannot be started, and then it can. */
static void a_refused_server(void **state) {
    brood_test_t *test = *state;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;

    if (test->method == BROOD_START_FORKSERVER) {
        settings.preload = load_plan;
        assert_success(
            brood_context_create(&options.context, test->method, &settings, test->pool));
        refused_here("os.process_start:1:EAGAIN", APR_EAGAIN, &options, test);
    }
}

/* The child has its parent's plan. The bug: the start was a success, and the child ended with 1. */
static void a_refused_watch(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;

    if (test->method == BROOD_START_FORK) {
        options.end_with_parent = 1;
        refused_here("os.thread_start:1:EAGAIN", BROOD_EBOOT, &options, test);
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_refused_fork),
    BROOD_TEST(a_refused_server),
    BROOD_TEST(a_refused_watch),
};

BROOD_TEST_MAIN(tests)
