/* Strangers: what a program does with its signals and its children is its own affair, whatever
 * that is. Nothing of it is changed by Brood, and a process that somebody else reaps has ended
 * all the same. */
#include "methods.h"

#include "os/identity.h"
#include "strangers.h"
#include <stdio.h>
#include <string.h>

#define LATE (20 * 1000000)
#define ROOM 4096

static int three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

static int sit(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *values;
    brood_queue_t *told;

    CHILD_OK(BROOD_UNPACK(state, &told));
    CHILD_OK(brood_queue_get(told, &values, LATE, pool));
    return 11;
}

/* Starts, joins, ends in each way, one that ends with its parent among them. */
static void live_and_die(brood_test_t *test) {
    static const brood_stop_step_t ladder[] = {{BROOD_STOP_TERMINATE, LATE}};
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    brood_queue_t *told;

    assert_success(brood_queue_create(&told, NULL, test->pool));
    assert_int_equal(brood_test_end_of(brood_test_start(three, BROOD_NO_ARGS, test)), 3);
    options.end_with_parent = 2;
    process = brood_test_create(sit, BROOD_ARGS(told), &options, test);
    assert_success(brood_process_start(process));
    assert_success(brood_process_kill(process));
    assert_int_equal(brood_test_end_of(process), -9);
    process = brood_test_start(sit, BROOD_ARGS(told), test);
    assert_success(brood_process_stop(process, ladder, 1, NULL));
    process = brood_test_start(sit, BROOD_ARGS(told), test);
    (void)brood_process_kill_tree(process, BROOD_STOP_KILL, NULL);
    assert_int_equal(brood_test_end_of(process), -9);
}

static void signals_stay_as_they_were(void **state) {
    unsigned char before[ROOM], after[ROOM];
    size_t size = brood_test_signal_state(before, ROOM);

    live_and_die(*state);
    assert_int_equal(brood_test_signal_state(after, ROOM), size);
    assert_memory_equal(before, after, size);
}

/* The status may be lost, or come from elsewhere (the forkserver reaps its own). */
static void is_over(brood_process_t *process, int wanted) {
    apr_status_t rv;
    int code;

    assert_success(brood_process_join(process, LATE));
    rv = brood_process_exit_code(process, &code);
    if (rv == BROOD_ESTATUSLOST) {
        assert_int_equal(code, 255);
    } else {
        assert_success(rv);
        assert_int_equal(code, wanted);
    }
    /* Nobody is hit any more, and nothing fails. */
    assert_success(brood_process_terminate(process));
    assert_success(brood_process_kill(process));
    assert_int_equal(brood_process_is_alive(process), 0);
}

static void all_end(brood_test_t *test) {
    brood_process_t *process, *sitting;
    brood_queue_t *told;
    apr_status_t rv;

    assert_success(brood_queue_create(&told, NULL, test->pool));
    for (int i = 0; i < 10; i++) {
        is_over(brood_test_start(three, BROOD_NO_ARGS, test), 3);
    }
    sitting = brood_test_start(sit, BROOD_ARGS(told), test);
    assert_status(brood_process_join(sitting, 1000), APR_TIMEUP);
    assert_int_equal(brood_process_is_alive(sitting), 1);
    process = brood_test_start(sit, BROOD_ARGS(told), test);
    assert_success(brood_process_kill(process));
    is_over(process, -9);
    process = brood_test_start(sit, BROOD_ARGS(told), test);
    rv = brood_process_kill_tree(process, BROOD_STOP_KILL, NULL);
    assert_true(rv == APR_SUCCESS || APR_STATUS_IS_ENOTIMPL(rv));
    is_over(process, -9);
    assert_success(brood_queue_put(told, BROOD_NO_ARGS, 0));
    is_over(sitting, 11);
}

