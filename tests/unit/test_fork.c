/* Fork: the bare calls where there is fork, and a clear status where there is none. */
#include "methods.h"

#include "outside.h"
#include "strangers.h"
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

typedef int body_fn(void *data);

/* A child that runs `body` and ends with what that returns. It never comes back to CMocka. */
static int64_t forked(body_fn *body, void *data) {
    int64_t pid;

    assert_success(brood_fork(&pid));
    if (pid == 0) {
        brood_exit_now(body(data));
    }
    assert_true(pid > 0);
    return pid;
}

static void assert_ends(int64_t pid, int wanted) {
    int64_t ended;
    int code;

    assert_success(brood_fork_wait(&ended, &code, pid, 0, LATE));
    assert_int_equal(ended, pid);
    assert_int_equal(code, wanted);
}

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

/* Stays until there is a word in the queue, and ends with that. */
static int await_word(void *data) {
    brood_values_t *word;
    apr_pool_t *pool;
    int code;

    CHILD_CHECK(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    CHILD_OK(brood_queue_get(data, &word, LATE, pool));
    CHILD_OK(BROOD_UNPACK(word, &code));
    return code;
}

/* ---- where there is no fork ---- */

static void without_fork(void **state) {
    int64_t pid = 5, ended = 5;
    int code = 5;

    (void)state;
    assert_status(brood_fork(&pid), BROOD_EMETHOD);
    assert_detail("cannot fork");
    assert_int_equal(pid, -1);
    assert_status(brood_fork_wait(&ended, &code, 0, 0, BROOD_FOREVER), BROOD_EMETHOD);
    assert_int_equal(ended, 0);
    assert_int_equal(code, 0);
}

/* ---- twice from here on ---- */

static int global = 1;

static int change_global(void *data) {
    int64_t parent = *(int64_t *)data;

    CHILD_CHECK(global == 2);
    global = 3;
    CHILD_CHECK(brood_parent_pid() == parent && brood_current_pid() != parent);
    CHILD_CHECK(strcmp(brood_current_name(), "MainProcess") == 0);
    CHILD_CHECK(strcmp(brood_parent_name(), "MainProcess") == 0);
    CHILD_CHECK(brood_parent_is_alive() && !brood_stop_requested());
    CHILD_STATUS(brood_fork_wait(NULL, NULL, 0, 0, 0), BROOD_ENOTCHILD);
    return 7;
}

static void the_child_is_a_copy(void **state) {
    int64_t self = brood_current_pid();

    (void)state;
    global = 2;
    assert_ends(forked(change_global, &self), 7);
    assert_int_equal(global, 2);
    assert_int_equal(brood_current_pid(), self);
}

static void none_is_waited_for_twice(void **state) {
    int64_t self = brood_current_pid(), ended;
    int64_t pid = forked(change_global, &self);
    int code;

    (void)state;
    assert_ends(pid, 7);
    assert_status(brood_fork_wait(&ended, &code, pid, 0, BROOD_FOREVER), BROOD_ENOTCHILD);
    assert_int_equal(ended, 0);
    assert_int_equal(code, 0);
    assert_status(brood_fork_wait(NULL, NULL, 0, BROOD_FORK_PEEK, LATE), BROOD_ENOTCHILD);
}

static void bad_arguments(void **state) {
    (void)state;
    assert_status(brood_fork_wait(NULL, NULL, -1, 0, 0), APR_EINVAL);
    assert_detail("-1");
    assert_status(brood_fork_wait(NULL, NULL, 0, 6, 0), APR_EINVAL);
    assert_detail("0x6");
}

/* ---- how they end ---- */

static void a_killed_one(void **state) {
    brood_test_t *test = *state;
    int64_t pid = forked(await_word, make_queue(test));

    assert_status(brood_fork_wait(NULL, NULL, pid, 0, 0), APR_TIMEUP);
    assert_status(brood_fork_wait(NULL, NULL, 0, BROOD_FORK_PEEK, 1000), APR_TIMEUP);
    assert_success(brood_test_kill(pid));
    assert_ends(pid, -9);
}

static void a_look_takes_nothing(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    int64_t pid = forked(await_word, queue), ended;
    int code;

    assert_success(brood_queue_put(queue, BROOD_ARGS(3), 0));
    for (int i = 0; i < 3; i++) {
        assert_success(
            brood_fork_wait(&ended, &code, i == 1 ? pid : 0, BROOD_FORK_PEEK, LATE));
        assert_int_equal(ended, pid);
        assert_int_equal(code, 3);
    }
    assert_ends(pid, 3);
    assert_status(brood_fork_wait(NULL, NULL, pid, 0, 0), BROOD_ENOTCHILD);
}

static void whichever_ends_first(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queues[3];
    int64_t pids[3], ended;
    int code;

    for (int i = 0; i < 3; i++) {
        queues[i] = make_queue(test);
        pids[i] = forked(await_word, queues[i]);
    }
    for (int i = 2; i >= 0; i--) {
        assert_success(brood_queue_put(queues[i], BROOD_ARGS(10 + i), 0));
        assert_success(brood_fork_wait(&ended, &code, 0, 0, LATE));
        assert_int_equal(ended, pids[i]);
        assert_int_equal(code, 10 + i);
    }
    assert_status(brood_fork_wait(NULL, NULL, 0, 0, BROOD_FOREVER), BROOD_ENOTCHILD);
}

/* The system keeps no ends of children: that it has ended is told, how is not. */
static void an_end_that_nobody_kept(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    int64_t pid, ended;
    int code;

    assert_int_equal(brood_test_ignore_children(1), 1);
    pid = forked(await_word, queue);
    assert_success(brood_queue_put(queue, BROOD_ARGS(3), 0));
    assert_status(brood_fork_wait(&ended, &code, pid, 0, LATE), BROOD_ESTATUSLOST);
    assert_int_equal(brood_test_ignore_children(0), 1);
    assert_int_equal(ended, pid);
    assert_int_equal(code, 255);
    assert_status(brood_fork_wait(NULL, NULL, pid, 0, 0), BROOD_ENOTCHILD);
}

/* An exit handler would put a second word. */
static brood_queue_t *told_at_exit;

static void tell_at_exit(void) {
    (void)brood_queue_put(told_at_exit, BROOD_ARGS(1), 0);
}

static int leave_at_once(void *data) {
    told_at_exit = data;
    CHILD_CHECK(atexit(tell_at_exit) == 0);
    brood_exit_now(9);
    return 0;
}

static void exit_handlers_do_not_run(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);

    assert_ends(forked(leave_at_once, queue), 9);
    assert_int_equal(brood_queue_empty(queue), 1);
}

