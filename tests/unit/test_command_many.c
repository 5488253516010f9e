/* Commands: several at once, pipelines, programs run to their end, and in the place of others. */
#include "commands.h"

#include "stranger.h"
#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define MANY 30

static brood_command_options_t quiet(void) {
    return brood_test_options(brood_stdio_pipe(), brood_stdio_null(), brood_stdio_null());
}

/* ---- waiting for several ---- */

static void all_are_waited_for(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(0), brood_stdio_null());
    brood_command_t *commands[MANY];
    brood_bytes_t bytes;

    for (int i = 0; i < MANY; i++) {
        const char *number = apr_itoa(test->pool, i);
        commands[i] =
            brood_test_command_start(test, &options, "out", "100000", "say", number);
    }
    assert_success(brood_command_wait_all(commands, MANY, LATE));
    for (int i = 0; i < MANY; i++) {
        assert_success(brood_command_captured(commands[i], BROOD_STDOUT, &bytes));
        assert_int_equal(bytes.size, 100000 + (i < 10 ? 2 : 3));
        brood_test_command_join(commands[i], 0);
    }
    assert_success(brood_command_wait_all(NULL, 0, LATE));
}

static void they_are_waited_for_one_by_one(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = quiet();
    brood_command_t *commands[5];
    size_t index = 0;

    for (size_t i = 0; i < 5; i++) {
        commands[i] = brood_test_command_start(test, &options, "wait");
    }
    assert_status(brood_command_wait_all(commands, 5, 10000), APR_TIMEUP);
    assert_status(brood_command_wait_any(commands, 5, 0, &index), APR_TIMEUP);
    assert_int_equal(index, 5);
    for (size_t i = 0; i < 5; i++) {
        size_t next = (i * 2 + 3) % 5;
        assert_success(brood_command_close_input(commands[next]));
        assert_success(brood_command_wait_any(commands, 5, LATE, &index));
        assert_int_equal(index, next);
        brood_test_command_join(commands[index], 0);
        commands[index] = NULL;
    }
    assert_status(brood_command_wait_any(commands, 5, LATE, &index), APR_EOF);
    commands[2] = brood_test_command(test, &options, "wait");
    assert_status(brood_command_wait_any(commands, 5, LATE, &index), BROOD_ENOTSTARTED);
    assert_detail("commands[2]");
    assert_status(brood_command_wait_all(commands, 5, LATE), BROOD_ENOTSTARTED);
}

static void they_are_waited_for_beside_others(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_capture(0), brood_stdio_null());
    brood_command_t *one = brood_test_command_start(test, &options, "wait");
    /* It cannot end unless somebody takes what it prints. */
    brood_command_t *other =
        brood_test_command_start(test, &options, "out", "1000000", "exit", "5");
    brood_queue_t *queue;
    brood_bytes_t bytes;
    size_t ready;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    brood_wait_item_t items[] = {BROOD_WAIT_COMMAND(one), BROOD_WAIT_QUEUE(queue),
                                 BROOD_WAIT_COMMAND(other)};
    assert_success(brood_wait(items, 3, LATE, &ready));
    assert_int_equal(ready, 1);
    assert_int_equal(items[2].ready, 1);
    brood_test_command_join(other, 5);
    assert_success(brood_command_captured(other, BROOD_STDOUT, &bytes));
    assert_int_equal(bytes.size, 1000000);
    assert_status(brood_wait(items, 2, 10000, &ready), APR_TIMEUP);
    assert_success(brood_command_close_input(one));
    assert_success(brood_wait(items, 1, LATE, &ready));
    brood_test_command_join(one, 0);
    assert_success(brood_command_close(one));
    assert_status(brood_wait(items, 1, LATE, &ready), BROOD_ECLOSED);
}

static void one_may_be_waited_for_twice(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_capture(0), brood_stdio_capture(0));
    brood_command_t *command =
        brood_test_command_start(test, &options, "close", "1", "close", "2", "wait");
    brood_command_t *twice[] = {command, command};
    brood_wait_item_t items[] = {BROOD_WAIT_COMMAND(command),
                                 BROOD_WAIT_COMMAND(command)};
    size_t ready;

    /* Meanwhile its outputs come to their ends. */
    assert_status(brood_wait(items, 2, 200000, &ready), APR_TIMEUP);
    assert_success(brood_command_close_input(command));
    assert_success(brood_wait(items, 2, LATE, &ready));
    assert_int_equal(ready, 2);
    assert_success(brood_command_wait_all(twice, 2, LATE));
    brood_test_command_join(command, 0);
}

/* ---- pipelines ---- */

