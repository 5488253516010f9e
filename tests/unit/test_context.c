/* Contexts: several start methods side by side in one program, who has the last word on which,
 * and objects that belong to none of them. */
#include "methods.h"

#include <apr_env.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

/* How a child knows by which method it was started: what only the first process sets, a fork has
 * copied; what only a forkserver loads, its children have. */
static int in_first_process;
static int in_server;

static int preload(apr_pool_t *pool) {
    (void)pool;
    in_server = 1;
    return 0;
}

static brood_start_method_t started_by(void) {
    return in_first_process ? BROOD_START_FORK
           : in_server      ? BROOD_START_FORKSERVER
                            : BROOD_START_SPAWN;
}

static int tell_method(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return (int)started_by();
}

static brood_context_t *make_context(brood_start_method_t method, brood_test_t *test) {
    brood_context_t *context;

    assert_success(brood_context_create(&context, method, NULL, test->pool));
    return context;
}

/* By a context and with a method; either may be left out. */
static brood_process_t *start_in(brood_context_t *context, brood_start_method_t method,
                                 brood_target_fn *target, brood_args_t args,
                                 brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    options.context = context;
    options.method = method;
    assert_success(brood_process_create(&child, target, args, &options, test->pool));
    assert_success(brood_process_start(child));
    return child;
}

/* ---- which there are, and which is chosen ---- */

static void all_methods_begin_with_the_default(void **state) {
    brood_start_method_t all[BROOD_START_METHODS + 1];
    brood_start_method_t first = BROOD_START_DEFAULT;
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS + 1);
    size_t i, j;

    (void)state;
    assert_success(brood_set_start_method(BROOD_START_DEFAULT));
    assert_success(brood_get_start_method(&first));
    assert_in_range(count, 1, BROOD_START_METHODS);
    assert_int_equal(all[0], first);
    for (i = 0; i < count; i++) {
        assert_int_equal(brood_has_start_method(all[i]), 1);
        assert_int_not_equal(all[i], BROOD_START_DEFAULT);
        for (j = 0; j < i; j++) {
            assert_int_not_equal(all[i], all[j]);
        }
    }
    assert_int_equal(brood_get_all_start_methods(NULL, 0), count);
    all[0] = all[1] = BROOD_START_DEFAULT;
    assert_int_equal(brood_get_all_start_methods(all, 1), count);
    assert_int_equal(all[0], first);
    assert_int_equal(all[1], BROOD_START_DEFAULT);
}

/* What is not the test's own method, if there is any. */
static brood_start_method_t another(const brood_test_t *test) {
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);

    return all[0] != test->method || count == 1 ? all[0] : all[1];
}

static void choose(const char *environment, brood_start_method_t program,
                   brood_test_t *test) {
    assert_int_equal(environment == NULL
                         ? apr_env_delete("BROOD_START_METHOD", test->pool)
                         : apr_env_set("BROOD_START_METHOD", environment, test->pool),
                     APR_SUCCESS);
    assert_success(brood_set_start_method(program));
}

/* Call before context before program before environment before the platform. */
static void the_nearest_choice_holds(void **state) {
    brood_test_t *test = *state;
    const brood_start_method_t other = another(test), own = test->method;
    const char *other_name = brood_start_method_name(other);
    brood_context_t *open = make_context(BROOD_START_DEFAULT, test);
    brood_context_t *mine = make_context(own, test), *theirs = make_context(other, test);
    const struct {
        const char *environment;
        brood_start_method_t program;
        brood_context_t *context;
        brood_start_method_t call;
    } rows[] = {
        {brood_start_method_name(own), BROOD_START_DEFAULT, NULL, BROOD_START_DEFAULT},
        {brood_start_method_name(own), BROOD_START_DEFAULT, open, BROOD_START_DEFAULT},
        {other_name, own, NULL, BROOD_START_DEFAULT},
        {other_name, own, open, BROOD_START_DEFAULT},
        {other_name, other, mine, BROOD_START_DEFAULT},
        {other_name, other, NULL, own},
        {other_name, other, theirs, own},
    };
    size_t i;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        brood_start_method_t method = BROOD_START_DEFAULT;
        choose(rows[i].environment, rows[i].program, test);
        if (rows[i].call == BROOD_START_DEFAULT) {
            assert_success(brood_context_method(rows[i].context, &method));
            assert_int_equal(method, own);
        }
        brood_test_join(
            start_in(rows[i].context, rows[i].call, tell_method, BROOD_NO_ARGS, test),
            (int)own);
    }
    choose("spam", BROOD_START_DEFAULT, test);
    {
        brood_start_method_t method;
        assert_status(brood_context_method(open, &method), BROOD_EMETHOD);
        assert_success(brood_context_method(mine, &method));
        assert_int_equal(method, own);
    }
    choose(NULL, BROOD_START_DEFAULT, test);
}

/* ---- children's own choice ---- */

static int tell_own_choice(const brood_values_t *state, apr_pool_t *pool) {
    brood_start_method_t method;

    (void)state;
    (void)pool;
    CHILD_OK(brood_get_start_method(&method));
    return (int)method;
}