/* ---- beside the children that Brood starts ---- */

static int return_five(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 5;
}

static int has_no_children(void *data) {
    brood_process_t **children, *other = data;
    apr_pool_t *pool;
    size_t count;

    CHILD_CHECK(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    CHILD_OK(brood_active_children(&children, &count, pool));
    CHILD_CHECK(count == 0);
    CHILD_STATUS(brood_process_join(other, 0), BROOD_ENOTCHILD);
    return 6;
}

static void neither_takes_the_other(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_start(return_five, BROOD_NO_ARGS, test);
    brood_process_t **children;
    int64_t pid = forked(has_no_children, child);
    size_t count, ready;
    brood_wait_item_t item = BROOD_WAIT_PROCESS(child);

    assert_success(
        brood_wait(&item, 1, LATE, &ready)); /* it has ended and is not reaped */
    assert_ends(pid, 6);
    assert_status(brood_fork_wait(NULL, NULL, 0, 0, LATE), BROOD_ENOTCHILD);
    assert_status(brood_fork_wait(NULL, NULL, brood_process_pid(child), 0, LATE),
                  BROOD_ENOTCHILD);
    brood_test_join(child, 5);
    assert_success(brood_active_children(&children, &count, test->pool));
    assert_int_equal(count, 0);
}

static int start_by_each_method(void *data) {
    static const brood_start_method_t methods[] = {BROOD_START_FORK, BROOD_START_SPAWN,
                                                   BROOD_START_FORKSERVER};
    apr_pool_t *pool;

    (void)data;
    CHILD_CHECK(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        brood_process_t *child;
        int code;

        options.method = methods[i];
        CHILD_OK(
            brood_process_create(&child, return_five, BROOD_NO_ARGS, &options, pool));
        CHILD_OK(brood_process_start(child));
        CHILD_OK(brood_process_join(child, LATE));
        CHILD_OK(brood_process_exit_code(child, &code));
        CHILD_CHECK(code == 5);
    }
    exit(4); /* with the exit sequence, which stops the server */
}

static void a_child_has_children_of_its_own(void **state) {
    (void)state;
    assert_ends(forked(start_by_each_method, NULL), 4);
}

static int fork_again(void *data) {
    int64_t pid, ended;
    int code;

    CHILD_OK(brood_fork(&pid));
    if (pid == 0) {
        brood_exit_now(await_word(data));
    }
    CHILD_OK(brood_queue_put(data, BROOD_ARGS(8), 0));
    CHILD_OK(brood_fork_wait(&ended, &code, 0, 0, LATE));
    CHILD_CHECK(ended == pid && code == 8);
    return 2;
}

static void a_child_forks_again(void **state) {
    brood_test_t *test = *state;

    assert_ends(forked(fork_again, make_queue(test)), 2);
}

/* ---- as processes of the session ---- */

typedef struct held_t {
    brood_lock_t *lock;
    brood_queue_t *told;
    brood_queue_t *leave;
} held_t;

static int hold_and_stay(void *data) {
    held_t *held = data;

    CHILD_OK(brood_lock_acquire(held->lock, LATE));
    CHILD_OK(brood_queue_put(held->told, BROOD_NO_ARGS, 0));
    return await_word(held->leave);
}

/* With and without the death having been seen by a wait. */
static void its_death_releases_what_it_held(void **state) {
    brood_test_t *test = *state;
    held_t held = {NULL, make_queue(test), make_queue(test)};
    brood_values_t *word;

    assert_success(brood_lock_create(&held.lock, test->pool));
    for (int waited = 0; waited < 2; waited++) {
        int64_t pid = forked(hold_and_stay, &held);

        assert_success(brood_queue_get(held.told, &word, LATE, test->pool));
        assert_status(brood_lock_acquire(held.lock, 0), APR_TIMEUP);
        assert_success(brood_test_kill(pid));
        if (waited) {
            assert_ends(pid, -9);
        }
        assert_status(brood_lock_acquire(held.lock, LATE), BROOD_EOWNERDEAD);
        assert_success(brood_lock_release(held.lock));
        if (!waited) {
            assert_ends(pid, -9);
        }
    }
}

static int release_what_another_holds(void *data) {
    held_t *held = data;

    CHILD_STATUS(brood_lock_acquire(held->lock, 0), APR_TIMEUP);
    CHILD_STATUS(brood_lock_release(held->lock), BROOD_ENOTOWNER);
    return 1;
}

static void it_does_not_hold_what_its_parent_holds(void **state) {
    brood_test_t *test = *state;
    held_t held = {NULL, NULL, NULL};

    assert_success(brood_lock_create(&held.lock, test->pool));
    assert_success(brood_lock_acquire(held.lock, 0));
    assert_ends(forked(release_what_another_holds, &held), 1);
    assert_success(brood_lock_release(held.lock));
}

/* ---- functions around it ---- */

static int before, in_parent, in_child;

static void count_up(void *data) {
    ++*(int *)data;
}

static void count_before(void *data) {
    (void)data;
    count_up(&before);
}

static void count_in_parent(void *data) {
    (void)data;
    count_up(&in_parent);
}

static void count_in_child(void *data) {
    (void)data;
    count_up(&in_child);
}

static int counts_of_child(void *data) {
    (void)data;
    CHILD_CHECK(before == 1 && in_parent == 0 && in_child == 1);
    return 1;
}

static void functions_run_around_it(void **state) {
    brood_test_t *test = *state;

    before = in_parent = in_child = 0;
    assert_success(
        brood_at_fork(count_before, count_in_parent, count_in_child, NULL, test->pool));
    assert_ends(forked(counts_of_child, NULL), 1);
    assert_true(before == 1 && in_parent == 1 && in_child == 0);
}

/* ---- threads ---- */

static void *APR_THREAD_FUNC wait_for_any(apr_thread_t *thread, void *data) {
    int code = 0;

    (void)brood_fork_wait(NULL, &code, 0, 0, LATE);
    *(int *)data = code;
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void each_end_goes_to_one_thread(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    apr_thread_t *threads[4];
    int codes[4] = {0}, sum = 0;
    apr_status_t rv;

    for (int i = 0; i < 4; i++) {
        (void)forked(await_word, queue);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, wait_for_any, &codes[i], test->pool), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_success(brood_queue_put(queue, BROOD_ARGS(1 << i), 0));
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(apr_thread_join(&rv, threads[i]), APR_SUCCESS);
        sum += codes[i];
    }
    assert_int_equal(sum, 15);
    assert_status(brood_fork_wait(NULL, NULL, 0, 0, 0), BROOD_ENOTCHILD);
}

static const struct CMUnitTest without[] = {BROOD_TEST(without_fork)};

static const struct CMUnitTest tests[] = {
    BROOD_TEST(the_child_is_a_copy),
    BROOD_TEST(none_is_waited_for_twice),
    BROOD_TEST(bad_arguments),
    BROOD_TEST(a_killed_one),
    BROOD_TEST(a_look_takes_nothing),
    BROOD_TEST(whichever_ends_first),
    BROOD_TEST(an_end_that_nobody_kept),
    BROOD_TEST(exit_handlers_do_not_run),
    BROOD_TEST(neither_takes_the_other),
    BROOD_TEST(a_child_has_children_of_its_own),
    BROOD_TEST(a_child_forks_again),
    BROOD_TEST(its_death_releases_what_it_held),
    BROOD_TEST(it_does_not_hold_what_its_parent_holds),
    BROOD_TEST(functions_run_around_it),
    BROOD_TEST(each_end_goes_to_one_thread),
};

int main(int argc, char **argv) {
    const char *filter = argc > 1 ? argv[1] : NULL;

    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_has_start_method(BROOD_START_FORK)
               ? brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0],
                                     filter)
               : brood_test_run_once(argv[0], without, 1, filter);
}