static void make_three(brood_test_t *test, brood_command_t **three, const char *size) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;

    options.input = brood_stdio_null();
    three[0] = brood_test_command(test, &options, "out", size, "exit", "3");
    options.input = brood_stdio_of(BROOD_STDIO_INHERIT);
    three[1] = brood_test_command(test, &options, "cat", "say", "!");
    options.output = brood_stdio_capture(0);
    three[2] = brood_test_command(test, &options, "cat");
}

static void a_pipeline_runs(void **state) {
    brood_test_t *test = *state;
    brood_command_t *three[3];
    brood_bytes_t bytes;
    size_t index = 9;
    int code = 9;

    make_three(test, three, "500000");
    assert_success(brood_pipeline_start(three, 3, &index));
    assert_int_equal(index, 3);
    assert_success(brood_command_wait_all(three, 3, LATE));
    assert_success(brood_command_captured(three[2], BROOD_STDOUT, &bytes));
    assert_int_equal(bytes.size, 500002);
    assert_memory_equal((const char *)bytes.data + 500000, "!\n", 2);
    assert_success(brood_pipeline_exit_code(three, 3, &code, &index));
    assert_int_equal(code, 3);
    assert_int_equal(index, 0);
}

static void a_writer_without_a_reader_ends(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_t *two[2];
    int code = 0;

    options.error = brood_stdio_null();
    two[0] = brood_test_command(test, &options, "out", "100000000");
    two[1] = brood_test_command(test, &options, "line");
    assert_success(brood_pipeline_start(two, 2, NULL));
    assert_success(brood_command_wait_all(two, 2, LATE));
    brood_test_command_join(two[1], 0);
    assert_success(brood_pipeline_exit_code(two, 2, &code, NULL));
    assert_true(code == -13 || code == 98); /* SIGPIPE, or its own word for that */
}

static void a_pipeline_that_fails_leaves_nothing(void **state) {
    brood_test_t *test = *state;
    const char *argv[] = {"brood-no-such-program", NULL};
    brood_command_t *three[3];
    size_t failed = 0;

    make_three(test, three, "10000000");
    three[2] = brood_test_command_of(test, NULL, argv);
    assert_true(APR_STATUS_IS_ENOENT(brood_pipeline_start(three, 3, &failed)));
    assert_int_equal(failed, 2);
    assert_detail("brood-no-such-program");
    assert_int_equal(brood_command_is_alive(three[0]), 0);
    assert_int_equal(brood_command_is_alive(three[1]), 0);
}

static void wrong_pipelines_are_named(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options =
        brood_test_options(brood_stdio_null(), brood_stdio_pipe(), brood_stdio_null());
    brood_command_t *two[2];
    brood_command_t *late;
    brood_command_t *running;

    two[0] = brood_test_command(test, &options, "say", "x");
    two[1] = brood_test_command(test, &options, "cat"); /* whose input is nothing */
    assert_status(brood_pipeline_start(two, 2, NULL), APR_EINVAL);
    assert_detail("commands[1]");
    assert_status(brood_pipeline_start(two, 0, NULL), APR_EINVAL);

    options.output = brood_stdio_null();
    options.input = brood_stdio_output_of(two[0]);
    late = brood_test_command(test, &options, "wait");
    assert_status(brood_command_create(&running,
                                       brood_test_script(test->pool, "wait", NULL),
                                       &options, test->pool),
                  APR_EINVAL);
    assert_detail("another command's input already");
    /* The reader may be the first to start. */
    assert_success(brood_command_start(late));
    assert_success(brood_command_start(two[0]));
    assert_success(brood_command_wait_all(two, 1, LATE));
    brood_test_command_join(late, 0);

    options =
        brood_test_options(brood_stdio_null(), brood_stdio_pipe(), brood_stdio_null());
    running = brood_test_command_start(test, &options, "exit", "0");
    options.input = brood_stdio_output_of(running);
    assert_status(brood_command_create(&late, brood_test_script(test->pool, "wait", NULL),
                                       &options, test->pool),
                  BROOD_ESTARTED);
    brood_test_command_join(running, 0);
}

/* ---- run ---- */

static void a_program_is_run_to_its_end(void **state) {
    brood_test_t *test = *state;
    brood_command_result_t result;
    const char *nothing[] = {"brood-no-such-program", NULL};

    assert_success(brood_command_run(
        &result,
        brood_test_script(test->pool, "say", "out", "complain", "err", "exit", "7", NULL),
        NULL, LATE, test->pool));
    assert_int_equal(result.code, 7);
    assert_int_equal(result.ended_by, BROOD_STOP_NONE);
    assert_bytes(result.output, "out\n");
    assert_bytes(result.error, "err\n");
    assert_true(APR_STATUS_IS_ENOENT(
        brood_command_run(&result, nothing, NULL, LATE, test->pool)));
    assert_int_equal(result.step, BROOD_STEP_SEARCH);
    assert_int_equal(result.pid, 0);
    assert_bytes(result.output, "");
    assert_status(brood_command_run(&result, NULL, NULL, LATE, test->pool), APR_EINVAL);
}

