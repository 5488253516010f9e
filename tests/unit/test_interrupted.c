/* Interrupted waits: a process that is stopped, signalled or debugged in the middle of its waits
 * waits on. What it waits for comes, no time runs out early, no start fails for it. And a child
 * whose end a debugger keeps to itself. */
#include "commands.h"

#include "brood/fork.h"
#include "brood/forkserver.h"
#include "interrupter.h"
#include "os/clock.h"
#include "outside.h"
#include "strangers.h"
#include <stdio.h>

#define WAIT_US 2000 /* longer than it takes to be disturbed */
#define MANY 300u    /* disturbances */
#define SELDOM 4     /* of so many rounds one starts processes */

typedef struct things_t {
    brood_connection_t *pipe;
    brood_connection_t *silent; /* nothing ever comes */
    brood_queue_t *empty;
    brood_lock_t *held;
    brood_rlock_t *rlock; /* held, too */
    brood_semaphore_t *none;
    brood_event_t *never;
    brood_condition_t *condition;
} things_t;

#define THINGS(things)                                                             \
    (things).pipe, (things).silent, (things).empty, (things).held, (things).rlock, \
        (things).none, (things).never, (things).condition

/* Waits in vain, for as long as it should. */
#define CHILD_IN_VAIN(wait)                                  \
    do {                                                     \
        int64_t began = brood_test_now_us();                 \
        CHILD_STATUS((wait), APR_TIMEUP);                    \
        CHILD_CHECK(brood_test_now_us() - began >= WAIT_US); \
    } while (0)

static int five(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 5;
}

static int wait_in_vain(const things_t *things, apr_pool_t *pool) {
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(things->empty),
                                 BROOD_WAIT_CONNECTION(things->silent)};
    brood_values_t *values;

    CHILD_IN_VAIN(brood_lock_acquire(things->held, WAIT_US));
    CHILD_IN_VAIN(brood_rlock_acquire(things->rlock, WAIT_US));
    CHILD_IN_VAIN(brood_semaphore_acquire(things->none, WAIT_US));
    CHILD_IN_VAIN(brood_event_wait(things->never, WAIT_US));
    CHILD_IN_VAIN(brood_queue_get(things->empty, &values, WAIT_US, pool));
    CHILD_IN_VAIN(brood_connection_recv(things->silent, &values, WAIT_US, pool));
    CHILD_IN_VAIN(brood_connection_poll(things->silent, WAIT_US));
    CHILD_IN_VAIN(brood_wait(items, 2, WAIT_US, NULL));
    CHILD_OK(brood_condition_acquire(things->condition, LATE));
    CHILD_IN_VAIN(brood_condition_wait(things->condition, WAIT_US));
    CHILD_OK(brood_condition_release(things->condition));
    return 0;
}

/* A child and a program, to their ends. */
static int start_others(brood_start_method_t method, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_command_options_t of_command = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_result_t result;
    brood_process_t *process;
    int code;

    options.method = method;
    CHILD_OK(brood_process_create(&process, five, BROOD_NO_ARGS, &options, pool));
    CHILD_OK(brood_process_start(process));
    CHILD_OK(brood_process_join(process, LATE));
    CHILD_OK(brood_process_exit_code(process, &code));
    CHILD_CHECK(code == 5);
    of_command.output = brood_stdio_capture(0);
    CHILD_OK(brood_command_run(&result,
                               brood_test_script(pool, "say", "hello", "exit", "6", NULL),
                               &of_command, LATE, pool));
    CHILD_CHECK(result.code == 6 && result.output.size == 6);
    return 0;
}

static int wait_in_all_ways(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *values;
    apr_pool_t *round_pool;
    things_t things;
    int goes_on = 1, method;

    CHILD_OK(BROOD_UNPACK(state, &method, &things.pipe, &things.silent, &things.empty,
                          &things.held, &things.rlock, &things.none, &things.never,
                          &things.condition));
    CHILD_OK(apr_pool_create(&round_pool, pool));
    brood_test_bear_signals();
    for (int round = 0; goes_on; round++) { /* ends when the parent says so */
        int failed;

        CHILD_OK(brood_connection_send(things.pipe, BROOD_ARGS(round), LATE));
        CHILD_OK(brood_connection_recv(things.pipe, &values, LATE, round_pool));
        CHILD_OK(BROOD_UNPACK(values, &goes_on));
        failed = wait_in_vain(&things, round_pool);
        if (failed == 0 && round % SELDOM == 0) {
            failed = start_others((brood_start_method_t)method, round_pool);
        }
        CHILD_CHECK(failed == 0);
        apr_pool_clear(round_pool);
    }
    return 0;
}

