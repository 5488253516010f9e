/* Start methods: which there are, how one is chosen, and what differs between them. */
#include "methods.h"

#include "os/handle.h"
#include "os/process.h"
#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_thread_cond.h>
#include <apr_thread_proc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

static int return_number(const brood_values_t *state, apr_pool_t *pool) {
    int number;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &number));
    return number;
}

/* ---- choosing ---- */

static void names(void **state) {
    brood_start_method_t method;

    (void)state;
    assert_string_equal(brood_start_method_name(BROOD_START_DEFAULT), "default");
    assert_string_equal(brood_start_method_name(BROOD_START_FORK), "fork");
    assert_string_equal(brood_start_method_name(BROOD_START_SPAWN), "spawn");
    assert_string_equal(brood_start_method_name(BROOD_START_FORKSERVER), "forkserver");
    assert_null(brood_start_method_name((brood_start_method_t)9));
    assert_success(brood_start_method_parse("forkserver", &method));
    assert_int_equal(method, BROOD_START_FORKSERVER);
    assert_success(brood_start_method_parse("default", &method));
    assert_int_equal(method, BROOD_START_DEFAULT);
    assert_status(brood_start_method_parse("spam", &method), BROOD_EMETHOD);
    assert_detail("spam");
    assert_status(brood_start_method_parse("", &method), BROOD_EMETHOD);
}

static void what_was_set_is_got(void **state) {
    brood_test_t *test = *state;
    brood_start_method_t method;

    assert_success(brood_set_start_method(test->method));
    assert_success(brood_get_start_method(&method));
    assert_int_equal(method, test->method);
    assert_status(brood_set_start_method((brood_start_method_t)9), BROOD_EMETHOD);
    assert_success(brood_set_start_method(BROOD_START_DEFAULT));
    assert_success(brood_get_start_method(&method));
    assert_int_equal(brood_has_start_method(BROOD_START_SPAWN), 1);
    assert_int_equal(brood_has_start_method((brood_start_method_t)9), 0);
    if (brood_has_start_method(BROOD_START_FORK)) {
        assert_int_equal(method, BROOD_START_FORK);
    } else {
        assert_int_equal(method, BROOD_START_SPAWN);
    }
}

static void the_environment_chooses(void **state) {
    brood_test_t *test = *state;
    brood_start_method_t method;
    brood_process_t *child;

    assert_success(brood_set_start_method(BROOD_START_DEFAULT));
    assert_int_equal(apr_env_set("BROOD_START_METHOD",
                                 brood_start_method_name(test->method), test->pool),
                     APR_SUCCESS);
    assert_success(brood_get_start_method(&method));
    assert_int_equal(method, test->method);
    assert_int_equal(apr_env_set("BROOD_START_METHOD", "spam", test->pool), APR_SUCCESS);
    assert_status(brood_get_start_method(&method), BROOD_EMETHOD);
    assert_detail("spam");
    assert_success(
        brood_process_create(&child, return_number, BROOD_ARGS(1), NULL, test->pool));
    assert_status(brood_process_start(child), BROOD_EMETHOD);
    assert_detail("spam");
    /* What the program and the options say comes first. */
    assert_success(brood_set_start_method(test->method));
    assert_success(brood_process_start(child));
    brood_test_join(child, 1);
    assert_success(brood_set_start_method(BROOD_START_DEFAULT));
    brood_test_join(brood_test_start(return_number, BROOD_ARGS(2), test), 2);
    assert_int_equal(apr_env_delete("BROOD_START_METHOD", test->pool), APR_SUCCESS);
}

static void a_method_that_is_not_here(void **state) {
    static const brood_start_method_t all[] = {BROOD_START_FORK, BROOD_START_FORKSERVER};
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    size_t i;

    for (i = 0; i < 2; i++) {
        if (!brood_has_start_method(all[i])) {
            options.method = all[i];
            assert_success(brood_process_create(&child, return_number, BROOD_ARGS(1),
                                                &options, test->pool));
            assert_status(brood_process_start(child), BROOD_EMETHOD);
            assert_detail(brood_start_method_name(all[i]));
            assert_status(brood_set_start_method(all[i]), BROOD_EMETHOD);
        }
    }
}

static int tell_method(const brood_values_t *state, apr_pool_t *pool) {
    brood_start_method_t method;

    (void)state;
    (void)pool;
    CHILD_OK(brood_get_start_method(&method));
    return (int)method;
}

static void children_inherit_the_choice(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child;

    assert_success(brood_set_start_method(test->method));
    assert_success(
        brood_process_create(&child, tell_method, BROOD_NO_ARGS, NULL, test->pool));
    assert_success(brood_process_start(child));
    brood_test_join(child, (int)test->method);
}

/* ---- what a child has of its parent ---- */

static int global = 1;

static int tell_global(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return global;
}

static void only_fork_copies_the_memory(void **state) {
    brood_test_t *test = *state;

    global = 2;
    brood_test_join(brood_test_start(tell_global, BROOD_NO_ARGS, test),
                    test->method == BROOD_START_FORK ? 2 : 1);
    global = 1;
}

static int tell_handles(const brood_values_t *state, apr_pool_t *pool) {
    brood_os_handle_t handles[1];
    brood_queue_t *queue;
    size_t count;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_os_handle_list(handles, 1, &count));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS((int64_t)count), 0));
    return 0;
}