/* What it prints is without end. */
static void a_program_has_its_time(void **state) {
    static const brood_stop_step_t hard[] = {{BROOD_STOP_KILL, BROOD_FOREVER}};
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(5), brood_stdio_null());
    const char *const *argv =
        brood_test_script(test->pool, "out", "10000000000000", NULL);
    brood_command_result_t result;

    /* How long it takes to start is not known. */
    for (apr_interval_time_t time = 100000; time < LATE; time *= 2) {
        assert_status(brood_command_run(&result, argv, &options, time, test->pool),
                      APR_TIMEUP);
        if (result.output.size != 0) {
            break;
        }
    }
    assert_int_equal(result.ended_by, BROOD_STOP_TERMINATE);
    assert_int_equal(result.code, -15);
    assert_bytes(result.output, "abcde");
    assert_int_equal(result.output_cut, 1);
    options.steps = hard;
    options.step_count = 1;
    assert_status(brood_command_run(&result, argv, &options, 0, test->pool), APR_TIMEUP);
    assert_int_equal(result.ended_by, BROOD_STOP_KILL);
    assert_int_equal(result.code, -9);
}

static void more_than_the_limit_is_told(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(3), brood_stdio_capture(3));
    brood_command_result_t result;

    assert_status(
        brood_command_run(&result,
                          brood_test_script(test->pool, "out", "4", "err", "3", NULL),
                          &options, LATE, test->pool),
        BROOD_EOUTPUT);
    assert_int_equal(result.code, 0);
    assert_bytes(result.output, "abc");
    assert_bytes(result.error, "abc");
    assert_true(result.output_cut && !result.error_cut);
}

/* ---- families ---- */

static int hold_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    return 0;
}

/* A child that is forked while the pipe is open has no copy of it. */
static void a_forked_child_does_not_keep_pipes_open(void **state) {
    brood_test_t *test = *state;
    brood_command_options_t options = quiet();
    brood_command_t *command = brood_test_command_start(test, &options, "wait");
    brood_process_t *child;
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    child = brood_test_start(hold_on, BROOD_ARGS(queue), test);
    assert_success(brood_command_close_input(command));
    brood_test_command_join(command, 0);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    brood_test_join(child, 0);
}

/* Starts a program that starts another, and waits for that one's word. 0: it cannot. */
static int start_two(brood_test_t *test, const char *step, brood_command_t **command) {
    brood_command_options_t options = brood_test_options(
        brood_stdio_pipe(), brood_stdio_pipe(), brood_stdio_of(BROOD_STDIO_INHERIT));
    char line[20];
    size_t size;

    *command = brood_test_command_start(test, &options, step, "wait");
    assert_success(
        brood_command_read_line(*command, BROOD_STDOUT, line, sizeof line, &size, LATE));
    if (strcmp(line, "no\n") == 0) {
        assert_success(brood_command_kill(*command));
        brood_test_command_join(*command, -9);
        return 0;
    }
    assert_string_equal(line, "below\n");
    return 1;
}

/* Nobody has its output any more: all are gone. */
static void assert_all_gone(brood_command_t *command) {
    char byte;
    size_t size;

    assert_status(brood_command_read(command, BROOD_STDOUT, &byte, 1, &size, LATE),
                  APR_EOF);
    brood_test_command_join(command, -9);
}

static void a_whole_tree_is_killed(void **state) {
    brood_test_t *test = *state;
    brood_command_t *command;
    size_t count = 0;
    apr_status_t rv;

    assert_true(start_two(test, "parent", &command));
    assert_status(brood_command_kill_tree(command, BROOD_STOP_WAIT, &count), APR_EINVAL);
    rv = brood_command_kill_tree(command, BROOD_STOP_KILL, &count);
    if (rv == APR_ENOTIMPL) {
        assert_success(brood_command_close_input(command));
    } else {
        assert_success(rv);
        assert_int_equal(count, 2);
    }
    assert_all_gone(command);
    assert_success(brood_command_kill_tree(command, BROOD_STOP_KILL, &count));
    assert_int_equal(count, 0);
}

static void one_ends_with_who_started_it(void **state) {
    brood_test_t *test = *state;
    brood_command_t *command;

    if (start_two(test, "owner", &command)) {
        assert_success(brood_command_kill(command));
        assert_all_gone(command);
    }
}

/* ---- in the place of this one ---- */

static int become_another(const brood_values_t *state, apr_pool_t *pool) {
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    const char *path;

    CHILD_OK(BROOD_UNPACK(state, &path));
    options.output = brood_stdio_create(path);
    CHILD_OK(
        brood_exec(brood_test_script(pool, "pid", "exit", "9", NULL), &options, pool));
    return 1;
}