static void make_things(things_t *things, brood_connection_t **here, brood_test_t *test) {
    brood_connection_t *end;

    assert_success(brood_pipe_create(here, &things->pipe, 1, test->pool));
    assert_success(brood_pipe_create(&things->silent, &end, 0, test->pool));
    assert_success(brood_queue_create(&things->empty, NULL, test->pool));
    assert_success(brood_lock_create(&things->held, test->pool));
    assert_success(brood_rlock_create(&things->rlock, test->pool));
    assert_success(brood_semaphore_create(&things->none, 0, 0, test->pool));
    assert_success(brood_event_create(&things->never, test->pool));
    assert_success(brood_condition_create(&things->condition, test->pool));
    assert_success(brood_lock_acquire(things->held, 0));
    assert_success(brood_rlock_acquire(things->rlock, 0));
}

/* Answers the child, which has just said something, until the interrupter has done its work. */
static int talk(brood_connection_t *here, brood_os_process_t *interrupter,
                apr_pool_t *pool) {
    brood_os_exit_t how = {0, 0};
    apr_status_t over = APR_TIMEUP;
    brood_values_t *values;

    while (over == APR_TIMEUP) { /* ends with the interrupter */
        over = brood_os_process_wait(interrupter, 0, &how);
        assert_success(brood_connection_send(here, BROOD_ARGS(over == APR_TIMEUP), LATE));
        if (over == APR_TIMEUP) {
            assert_success(brood_connection_recv(here, &values, LATE, pool));
        }
    }
    assert_success(over);
    brood_os_process_close(interrupter);
    return how.code;
}

static void disturbed(brood_test_disturbance_t how, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_os_process_t interrupter;
    brood_connection_t *here;
    brood_process_t *process;
    brood_values_t *values;
    things_t things;
    int code;

    make_things(&things, &here, test);
    process = brood_test_create(
        wait_in_all_ways, BROOD_ARGS((int)test->method, THINGS(things)), &options, test);
    assert_success(brood_process_start(process));
    /* Its first word: it bears signals now. */
    assert_success(brood_connection_recv(here, &values, LATE, test->pool));
    assert_success(brood_test_interrupter_start(&interrupter, how,
                                                brood_process_pid(process), MANY));
    code = talk(here, &interrupter, test->pool);
    brood_test_join(process, 0);
    assert_success(brood_rlock_release(things.rlock));
    assert_success(brood_lock_release(things.held));
    if (code == BROOD_TEST_CANNOT) {
        print_message("nobody can do that to a process here\n");
    } else {
        assert_int_equal(code, 0);
    }
}

static void stopped_in_its_waits(void **state) {
    disturbed(BROOD_TEST_STOPS, *state);
}

static void signalled_in_its_waits(void **state) {
    disturbed(BROOD_TEST_SIGNALS, *state);
}

static void debugged_in_its_waits(void **state) {
    disturbed(BROOD_TEST_DEBUGGER, *state);
}

/* ---- an end that a debugger keeps to itself ---- */

#define WAITED_MS 400
#define BUSY_MS (WAITED_MS / 8) /* who only looks now and then has far less */

static int wait_then_three(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *values;
    brood_queue_t *queue;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    brood_exit_now(3); /* a leak sanitizer's exit handler does not bear a debugger */
    return 0;
}

/* One of those whose ends are waited for. */
typedef struct waited_t {
    int64_t pid;
    void *object;
    apr_status_t (*join)(void *object, apr_interval_time_t timeout);
    void (*let_end)(void *data); /* lets it end by itself, with 3 */
    void *data;
} waited_t;

/* 1: it traces, and has said so by the file, which is gone now. 0: it cannot. */
static int await_debugger(brood_os_process_t *debugger, const char *file) {
    brood_os_exit_t how;

    while (remove(file) != 0) { /* ends with the file or the debugger */
        if (brood_os_process_wait(debugger, 0, &how) != APR_TIMEUP) {
            assert_int_equal(how.code, BROOD_TEST_CANNOT);
            return 0;
        }
        brood_os_yield();
    }
    return 1;
}

