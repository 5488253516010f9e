/* Commands beside forks: what one thread opens for its command no child that another thread forks
 * meanwhile keeps, nor does anybody wait for that child. */
#include "commands.h"

#include "brood/fork.h"
#include <apr_thread_proc.h>
#include <stdatomic.h>

#define RUNS 30
#define FORKS_MOST 60
#define STAYING (20 * 1000000)

typedef struct runner_t {
    const char *const *argv;
    int tied;
    apr_status_t status;
    atomic_int done;
} runner_t;

static void *APR_THREAD_FUNC run_many(apr_thread_t *thread, void *data) {
    runner_t *runner = data;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(0), brood_stdio_null());
    brood_command_result_t result;
    apr_pool_t *pool = apr_thread_pool_get(thread);

    options.end_with_parent = runner->tied;
    for (int i = 0; i < RUNS && runner->status == APR_SUCCESS; i++) {
        runner->status =
            brood_command_run(&result, runner->argv, &options, STAYING / 2, pool);
    }
    atomic_store(&runner->done, 1);
    return NULL;
}

/* Ends with 0 when it was told in time. Asks for no lock that a thread may have held at the fork. */
static int stay(brood_event_t *event) {
    return brood_event_wait(event, STAYING) == APR_SUCCESS ? 0 : 1;
}

static void run_beside_forks(brood_test_t *test, int tied) {
    runner_t runner = {brood_test_script(test->pool, "say", "x", NULL), tied, 0, 0};
    int64_t pids[FORKS_MOST];
    apr_status_t ended;
    apr_thread_t *thread;
    brood_event_t *event;
    int count = 0, code;

    assert_success(brood_event_create(&event, test->pool));
    assert_int_equal(apr_thread_create(&thread, NULL, run_many, &runner, test->pool), 0);
    while (count < FORKS_MOST && !atomic_load(&runner.done)) {
        assert_success(brood_fork(&pids[count]));
        if (pids[count] == 0) {
            brood_exit_now(stay(event));
        }
        count++;
        apr_sleep(500);
    }
    assert_int_equal(apr_thread_join(&ended, thread), 0);
    assert_success(brood_event_set(event));
    for (int i = 0; i < count; i++) {
        assert_success(brood_fork_wait(&pids[i], &code, pids[i], 0, LATE));
        assert_int_equal(code, 0);
    }
    assert_success(runner.status);
}

static void forked_children_keep_no_pipe(void **state) {
    if (brood_has_start_method(BROOD_START_FORK)) {
        run_beside_forks(*state, 0);
    }
}

static void forked_children_delay_no_start(void **state) {
    if (brood_has_start_method(BROOD_START_FORK)) {
        run_beside_forks(*state, 1);
    }
}

/* In a program that has never called brood_init(), by a bare fork. */
static void nor_does_a_child_of_a_bare_fork(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_capture(0), brood_stdio_null());
    brood_command_t *command = brood_test_command_start(test, &options, "twin");
    brood_bytes_t output;

    brood_test_command_join(command, 0);
    assert_success(brood_command_captured(command, BROOD_STDOUT, &output));
    assert_bytes(output, brood_has_start_method(BROOD_START_FORK) ? "it ends\n" : "no\n");
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(forked_children_keep_no_pipe),
    BROOD_TEST(forked_children_delay_no_start),
    BROOD_TEST(nor_does_a_child_of_a_bare_fork),
};

BROOD_TEST_COMMAND_MAIN(tests)