static void children_inherit_the_programs_choice(void **state) {
    brood_test_t *test = *state;
    const brood_start_method_t other = another(test);

    choose(NULL, other, test);
    brood_test_join(start_in(make_context(test->method, test), BROOD_START_DEFAULT,
                             tell_own_choice, BROOD_NO_ARGS, test),
                    (int)other);
    choose(NULL, BROOD_START_DEFAULT, test);
}

/* A context of the parent is used in a forked child, too. */
static brood_context_t *common_context;

static int start_in_common(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    int wanted, code;

    CHILD_OK(BROOD_UNPACK(state, &wanted));
    if (common_context == NULL) {
        return 0; /* started anew: there is none */
    }
    options.context = common_context;
    CHILD_OK(
        brood_process_create(&child, tell_own_choice, BROOD_NO_ARGS, &options, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_process_join(child, LATE));
    CHILD_OK(brood_process_exit_code(child, &code));
    CHILD_CHECK(code == wanted);
    return 0;
}

static void a_context_survives_a_fork(void **state) {
    brood_test_t *test = *state;
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);
    brood_context_options_t options = BROOD_CONTEXT_OPTIONS_INIT;
    size_t i;

    choose(NULL, test->method, test);
    options.preload = preload;
    for (i = 0; i < count; i++) {
        assert_success(
            brood_context_create(&common_context, all[i], &options, test->pool));
        brood_test_join(start_in(NULL, test->method, start_in_common,
                                 BROOD_ARGS((int)test->method), test),
                        0);
    }
    common_context = NULL;
    choose(NULL, BROOD_START_DEFAULT, test);
}

/* ---- several at once, and objects that belong to none ---- */

static int meet_and_count(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    brood_lock_t *lock;
    brood_queue_t *queue;
    brood_shared_value_t *sum;
    brood_semaphore_t *semaphore;
    int64_t number;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &barrier, &lock, &queue, &sum, &semaphore));
    CHILD_OK(brood_barrier_wait(barrier, LATE, NULL));
    CHILD_OK(brood_semaphore_acquire(semaphore, LATE));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_shared_value_get_int(sum, &number, LATE));
    CHILD_OK(brood_shared_value_set_int(sum, number + 1, LATE));
    CHILD_OK(brood_lock_release(lock));
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS((int)started_by()), LATE));
    return (int)started_by();
}

static void contexts_side_by_side(void **state) {
    brood_test_t *test = *state;
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);
    brood_process_t *children[2 * BROOD_START_METHODS];
    brood_barrier_t *barrier;
    brood_lock_t *lock;
    brood_queue_t *queue;
    brood_shared_value_t *sum;
    brood_semaphore_t *semaphore;
    size_t i, messages;
    int64_t number;

    assert_success(brood_barrier_create(&barrier, (uint32_t)(2 * count), NULL,
                                        BROOD_FOREVER, test->pool));
    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_queue_create(&queue, NULL, test->pool));
    assert_success(brood_shared_value_create(&sum, 'i', NULL, test->pool));
    assert_success(brood_semaphore_create(&semaphore, 1, 0, test->pool));
    for (i = 0; i < 2 * count; i++) {
        children[i] = start_in(make_context(all[i % count], test), BROOD_START_DEFAULT,
                               meet_and_count,
                               BROOD_ARGS(barrier, lock, queue, sum, semaphore), test);
    }
    for (i = 0; i < 2 * count; i++) {
        brood_test_join(children[i], (int)all[i % count]);
    }
    assert_success(brood_shared_value_get_int(sum, &number, LATE));
    assert_int_equal(number, 2 * count);
    assert_success(brood_queue_qsize(queue, &messages));
    assert_int_equal(messages, 2 * count);
}

/* CPython's "a SemLock created in a fork context is being shared with a process in a spawn
 * context": a lock made in a process of one method goes to a child of another. */
static int take_and_put(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &lock, &queue));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS("from the grandchild"), LATE));
    CHILD_OK(brood_lock_release(lock));
    return 3;
}

static int make_and_hand_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_values_t *values;
    brood_lock_t *lock;
    brood_queue_t *queue;
    brood_process_t *child;
    int method, code;

    CHILD_OK(BROOD_UNPACK(state, &method));
    CHILD_OK(brood_lock_create(&lock, pool));
    CHILD_OK(brood_queue_create(&queue, NULL, pool));
    CHILD_OK(
        brood_context_create(&options.context, (brood_start_method_t)method, NULL, pool));
    CHILD_OK(brood_process_create(&child, take_and_put, BROOD_ARGS(lock, queue), &options,
                                  pool));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_process_start(child));
    CHILD_CHECK(brood_queue_empty(queue));
    CHILD_OK(brood_lock_release(lock));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    CHILD_OK(brood_process_join(child, LATE));
    CHILD_OK(brood_process_exit_code(child, &code));
    CHILD_CHECK(code == 3);
    return 0;
}