/* Nobody can reap it now, and nobody spends the time with trying. */
static void nobody_is_busy(const waited_t *waited) {
    int64_t server = brood_forkserver_pid(NULL);
    int64_t own = brood_test_processor_ms(brood_current_pid());
    int64_t servers = brood_test_processor_ms(server);

    assert_status(waited->join(waited->object, 0), APR_TIMEUP);
    assert_status(waited->join(waited->object, WAITED_MS * 1000), APR_TIMEUP);
    own = brood_test_processor_ms(brood_current_pid()) - own;
    servers = brood_test_processor_ms(server) - servers;
    print_message("busy: %lld ms, the server %lld ms\n", (long long)own,
                  (long long)servers);
    assert_true(own < BUSY_MS && servers < BUSY_MS);
}

static void end_in_a_debugger(const waited_t *waited, brood_test_t *test) {
    const char *file = brood_test_file_name("debugger", test->pool);
    brood_os_process_t debugger;
    brood_os_exit_t how;

    assert_success(brood_test_forgetful_start(&debugger, waited->pid, file));
    if (await_debugger(&debugger, file)) {
        waited->let_end(waited->data);
        assert_true(brood_test_await_gone(waited->pid) >= 0);
        nobody_is_busy(waited);
        assert_success(brood_os_process_signal(&debugger, BROOD_OS_KILL));
        assert_success(brood_os_process_wait(&debugger, BROOD_OS_FOREVER, &how));
    } else {
        print_message("nobody can debug a process here\n");
        waited->let_end(waited->data);
    }
    brood_os_process_close(&debugger);
    assert_success(waited->join(waited->object, LATE));
}

static void put_into(void *queue) {
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
}

static apr_status_t join_process(void *process, apr_interval_time_t timeout) {
    brood_wait_item_t item = BROOD_WAIT_PROCESS(process);
    apr_status_t rv = brood_process_join(process, timeout);

    assert_int_equal(brood_process_is_alive(process), rv == APR_TIMEUP);
    assert_status(brood_wait(&item, 1, 0, NULL), rv);
    return rv;
}

static void a_childs_end_is_a_debuggers(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_queue_t *queue;
    waited_t waited;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    process = brood_test_start(wait_then_three, BROOD_ARGS(queue), test);
    waited =
        (waited_t){brood_process_pid(process), process, join_process, put_into, queue};
    end_in_a_debugger(&waited, test);
    brood_test_join(process, 3);
}

static apr_status_t join_command(void *command, apr_interval_time_t timeout) {
    return brood_command_join(command, timeout);
}

static void close_input_of(void *command) {
    assert_success(brood_command_close_input(command));
}

static void a_commands_end_is_a_debuggers(void **state) {
    brood_test_t *test = *state;
    static const char *const variables[] = {"LSAN_OPTIONS=detect_leaks=0", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *command;
    waited_t waited;

    options.input = brood_stdio_pipe();
    options.variables = variables;
    command = brood_test_command_start(test, &options, "wait", "exit", "3");
    waited = (waited_t){brood_command_pid(command), command, join_command, close_input_of,
                        command};
    end_in_a_debugger(&waited, test);
    brood_test_command_join(command, 3);
}

static int forked_code;

static apr_status_t join_forked(void *pid, apr_interval_time_t timeout) {
    return brood_fork_wait(NULL, &forked_code, *(int64_t *)pid, 0, timeout);
}

static void a_forked_ones_end_is_a_debuggers(void **state) {
    brood_test_t *test = *state;
    brood_values_t *values;
    brood_queue_t *queue;
    waited_t waited;
    int64_t pid;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    if (brood_fork(&pid) == BROOD_EMETHOD) {
        return;
    }
    if (pid == 0) {
        brood_exit_now(
            brood_queue_get(queue, &values, LATE, test->pool) == APR_SUCCESS ? 3 : 99);
    }
    waited = (waited_t){pid, &pid, join_forked, put_into, queue};
    end_in_a_debugger(&waited, test);
    assert_int_equal(forked_code, 3);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(stopped_in_its_waits),
    BROOD_TEST(signalled_in_its_waits),
    BROOD_TEST(debugged_in_its_waits),
    BROOD_TEST(a_childs_end_is_a_debuggers),
    BROOD_TEST(a_commands_end_is_a_debuggers),
    BROOD_TEST(a_forked_ones_end_is_a_debuggers),
};

int main(int argc, char **argv) {
    brood_test_interrupter(argc, argv);
    if (brood_test_is_scripted(argc, argv)) {
        return brood_test_scripted(argc, argv);
    }
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
