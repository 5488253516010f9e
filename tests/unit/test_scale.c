/* Many at once: children, generations of them, descriptors of high numbers, threads that start
 * processes side by side. */
#include "methods.h"

#include "os/handle.h"
#include "os/stream.h"
#include "outside.h"
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define LATE (60 * 1000000)

static brood_shared_value_t *make_counter(brood_test_t *test) {
    brood_shared_value_t *counter;

    assert_success(brood_shared_value_create(&counter, 'q', NULL, test->pool));
    return counter;
}

static int64_t count_of(brood_shared_value_t *counter) {
    int64_t count = -1;

    assert_success(brood_shared_value_get_int(counter, &count, LATE));
    return count;
}

/* ---- a hundred ---- */

/* Of the sentinels of 64 and more Windows waits for some at a time. */
#define MANY 200

/* Waits at a pipe of its own: that costs nothing while nothing comes. How long the others take to
 * start is the machine's affair; a starter that is gone is the end. */
static int arrive_and_wait(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *arrived;
    brood_connection_t *leave;
    brood_values_t *word;
    int number;

    CHILD_OK(BROOD_UNPACK(state, &arrived, &leave, &number));
    CHILD_OK(brood_semaphore_release(arrived, 1));
    CHILD_OK(brood_connection_recv(leave, &word, BROOD_FOREVER, pool));
    return number;
}

/* Many of them, each with its pipe and its place in a wait. */
typedef struct many_t {
    int count;
    brood_semaphore_t *arrived;
    brood_connection_t *leave[MANY];
    brood_process_t *children[MANY];
    brood_wait_item_t items[MANY];
} many_t;

static void start_many(many_t *many, brood_test_t *test) {
    int i;

    assert_success(brood_semaphore_create(&many->arrived, 0, 0, test->pool));
    for (i = 0; i < many->count; i++) {
        brood_connection_t *theirs;
        assert_success(brood_pipe_create(&theirs, &many->leave[i], 0, test->pool));
        many->children[i] =
            brood_test_start(arrive_and_wait, BROOD_ARGS(many->arrived, theirs, i), test);
        assert_success(brood_connection_close(theirs));
        many->items[i] = (brood_wait_item_t)BROOD_WAIT_PROCESS(many->children[i]);
    }
    for (i = 0; i < many->count; i++) {
        assert_success(brood_semaphore_acquire(many->arrived, LATE));
    }
}

static void a_hundred_at_once(void **state) {
    static many_t many;
    brood_test_t *test = *state;
    brood_process_t **living;
    size_t alive, ready, ended = 0;
    int last, i;

    many.count = brood_has_start_method(BROOD_START_FORK) ? 100 : MANY;
    last = many.count - 1;
    start_many(&many, test);
    assert_success(brood_active_children(&living, &alive, test->pool));
    assert_int_equal(alive, many.count);
    assert_status(brood_wait(many.items, alive, 0, &ready), APR_TIMEUP);
    /* One of them, wherever it stands, is seen. */
    assert_success(brood_process_kill(many.children[last]));
    assert_success(brood_wait(many.items, alive, LATE, &ready));
    assert_int_equal(ready, 1);
    assert_int_equal(many.items[last].ready, 1);
    brood_test_join(many.children[last], -9);
    for (i = 0; i < last; i++) {
        assert_success(brood_connection_send(many.leave[i], BROOD_ARGS(i), LATE));
    }
    while (ended < (size_t)last) { /* ends with the last of them */
        assert_success(brood_wait(many.items, (size_t)last, LATE, &ready));
        assert_true(ready > 0 && ready >= ended);
        ended = ready;
    }
    for (i = 0; i < last; i++) {
        brood_test_join(many.children[i], i);
    }
    assert_success(brood_active_children(&living, &alive, test->pool));
    assert_int_equal(alive, 0);
}

/* ---- generations ---- */

