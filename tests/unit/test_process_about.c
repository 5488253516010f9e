/* Processes: what is settled before the start, what is told of one, and the parent as its child
 * sees it. */
#include "methods.h"

#include "os/stream.h"
#include <apr_signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

static void await_word(brood_queue_t *queue, brood_test_t *test) {
    brood_values_t *values;

    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
}

static int wait_for_word(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    return 11;
}

/* ---- name and daemon ---- */

static int say_who(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_put(
        queue, BROOD_ARGS(brood_current_name(), brood_current_daemon()), LATE));
    return 0;
}

static void settled_before_the_start(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_create(say_who, BROOD_ARGS(queue), NULL, test);
    char longest[128];
    brood_values_t *values;
    const char *name, *before = brood_process_name(child);
    int daemon;

    memset(longest, 'x', sizeof longest);
    assert_status(brood_process_set_name(child, NULL), APR_EINVAL);
    assert_int_equal(brood_process_daemon(child), 0);
    assert_status(brood_process_set_daemon(child, 2), APR_EINVAL);
    assert_detail("2");
    assert_success(brood_process_set_daemon(child, 1));
    assert_int_equal(brood_process_daemon(child), 1);
    longest[127] = '\0';
    assert_success(brood_process_set_name(child, longest));
    assert_success(brood_process_set_name(child, "Wächter"));
    assert_memory_equal(before, "Process-", 8);
    assert_success(brood_process_start(child));
    assert_status(brood_process_set_name(child, "late"), BROOD_ESTARTED);
    assert_detail("Wächter");
    assert_status(brood_process_set_daemon(child, 0), BROOD_ESTARTED);
    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &name, &daemon));
    assert_string_equal(name, "Wächter");
    assert_int_equal(daemon, 1);
    brood_test_join(child, 0);
    assert_status(brood_process_set_daemon(child, 0), BROOD_ESTARTED);
    assert_success(brood_process_close(child));
    assert_status(brood_process_set_name(child, "later"), BROOD_ECLOSED);
    assert_int_equal(brood_current_daemon(), 0);
    assert_int_equal(brood_process_daemon(NULL), 0);
}

static void too_long_a_name(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_create(say_who, BROOD_NO_ARGS, NULL, test);
    char text[129];

    memset(text, 'x', sizeof text);
    text[128] = '\0';
    assert_status(brood_process_set_name(child, text), APR_EINVAL);
}

static int join_a_daemon(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    CHILD_CHECK(brood_current_daemon() == 1);
    CHILD_OK(brood_process_create(&child, say_who, BROOD_NO_ARGS, &options, pool));
    CHILD_CHECK(brood_process_daemon(child) == 1); /* as its creator is */
    CHILD_STATUS(brood_process_start(child), BROOD_EDAEMON);
    (void)state;
    return 3;
}

static void a_daemon_has_no_children(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_create(join_a_daemon, BROOD_NO_ARGS, NULL, test);

    assert_success(brood_process_set_daemon(child, 1));
    assert_success(brood_process_start(child));
    brood_test_join(child, 3);
}

/* ---- one line ---- */

static void check_line(brood_process_t *process, const char *format, int64_t pid) {
    char line[200], wanted[200], cut[10];
    size_t length;

    (void)snprintf(wanted, sizeof wanted, format, (long long)pid,
                   (long long)brood_current_pid());
    length = brood_process_describe(process, line, sizeof line);
    assert_string_equal(line, wanted);
    assert_int_equal(length, strlen(wanted));
    assert_int_equal(brood_process_describe(process, NULL, 0), strlen(wanted));
    assert_int_equal(brood_process_describe(process, cut, sizeof cut), strlen(wanted));
    assert_memory_equal(cut, "<Process ", sizeof cut);
}