static void objects_know_no_context(void **state) {
    brood_test_t *test = *state;
    brood_start_method_t all[BROOD_START_METHODS];
    size_t count = brood_get_all_start_methods(all, BROOD_START_METHODS);
    size_t i;

    for (i = 0; i < count; i++) {
        brood_test_join(brood_test_start(make_and_hand_on, BROOD_ARGS((int)all[i]), test),
                        0);
    }
}

/* ---- lives and settings ---- */

static void a_process_outlives_its_context(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_t *one, *other;
    apr_pool_t *pool;

    settings.preload = preload;
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    assert_success(brood_context_create(&options.context, test->method, &settings, pool));
    assert_success(
        brood_process_create(&one, tell_method, BROOD_NO_ARGS, &options, test->pool));
    assert_success(
        brood_process_create(&other, tell_method, BROOD_NO_ARGS, &options, test->pool));
    assert_success(brood_process_start(one));
    apr_pool_destroy(pool);
    brood_test_join(one, (int)test->method);
    assert_success(brood_process_start(other));
    brood_test_join(other, (int)test->method);
}

static void settings_of_a_context(void **state) {
    brood_test_t *test = *state;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_status_t rv;

    settings.program = brood_test_file_name("nothing", test->pool);
    assert_success(
        brood_context_create(&options.context, test->method, &settings, test->pool));
    child = brood_test_create(tell_method, BROOD_NO_ARGS, &options, test);
    if (test->method == BROOD_START_FORK) {
        assert_success(brood_process_start(child));
        brood_test_join(child, (int)BROOD_START_FORK);
        return; /* starts no program, and waits for no answer */
    }
    assert_true(APR_STATUS_IS_ENOENT(brood_process_start(child)));
    assert_detail(settings.program);
    assert_detail(brood_process_name(child));

    settings.program = NULL;
    settings.preload = preload;
    settings.start_timeout = 200000;
    assert_success(
        brood_context_create(&options.context, test->method, &settings, test->pool));
    child = brood_test_create(tell_method, BROOD_NO_ARGS, &options, test);
    assert_int_equal(apr_env_set("BROOD_TEST_HANG", "1", test->pool), APR_SUCCESS);
    rv = brood_process_start(child);
    assert_int_equal(apr_env_delete("BROOD_TEST_HANG", test->pool), APR_SUCCESS);
    assert_status(rv, APR_TIMEUP);
    options.start_timeout = LATE; /* the nearer one holds */
    child = brood_test_create(tell_method, BROOD_NO_ARGS, &options, test);
    assert_success(brood_process_start(child));
    brood_test_join(child, (int)test->method);
}

static void what_cannot_be_made(void **state) {
    brood_test_t *test = *state;
    brood_context_options_t options = BROOD_CONTEXT_OPTIONS_INIT;
    brood_context_t *context;
    brood_start_method_t all[] = {BROOD_START_FORK, BROOD_START_FORKSERVER};
    size_t i;

    assert_status(
        brood_context_create(&context, (brood_start_method_t)9, NULL, test->pool),
        BROOD_EMETHOD);
    assert_detail("9");
    assert_null(context);
    for (i = 0; i < 2; i++) {
        if (!brood_has_start_method(all[i])) {
            assert_status(brood_context_create(&context, all[i], NULL, test->pool),
                          BROOD_EMETHOD);
            assert_detail(brood_start_method_name(all[i]));
        }
    }
    options.struct_size = 3;
    assert_status(brood_context_create(&context, BROOD_START_SPAWN, &options, test->pool),
                  APR_EINVAL);
    assert_detail("struct_size");
    options.struct_size = sizeof options;
    options.allow_threads = 2;
    assert_status(brood_context_create(&context, BROOD_START_SPAWN, &options, test->pool),
                  APR_EINVAL);
    assert_detail("allow_threads is 2");
    options.allow_threads = 0;
    options.program = "";
    assert_status(brood_context_create(&context, BROOD_START_SPAWN, &options, test->pool),
                  APR_EINVAL);
    assert_detail("program");
    assert_null(context);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(all_methods_begin_with_the_default),
    BROOD_TEST(the_nearest_choice_holds),
    BROOD_TEST(children_inherit_the_programs_choice),
    BROOD_TEST(a_context_survives_a_fork),
    BROOD_TEST(contexts_side_by_side),
    BROOD_TEST(objects_know_no_context),
    BROOD_TEST(a_process_outlives_its_context),
    BROOD_TEST(settings_of_a_context),
    BROOD_TEST(what_cannot_be_made),
};

int main(int argc, char **argv) {
    while (getenv("BROOD_TEST_HANG") != NULL) { /* a child, until its parent ends it */
        apr_sleep(1000000);
    }
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    in_first_process = 1;
    if (brood_has_start_method(BROOD_START_FORKSERVER) &&
        brood_forkserver_set_preload(preload) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run(argv[0], tests, sizeof tests / sizeof tests[0],
                          argc > 1 ? argv[1] : NULL);
}