/* Starts one child by each method there is, down to the given level; counts itself. */
static int have_children(const brood_values_t *state, apr_pool_t *pool) {
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);
    brood_process_t *children[BROOD_START_METHODS];
    brood_shared_value_t *counter;
    int64_t before;
    int level, code;
    size_t i;

    CHILD_OK(BROOD_UNPACK(state, &counter, &level));
    CHILD_OK(brood_shared_value_fetch_add(counter, 1, &before));
    for (i = 0; level > 0 && i < count; i++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        options.method = all[i];
        CHILD_OK(brood_process_create(&children[i], have_children,
                                      BROOD_ARGS(counter, level - 1), &options, pool));
        CHILD_OK(brood_process_start(children[i]));
    }
    for (i = 0; level > 0 && i < count; i++) {
        CHILD_OK(brood_process_join(children[i], LATE));
        CHILD_OK(brood_process_exit_code(children[i], &code));
        CHILD_CHECK(code == level - 1);
    }
    return level;
}

static void generations_of_all_methods(void **state) {
    brood_test_t *test = *state;
    const int methods = (int)brood_get_all_start_methods(NULL, 0);
    brood_shared_value_t *counter = make_counter(test);

    brood_test_join(brood_test_start(have_children, BROOD_ARGS(counter, 2), test), 2);
    assert_int_equal(count_of(counter), 1 + methods + methods * methods);
}

/* ---- high numbers ---- */

static int echo(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_queue_t *queue;
    brood_values_t *values;
    int number;

    CHILD_OK(BROOD_UNPACK(state, &connection, &queue));
    CHILD_OK(brood_connection_recv(connection, &values, LATE, pool));
    CHILD_OK(BROOD_UNPACK(values, &number));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS(number + 1), LATE));
    CHILD_OK(brood_connection_send(connection, BROOD_ARGS(number + 2), LATE));
    return 9;
}

/* All that is made and waited for now has a number above 1024, where select() ends. */
static void work_with_high_numbers(brood_test_t *test) {
    brood_connection_t *mine, *theirs;
    brood_queue_t *queue;
    brood_process_t *child;
    brood_values_t *values;
    brood_native_t sentinel = 0;
    size_t ready;
    int number, i;

    assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    child = brood_test_start(echo, BROOD_ARGS(theirs, queue), test);
    {
        brood_wait_item_t items[] = {BROOD_WAIT_PROCESS(child),
                                     BROOD_WAIT_CONNECTION(mine),
                                     BROOD_WAIT_QUEUE(queue)};
        if (brood_process_sentinel(child, &sentinel) == APR_SUCCESS) {
            assert_true(sentinel > 1024);
        }
        assert_status(brood_wait(items, 3, 1000, &ready), APR_TIMEUP);
        assert_success(brood_connection_send(mine, BROOD_ARGS(3), LATE));
        for (i = 1; i <= 2; i++) {
            assert_success(brood_wait(&items[i], 1, LATE, &ready));
        }
        assert_success(brood_queue_get(queue, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &number));
        assert_int_equal(number, 4);
        assert_success(brood_connection_recv(mine, &values, LATE, test->pool));
        assert_success(BROOD_UNPACK(values, &number));
        assert_int_equal(number, 5);
        assert_success(brood_wait(items, 1, LATE, &ready));
    }
    brood_test_join(child, 9);
}

#define LOW 1100

static int load_nothing(apr_pool_t *pool) {
    (void)pool;
    return 0;
}

static void descriptors_above_1024(void **state) {
    static brood_os_handle_t low[LOW];
    brood_test_t *test = *state;
    brood_os_handle_t reader, writer;
    uint64_t before;
    apr_status_t rv = brood_test_limit_files(4096, &before);
    int i;

    if (rv == APR_ENOTIMPL) {
        return; /* handles are no small numbers there */
    }
    assert_success(rv);
    assert_success(brood_os_stream_pipe(&reader, &writer));
    for (i = 0; i < LOW; i++) {
        assert_success(brood_os_handle_duplicate(reader, &low[i]));
    }
    /* Between the numbers that the child must not have lies nothing that it needs. */
    work_with_high_numbers(test);
    if (test->method == BROOD_START_FORKSERVER) { /* a server started under this, too */
        brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        brood_shared_value_t *counter = make_counter(test);
        brood_process_t *child;
        settings.preload = load_nothing;
        assert_success(
            brood_context_create(&options.context, test->method, &settings, test->pool));
        child = brood_test_create(have_children, BROOD_ARGS(counter, 0), &options, test);
        assert_success(brood_process_start(child));
        brood_test_join(child, 0);
    }
    for (i = 0; i < LOW; i++) {
        brood_os_handle_close(low[i]);
    }
    brood_os_handle_close(reader);
    brood_os_handle_close(writer);
    assert_success(brood_test_limit_files(before, &before));
}