static void described(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child =
        brood_test_create(wait_for_word, BROOD_ARGS(queue), NULL, test);
    char line[200], wanted[200];
    int64_t pid;

    assert_success(brood_process_set_name(child, "it"));
    assert_success(brood_process_set_daemon(child, 1));
    (void)snprintf(wanted, sizeof wanted,
                   "<Process name='it' parent=%lld initial daemon>",
                   (long long)brood_current_pid());
    assert_int_equal(brood_process_describe(child, line, sizeof line), strlen(wanted));
    assert_string_equal(line, wanted);
    assert_success(brood_process_set_daemon(child, 0));
    assert_success(brood_process_start(child));
    pid = brood_process_pid(child);
    check_line(child, "<Process name='it' pid=%lld parent=%lld started>", pid);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    brood_test_join(child, 11);
    check_line(child, "<Process name='it' pid=%lld parent=%lld stopped exitcode=11>",
               pid);
    assert_success(brood_process_close(child));
    check_line(child, "<Process name='it' pid=%lld parent=%lld closed>", pid);

    child = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    assert_success(brood_process_terminate(child));
    brood_test_join(child, -15);
    assert_true(brood_process_describe(child, line, sizeof line) < sizeof line);
    assert_non_null(strstr(line, " stopped exitcode=-SIGTERM>"));
    (void)brood_process_describe(NULL, line, sizeof line);
    assert_string_equal(line, "<Process NULL>");
}

/* ---- exit codes ---- */

#define LEAVE_RETURN 0
#define LEAVE_EXIT 1
#define LEAVE_EXIT_NOW 2
#define LEAVE_ABORT 3

static int leave(const brood_values_t *state, apr_pool_t *pool) {
    int how, code;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &how, &code));
    switch (how) {
    case LEAVE_EXIT: exit(code);
    case LEAVE_EXIT_NOW: _Exit(code);
    case LEAVE_ABORT: (void)apr_signal(SIGABRT, SIG_DFL); abort();
    default: return code;
    }
}

static void all_ways_to_leave(void **state) {
    static const int codes[] = {0, 1, 8, 255};
    brood_test_t *test = *state;
    char line[200];
    brood_process_t *child;
    int how, end;
    size_t i;

    for (how = LEAVE_RETURN; how <= LEAVE_EXIT_NOW; how++) {
        for (i = 0; i < sizeof codes / sizeof codes[0]; i++) {
            brood_test_join(brood_test_start(leave, BROOD_ARGS(how, codes[i]), test),
                            codes[i]);
        }
    }
    child = brood_test_start(leave, BROOD_ARGS(LEAVE_ABORT, 0), test);
    end = brood_test_end_of(child);
    assert_true(end == -6 || end == 3); /* the C runtime of Windows: 3 */
    (void)brood_process_describe(child, line, sizeof line);
    assert_non_null(strstr(line, end == 3 ? "exitcode=3>" : "exitcode=-SIGABRT>"));
}

/* ---- interrupted ---- */

static int hear_interrupts(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;
    brood_queue_t *never;

    CHILD_OK(BROOD_UNPACK(state, &queue, &never));
    (void)apr_signal(SIGINT, SIG_DFL); /* whoever runs the tests may have it ignored */
    CHILD_OK(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    CHILD_OK(brood_queue_get(never, &values, LATE, pool));
    return 12;
}

static void interrupted(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test), *never = make_queue(test);
    brood_process_t *child =
        brood_test_create(hear_interrupts, BROOD_ARGS(queue, never), NULL, test);
    apr_status_t rv;

    assert_status(brood_process_interrupt(child), BROOD_ENOTSTARTED);
    assert_success(brood_process_start(child));
    await_word(queue, test);
    rv = brood_process_interrupt(child);
    if (!brood_has_start_method(BROOD_START_FORK)) { /* a system without signals */
        assert_status(rv, APR_ENOTIMPL);
        assert_detail(brood_process_name(child));
        assert_success(brood_queue_put(never, BROOD_NO_ARGS, 0));
        brood_test_join(child, 12);
        return;
    }
    assert_success(rv);
    brood_test_join(child, -2);
    assert_success(brood_process_interrupt(child));
}

/* ---- the parent ---- */