static void the_kernel_reaps(brood_test_t *test, int how) {
    if (!brood_test_ignore_children(how)) {
        skip(); /* there are no signals here */
    }
    all_end(test);
    (void)brood_test_ignore_children(0);
}

static void sigchld_may_be_ignored(void **state) {
    the_kernel_reaps(*state, 1);
}

static void children_may_leave_nothing(void **state) {
    the_kernel_reaps(*state, 2);
}

/* Forks with that thread there are the caller's affair. */
static void somebody_else_may_reap(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    options.allow_threads = 1;
    if (!brood_test_reaper_start()) {
        skip(); /* there is no such call here */
    }
    for (int i = 0; i < 50; i++) {
        process = brood_test_create(three, BROOD_NO_ARGS, &options, test);
        assert_success(brood_process_start(process));
        is_over(process, 3);
    }
    (void)brood_test_reaper_stop();
}

/* A stranger that has this number: 1. 0: others were faster each time. */
static int take_number(brood_os_process_t *stranger, int64_t number, const char *file) {
    brood_os_exit_t how;

    for (int i = 0; i < 50; i++) {
        assert_int_equal(brood_test_next_number(number), 1);
        assert_success(brood_test_stranger_start(stranger, 0, file));
        if (stranger->pid == number) {
            return 1;
        }
        assert_success(brood_os_process_signal(stranger, BROOD_OS_KILL));
        assert_success(brood_os_process_wait(stranger, BROOD_OS_FOREVER, &how));
        brood_os_process_close(stranger);
    }
    return 0;
}

/* Whether the system signals a process by its birth, and lets its number be chosen. */
static int numbers_can_be_told(int64_t number) {
    brood_os_identity_t self;

    return brood_os_identity_self(&self) == APR_SUCCESS &&
           brood_os_identity_signal(&self, BROOD_OS_CONTINUE) == APR_SUCCESS &&
           brood_test_next_number(number);
}

/* The child is dead and reaped, which Brood has not heard of yet; a stranger has its number. */
static void who_has_the_number_now_is_not_hit(void **state) {
    brood_test_t *test = *state;
    const char *file = brood_test_file_name("number", test->pool);
    brood_process_t *process = brood_test_start(three, BROOD_NO_ARGS, test);
    int64_t number = brood_process_pid(process);
    brood_os_process_t stranger;
    brood_os_exit_t how;
    size_t count = 0;

    assert_true(brood_test_await_gone(number) >= 0);
    brood_test_reap(number);
    if (!numbers_can_be_told(number) || !take_number(&stranger, number, file)) {
        print_message("numbers cannot be chosen here\n");
        assert_success(brood_process_join(process, LATE));
        (void)remove(file);
        skip();
    }
    assert_success(brood_process_terminate(process));
    assert_success(brood_process_kill(process));
    assert_success(brood_process_kill_tree(process, BROOD_STOP_TERMINATE, &count));
    assert_success(brood_process_kill_tree(process, BROOD_STOP_KILL, &count));
    assert_success(brood_process_join(process, LATE));
    assert_success(brood_process_kill_tree(process, BROOD_STOP_KILL, &count));
    assert_int_equal(count, 0);
    assert_status(brood_os_process_wait(&stranger, 0, &how), APR_TIMEUP); /* it lives */
    assert_int_equal(brood_test_await_bytes(file, 1), 1);
    assert_success(brood_os_process_signal(&stranger, BROOD_OS_KILL));
    assert_success(brood_os_process_wait(&stranger, BROOD_OS_FOREVER, &how));
    brood_os_process_close(&stranger);
    assert_int_equal(remove(file), 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(who_has_the_number_now_is_not_hit),
    BROOD_TEST(signals_stay_as_they_were),
    BROOD_TEST(sigchld_may_be_ignored),
    BROOD_TEST(children_may_leave_nothing),
    BROOD_TEST(somebody_else_may_reap),
};

int main(int argc, char **argv) {
    brood_test_stranger(argc, argv);
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