/* ---- threads side by side ---- */

#define STARTERS 4
#define STARTS 6

static int tell_handles(const brood_values_t *state, apr_pool_t *pool) {
    brood_os_handle_t handles[1];
    brood_queue_t *queue;
    size_t count;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_os_handle_list(handles, 1, &count));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS((int64_t)count), LATE));
    return 0;
}

typedef struct starter_t {
    brood_start_method_t method;
    brood_queue_t *queue;
    apr_pool_t *pool;
    apr_thread_t *thread;
    apr_status_t rv;
} starter_t;

/* Makes what a child could get by mistake, and starts children. */
static void *APR_THREAD_FUNC start_some(apr_thread_t *thread, void *data) {
    starter_t *self = data;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    int i;

    options.method = self->method;
    for (i = 0; i < STARTS && self->rv == APR_SUCCESS; i++) {
        brood_connection_t *one, *other;
        brood_process_t *child;
        self->rv = brood_pipe_create(&one, &other, i % 2, self->pool);
        if (self->rv == APR_SUCCESS) {
            self->rv = brood_process_create(&child, tell_handles, BROOD_ARGS(self->queue),
                                            &options, self->pool);
        }
        if (self->rv == APR_SUCCESS) {
            self->rv = brood_process_start(child);
        }
        if (self->rv == APR_SUCCESS) {
            self->rv = brood_process_join(child, LATE);
        }
    }
    (void)apr_thread_exit(thread, APR_SUCCESS); /* APR on Windows wants to be told */
    return NULL;
}

static int64_t next_count(brood_queue_t *queue, brood_test_t *test) {
    brood_values_t *values;
    int64_t count;

    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &count));
    return count;
}

static void threads_start_side_by_side(void **state) {
    brood_test_t *test = *state;
    starter_t starters[STARTERS];
    brood_queue_t *queue;
    apr_status_t result;
    int64_t alone;
    int i;

    if (test->method == BROOD_START_FORK) {
        return; /* has what its parent has, and no other threads */
    }
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    brood_test_join(brood_test_start(tell_handles, BROOD_ARGS(queue), test), 0);
    alone = next_count(queue, test);
    for (i = 0; i < STARTERS; i++) {
        starters[i].method = test->method;
        starters[i].queue = queue;
        starters[i].rv = APR_SUCCESS;
        assert_int_equal(apr_pool_create(&starters[i].pool, NULL), APR_SUCCESS);
        assert_int_equal(apr_thread_create(&starters[i].thread, NULL, start_some,
                                           &starters[i], starters[i].pool),
                         APR_SUCCESS);
    }
    for (i = 0; i < STARTERS * STARTS; i++) {
        assert_int_equal(next_count(queue, test), alone);
    }
    for (i = 0; i < STARTERS; i++) {
        assert_int_equal(apr_thread_join(&result, starters[i].thread), APR_SUCCESS);
        assert_success(starters[i].rv);
        apr_pool_destroy(starters[i].pool);
    }
}

/* ---- stopped and continued ---- */

static void a_stopped_child_is_alive(void **state) {
    static many_t one;
    brood_test_t *test = *state;
    brood_process_t *child;
    apr_status_t rv;
    int code;

    one.count = 1;
    start_many(&one, test);
    child = one.children[0];
    assert_success(brood_test_stop(brood_process_pid(child)));
    rv = brood_test_await_stopped(brood_process_pid(child));
    if (rv != APR_ENOTIMPL) {
        assert_success(rv);
    }
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_status(brood_process_exit_code(child, &code), APR_EAGAIN);
    assert_success(brood_connection_send(one.leave[0], BROOD_ARGS(1), LATE));
    assert_status(brood_process_join(child, 20000), APR_TIMEUP);
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_success(brood_test_continue(brood_process_pid(child)));
    brood_test_join(child, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_hundred_at_once),        BROOD_TEST(generations_of_all_methods),
    BROOD_TEST(descriptors_above_1024),   BROOD_TEST(threads_start_side_by_side),
    BROOD_TEST(a_stopped_child_is_alive),
};

BROOD_TEST_MAIN(tests)