static int look_at_parent(const brood_values_t *state, apr_pool_t *pool) {
    brood_os_waitable_t set[1] = {{0, BROOD_OS_WAIT_WATCH, 0}};
    brood_native_t sentinel, again;
    const char *name;
    apr_status_t rv;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &name));
    CHILD_CHECK(brood_parent_name() != NULL && strcmp(brood_parent_name(), name) == 0);
    CHILD_CHECK(brood_parent_is_alive());
    CHILD_STATUS(brood_parent_join(0), APR_TIMEUP);
    CHILD_STATUS(brood_parent_join(1000), APR_TIMEUP);
    rv = brood_parent_sentinel(&sentinel);
    if (rv != APR_ENOTIMPL) {
        CHILD_OK(rv);
        CHILD_OK(brood_parent_sentinel(&again));
        CHILD_CHECK(sentinel == again);
        set[0].handle = sentinel;
        CHILD_STATUS(brood_os_wait_any(set, 1, 0), APR_TIMEUP);
    }
    return 5;
}

static int look_and_start_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    const char *name;
    int method, code;

    CHILD_OK(BROOD_UNPACK(state, &name, &method));
    CHILD_CHECK(brood_parent_name() != NULL && strcmp(brood_parent_name(), name) == 0);
    CHILD_CHECK(brood_parent_is_alive());
    options.method = (brood_start_method_t)method;
    CHILD_OK(brood_process_create(&child, look_at_parent,
                                  BROOD_ARGS(brood_current_name()), &options, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_process_join(child, LATE));
    CHILD_OK(brood_process_exit_code(child, &code));
    return code;
}

static void the_parent_lives(void **state) {
    brood_test_t *test = *state;

    brood_test_join(brood_test_start(look_at_parent, BROOD_ARGS("MainProcess"), test), 5);
    brood_test_join(brood_test_start(look_and_start_one,
                                     BROOD_ARGS("MainProcess", (int)test->method), test),
                    5);
}

/* Says so when its parent has died. */
static int outlive_parent(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *words;
    brood_native_t sentinel;
    int64_t pid = brood_parent_pid();

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &words));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS("there"), LATE));
    CHILD_OK(brood_parent_join(LATE));
    CHILD_OK(brood_parent_join(0));
    CHILD_CHECK(!brood_parent_is_alive());
    CHILD_CHECK(brood_parent_sentinel(&sentinel) != APR_SUCCESS ||
                sentinel != BROOD_OS_NO_HANDLE);
    CHILD_CHECK(brood_parent_pid() == pid);
    CHILD_CHECK(brood_parent_name() != NULL);
    CHILD_OK(brood_queue_put(words, BROOD_ARGS("over"), LATE));
    return 0;
}

static int die_before_child(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    brood_queue_t *words;
    int method;

    CHILD_OK(BROOD_UNPACK(state, &words, &method));
    options.method = (brood_start_method_t)method;
    CHILD_OK(
        brood_process_create(&child, outlive_parent, BROOD_ARGS(words), &options, pool));
    CHILD_OK(brood_process_start(child));
    _Exit(4);
}

static void the_parent_dies(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *words = make_queue(test);
    brood_process_t *child;

    child =
        brood_test_start(die_before_child, BROOD_ARGS(words, (int)test->method), test);
    brood_test_join(child, 4);
    await_word(words, test);
    await_word(words, test);
}

static void the_first_has_no_parent(void **state) {
    brood_native_t sentinel;

    (void)state;
    assert_null(brood_parent_name());
    assert_int_equal(brood_parent_is_alive(), 0);
    assert_status(brood_parent_join(0), BROOD_ENOPARENT);
    assert_detail("MainProcess");
    assert_status(brood_parent_sentinel(&sentinel), BROOD_ENOPARENT);
    assert_int_equal(sentinel, BROOD_OS_NO_HANDLE);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(settled_before_the_start), BROOD_TEST(too_long_a_name),
    BROOD_TEST(a_daemon_has_no_children), BROOD_TEST(described),
    BROOD_TEST(all_ways_to_leave),        BROOD_TEST(interrupted),
    BROOD_TEST(the_parent_lives),         BROOD_TEST(the_parent_dies),
    BROOD_TEST(the_first_has_no_parent),
};

BROOD_TEST_MAIN(tests)
