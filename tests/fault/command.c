/* The k-th failure of a command: every call of the seam that a start and a conversation make
 * fails once, and then every one from the k-th on. Each time the failure has been told, nothing
 * is left behind, and the same command can be started again. */
#include "commands.h"

#include "ledger.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/stream.h"
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

/* ---- what must not be left, nor waited for ---- */

/* A program that reads what nobody writes, until the other end is closed. */
static brood_command_options_t held(brood_os_handle_t reader) {
    return brood_test_options(brood_stdio_native(reader), brood_stdio_capture(0),
                              brood_stdio_null());
}

static void open_ends(brood_os_handle_t *reader, brood_os_handle_t *writer) {
    assert_int_equal(brood_os_stream_pipe_for(reader, writer, BROOD_OS_STRANGER_READS),
                     0);
}

static void one_that_cannot_be_read_from_is_ended(void **state) {
    brood_test_t *test = *state;
    brood_os_handle_t reader, writer;
    brood_command_options_t options;
    brood_command_result_t result;
    apr_status_t rv;

    brood_test_ledger_open();
    open_ends(&reader, &writer);
    options = held(reader);
    brood__fault_plan("os.stream_read:1+:EMFILE");
    rv = brood_command_run(&result,
                           brood_test_script(test->pool, "say", "x", "wait", NULL),
                           &options, LATE, test->pool);
    brood__fault_plan("");
    assert_true(APR_STATUS_IS_EMFILE(rv));
    assert_int_equal(result.ended_by, BROOD_STOP_TERMINATE);
    brood_os_handle_close(reader);
    brood_os_handle_close(writer);
    assert_int_equal(brood_test_ledger_check(), 0);
}

/* As one of another user cannot be. */
static void one_that_cannot_be_killed_is_not_waited_for(void **state) {
    brood_test_t *test = *state;
    const char *const missing[] = {"brood-no-such-program", NULL};
    brood_os_handle_t reader, writer;
    brood_command_options_t options;
    brood_command_t *two[2];
    size_t failed;

    open_ends(&reader, &writer);
    options = held(reader);
    options.output = brood_stdio_of(BROOD_STDIO_INHERIT);
    two[0] = brood_test_command(test, &options, "wait");
    two[1] = brood_test_command_of(test, NULL, missing);
    brood__fault_plan("os.process_signal:1+:EMFILE");
    assert_true(APR_STATUS_IS_ENOENT(brood_pipeline_start(two, 2, &failed)));
    brood__fault_plan("");
    assert_int_equal(failed, 1);
    assert_true(brood_command_is_alive(two[0]));
    brood_os_handle_close(reader);
    brood_os_handle_close(writer);
    brood_test_command_join(two[0], 0);
}

/* The pipe between two of which neither runs. */
static void a_failed_start_leaves_no_pipe(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *writer, *reader;
    brood_bytes_t bytes;

    options.output = brood_stdio_pipe();
    writer = brood_test_command(test, &options, "say", "x");
    options.input = brood_stdio_output_of(writer);
    options.output = brood_stdio_capture(0);
    reader = brood_test_command(test, &options, "cat");
    brood_test_ledger_open();
    brood__fault_plan("os.start_execute:1:EMFILE");
    assert_true(APR_STATUS_IS_EMFILE(brood_command_start(reader)));
    assert_int_equal(brood_test_ledger_check(), 0);
    brood__fault_plan("os.start_execute:1:EMFILE");
    assert_true(APR_STATUS_IS_EMFILE(brood_command_start(writer)));
    assert_int_equal(brood_test_ledger_check(), 0);
    assert_success(brood_command_start(writer));
    brood__fault_plan("os.start_execute:1:EMFILE");
    assert_true(APR_STATUS_IS_EMFILE(brood_command_start(reader)));
    brood__fault_plan("");
    assert_success(brood_command_start(reader));
    brood_test_command_join(reader, 0);
    brood_test_command_join(writer, 0);
    assert_success(brood_command_captured(reader, BROOD_STDOUT, &bytes));
    assert_int_equal(bytes.size, 2);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(one_that_cannot_be_read_from_is_ended),
    BROOD_TEST(one_that_cannot_be_killed_is_not_waited_for),
    BROOD_TEST(a_failed_start_leaves_no_pipe),
    BROOD_TEST(each_call_fails_once),
    BROOD_TEST(every_call_fails_from_one_on),
};

BROOD_TEST_COMMAND_MAIN(tests)
