/* The k-th failure of a command: every call of the seam that a start and a conversation make
 * fails once, and then every one from the k-th on. Each time the failure has been told, nothing
 * is left behind, and the same command can be started again. */
#include "commands.h"

#include "ledger.h"
#include "os/fault.h"
#include <stdio.h>
#include <string.h>

#define K_MOST 200

static brood_command_t *make(brood_test_t *test, apr_pool_t *pool) {
    static const char *const variables[] = {"BROOD_T=1", NULL};
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_capture(0));
    brood_command_t *command;

    (void)test;
    options.variables = variables;
    assert_success(brood_command_create(
        &command, brood_test_script(pool, "err", "200000", "cat", NULL), &options, pool));
    return command;
}

static apr_status_t talk(brood_command_t *command) {
    const brood_bytes_t input = {"some words", 10};
    brood_bytes_t output, error;
    apr_status_t rv = brood_command_communicate(command, input, LATE, &output, &error);

    if (rv == APR_SUCCESS) {
        assert_bytes(output, "some words");
        assert_int_equal(error.size, 200000);
    }
    return rv;
}

/* Nobody has to be killed but one whose conversation failed. */
static void finish(brood_command_t *command) {
    assert_success(brood_command_kill(command));
    assert_success(brood_command_join(command, LATE));
    assert_success(brood_command_close(command));
}

/* Returns how many failures there were. */
static unsigned run_with(brood_test_t *test, const char *plan) {
    brood_command_t *command;
    apr_status_t started, talked;
    apr_pool_t *pool;
    unsigned fired;

    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    brood_test_ledger_open();
    command = make(test, pool);
    brood__fault_plan(plan);
    started = brood_command_start(command);
    talked = started == APR_SUCCESS ? talk(command) : started;
    fired = brood__fault_count();
    brood__fault_plan("");
    if (started != APR_SUCCESS) {
        assert_int_not_equal(brood_command_failed_step(command), BROOD_STEP_NONE);
        assert_int_equal(brood_command_pid(command), 0);
        assert_int_equal(brood_test_ledger_check(), 0);
        assert_success(brood_command_start(command));
        assert_success(talk(command));
    }
    if (fired == 0) {
        assert_success(talked);
    }
    finish(command);
    apr_pool_destroy(pool);
    assert_int_equal(brood_test_ledger_check(), 0);
    return fired;
}

static void sweep(brood_test_t *test, const char *later) {
    char plan[64];
    unsigned total = 0;
    int k;

    (void)run_with(test, "");
    for (k = 1; k < K_MOST; k++) { /* ends when all calls have had their turn */
        unsigned fired;

        /* Who this process is may be asked without fear everywhere else. */
        (void)snprintf(plan, sizeof plan, "-os.identity_self,*:%d%s:EMFILE", k, later);
        fired = run_with(test, plan);
        total += fired;
        if (fired == 0) {
            break;
        }
    }
    (void)printf("%u failures injected, up to call %d\n", total, k - 1);
    assert_true(k > 3 && k < K_MOST);
}

static void each_call_fails_once(void **state) {
    sweep(*state, "");
}

static void every_call_fails_from_one_on(void **state) {
    sweep(*state, "+");
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(each_call_fails_once),
    BROOD_TEST(every_call_fails_from_one_on),
};

BROOD_TEST_COMMAND_MAIN(tests)