static int64_t census(brood_queue_t *queue, brood_test_t *test) {
    brood_values_t *values;
    int64_t count;

    brood_test_join(brood_test_start(tell_handles, BROOD_ARGS(queue), test), 0);
    assert_success(brood_queue_get(queue, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &count));
    return count;
}

static void the_census_of_a_childs_handles(void **state) {
    brood_test_t *test = *state;
    brood_connection_t *one, *other;
    brood_queue_t *queue;
    apr_pool_t *pool;
    apr_file_t *file, *reader;
    int64_t few, many;
    int i;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    few = census(queue, test);
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    for (i = 0; i < 50; i++) { /* 100 of the library's and 100 that would be inherited */
        assert_success(brood_pipe_create(&one, &other, i % 2, pool));
        assert_int_equal(apr_file_pipe_create(&reader, &file, pool), APR_SUCCESS);
        (void)apr_file_inherit_set(file);
        (void)apr_file_inherit_set(reader);
    }
    many = census(queue, test);
    if (test->method == BROOD_START_FORK) {
        assert_true(many >= few + 200);
    } else {
        assert_int_equal(many, few);
    }
    apr_pool_destroy(pool);
}

static void standard_output_is_not_written_twice(void **state) {
    brood_test_t *test = *state;
    const char *name = brood_test_file_name("twice", test->pool);
    FILE *file = fopen(name, "wb");
    char text[100];
    size_t size;

    assert_non_null(file);
    (void)fputs("once\n", file); /* lies in a buffer, which a copy would write too */
    brood_test_join(brood_test_start(return_number, BROOD_ARGS(0), test), 0);
    (void)fclose(file);
    file = fopen(name, "rb");
    assert_non_null(file);
    size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    (void)remove(name);
    assert_int_equal(size, 5);
}

static int read_input(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return getchar() == EOF ? 0 : 1;
}

static void standard_input_is_empty(void **state) {
    brood_test_t *test = *state;

    brood_test_join(brood_test_start(read_input, BROOD_NO_ARGS, test), 0);
}

/* ---- threads ---- */

typedef struct gate_t {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *changed;
    int inside, open;
} gate_t;

static void *APR_THREAD_FUNC wait_at_gate(apr_thread_t *thread, void *data) {
    gate_t *gate = data;

    (void)thread;
    (void)apr_thread_mutex_lock(gate->mutex);
    gate->inside = 1;
    (void)apr_thread_cond_broadcast(gate->changed);
    while (!gate->open) {
        (void)apr_thread_cond_wait(gate->changed, gate->mutex);
    }
    (void)apr_thread_mutex_unlock(gate->mutex);
    return NULL;
}

static void threads_forbid_fork(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    gate_t gate = {NULL, NULL, 0, 0};
    brood_process_t *child;
    apr_thread_t *thread;
    apr_status_t result;

    assert_int_equal(
        apr_thread_mutex_create(&gate.mutex, APR_THREAD_MUTEX_DEFAULT, test->pool),
        APR_SUCCESS);
    assert_int_equal(apr_thread_cond_create(&gate.changed, test->pool), APR_SUCCESS);
    assert_int_equal(apr_thread_create(&thread, NULL, wait_at_gate, &gate, test->pool),
                     APR_SUCCESS);
    (void)apr_thread_mutex_lock(gate.mutex);
    while (!gate.inside) {
        (void)apr_thread_cond_wait(gate.changed, gate.mutex);
    }
    (void)apr_thread_mutex_unlock(gate.mutex);

    child = brood_test_create(return_number, BROOD_ARGS(4), NULL, test);
    if (test->method == BROOD_START_FORK) {
        assert_status(brood_process_start(child), BROOD_ETHREADS);
        assert_detail("2 threads");
        options.allow_threads = 1;
        child = brood_test_create(return_number, BROOD_ARGS(4), &options, test);
        assert_success(brood_process_start(child));
        brood_test_join(child, 4);
        settings.allow_threads = 1;
        options.allow_threads = 0;
        assert_success(
            brood_context_create(&options.context, test->method, &settings, test->pool));
        child = brood_test_create(return_number, BROOD_ARGS(4), &options, test);
    }
    assert_success(brood_process_start(child));
    brood_test_join(child, 4);

    (void)apr_thread_mutex_lock(gate.mutex);
    gate.open = 1;
    (void)apr_thread_cond_broadcast(gate.changed);
    (void)apr_thread_mutex_unlock(gate.mutex);
    (void)apr_thread_join(&result, thread);
}

/* ---- targets ---- */

static void a_target_in_no_module(void **state) {
    brood_test_t *test = *state;
    void *memory = malloc(64);
    brood_process_t *child;
    union {
        void *address;
        brood_target_fn *function;
    } target;

    if (test->method != BROOD_START_FORK) {
        target.address = memory;
        child = brood_test_create(target.function, BROOD_NO_ARGS, NULL, test);
        assert_status(brood_process_start(child), BROOD_ENOTARGET);
        assert_detail(brood_process_name(child));
    }
    free(memory);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(names),
    BROOD_TEST(what_was_set_is_got),
    BROOD_TEST(the_environment_chooses),
    BROOD_TEST(a_method_that_is_not_here),
    BROOD_TEST(children_inherit_the_choice),
    BROOD_TEST(only_fork_copies_the_memory),
    BROOD_TEST(the_census_of_a_childs_handles),
    BROOD_TEST(standard_output_is_not_written_twice),
    BROOD_TEST(standard_input_is_empty),
    BROOD_TEST(threads_forbid_fork),
    BROOD_TEST(a_target_in_no_module),
};

BROOD_TEST_MAIN(tests)