static int cannot_become_another(const brood_values_t *state, apr_pool_t *pool) {
    const char *argv[] = {"brood-no-such-program", NULL};
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_lock_t *lock;

    CHILD_OK(BROOD_UNPACK(state, &lock));
    CHILD_CHECK(APR_STATUS_IS_ENOENT(brood_exec(argv, NULL, pool)));
    options.output = brood_stdio_pipe();
    CHILD_STATUS(brood_exec(argv, &options, pool), APR_EINVAL);
    options.output = brood_stdio_null();
    options.directory = "/brood/no/such/directory";
    argv[0] = brood_test_script(pool, NULL)[0];
    CHILD_CHECK(brood_exec(argv, &options, pool) != APR_SUCCESS);
    /* It is a member of its session as before. */
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_lock_release(lock));
    return 4;
}

static void a_program_takes_the_place_of_another(void **state) {
    brood_test_t *test = *state;
    const char *path = brood_test_file_name("exec", test->pool);
    brood_process_t *child = brood_test_start(become_another, BROOD_ARGS(path), test);
    int64_t pid = brood_process_pid(child);
    brood_command_options_t options = BROOD_COMMAND_OPTIONS_INIT;
    brood_command_result_t result;
    brood_lock_t *lock;

    brood_test_join(child, 9);
    options.input = brood_stdio_read(path);
    options.output = brood_stdio_capture(0);
    assert_success(brood_command_run(&result, brood_test_script(test->pool, "cat", NULL),
                                     &options, LATE, test->pool));
    if (brood_has_start_method(BROOD_START_FORK)) {
        assert_int_equal(strtoll(result.output.data, NULL, 10), pid);
    } else {
        assert_true(result.output.size > 1);
    }
    assert_int_equal(apr_file_remove(path, test->pool), APR_SUCCESS);
    assert_success(brood_lock_create(&lock, test->pool));
    brood_test_join(brood_test_start(cannot_become_another, BROOD_ARGS(lock), test), 4);
}

/* ---- from threads ---- */

typedef struct from_t {
    int is_secluded;
    char wanted[40];
    brood_command_result_t result;
    apr_status_t status;
} from_t;

static void *APR_THREAD_FUNC run_tied(apr_thread_t *thread, void *data) {
    from_t *from = data;
    brood_command_options_t options = brood_test_options(
        brood_stdio_null(), brood_stdio_capture(0), brood_stdio_null());
    apr_pool_t *pool = apr_thread_pool_get(thread);

    if (from->is_secluded && !brood_test_seclude()) {
        from->status = APR_ENOTIMPL;
        return NULL;
    }
    brood_test_print_manner(from->wanted, sizeof from->wanted - 2);
    (void)strcat(from->wanted, "\n");
    options.end_with_parent = 1;
    from->status = brood_command_run(
        &from->result, brood_test_script(pool, "manner", NULL), &options, LATE, pool);
    from->is_secluded = strcmp(from->result.output.data, from->wanted) == 0;
    return NULL;
}

/* The bug: what ends with this process had processors and nice value of the thread that was the
 * first to start such a one. */
static void each_has_the_manner_of_its_thread(void **state) {
    brood_test_t *test = *state;

    for (int i = 0; i < 4; i++) {
        from_t from = {0};
        apr_thread_t *thread;
        apr_status_t ended;

        from.is_secluded = i % 2 == 0;
        assert_int_equal(apr_thread_create(&thread, NULL, run_tied, &from, test->pool),
                         APR_SUCCESS);
        (void)apr_thread_join(&ended, thread);
        if (from.status == APR_ENOTIMPL) {
            skip();
        }
        assert_success(from.status);
        assert_int_equal(from.is_secluded, 1);
    }
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(all_are_waited_for),
    BROOD_TEST(they_are_waited_for_one_by_one),
    BROOD_TEST(they_are_waited_for_beside_others),
    BROOD_TEST(one_may_be_waited_for_twice),
    BROOD_TEST(a_pipeline_runs),
    BROOD_TEST(a_writer_without_a_reader_ends),
    BROOD_TEST(a_pipeline_that_fails_leaves_nothing),
    BROOD_TEST(wrong_pipelines_are_named),
    BROOD_TEST(a_program_is_run_to_its_end),
    BROOD_TEST(a_program_has_its_time),
    BROOD_TEST(more_than_the_limit_is_told),
    BROOD_TEST(a_forked_child_does_not_keep_pipes_open),
    BROOD_TEST(a_whole_tree_is_killed),
    BROOD_TEST(one_ends_with_who_started_it),
    BROOD_TEST(a_program_takes_the_place_of_another),
    BROOD_TEST(each_has_the_manner_of_its_thread),
};

BROOD_TEST_COMMAND_MAIN(tests)
