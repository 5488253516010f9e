/* Families: children of children, daemons, who may do what with whose child, and what becomes
 * of them at the end. */
#include "methods.h"

#include "os/clock.h"
#include "outside.h"
#include <apr_thread_proc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

static int wait_for_word(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get(queue, &values, LATE, pool));
    return 11;
}

/* ---- lists of children ---- */

static void the_living_are_listed(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *one, *other, **children;
    size_t count;

    assert_success(brood_active_children(&children, &count, test->pool));
    assert_int_equal(count, 0);
    one = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    other = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    assert_success(brood_active_children(&children, &count, test->pool));
    assert_int_equal(count, 2);
    assert_ptr_equal(children[0], one);
    assert_ptr_equal(children[1], other);
    assert_success(brood_process_kill(one));
    brood_test_join(one, -9);
    assert_success(brood_active_children(&children, &count, test->pool));
    assert_int_equal(count, 1);
    assert_ptr_equal(children[0], other);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    brood_test_join(other, 11);
    assert_success(brood_active_children(&children, &count, test->pool));
    assert_int_equal(count, 0);
}

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

#define COMING_AND_GOING 40

typedef struct starter_t {
    apr_pool_t *pool;
    brood_start_method_t method;
    atomic_int is_over;
    int good;
} starter_t;

static void *APR_THREAD_FUNC come_and_go(apr_thread_t *thread, void *data) {
    starter_t *self = data;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    int i;

    options.method = self->method;
    options.allow_threads = 1;
    for (i = 0; i < COMING_AND_GOING; i++) {
        if (brood_process_create(&child, do_nothing, BROOD_NO_ARGS, &options,
                                 self->pool) == APR_SUCCESS &&
            brood_process_start(child) == APR_SUCCESS &&
            brood_process_join(child, LATE) == APR_SUCCESS) {
            self->good++;
        }
        apr_pool_clear(self->pool);
    }
    atomic_store(&self->is_over, 1);
    (void)apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* While another thread starts some and lets them go. */
static void the_living_are_listed_meanwhile(void **state) {
    brood_test_t *test = *state;
    starter_t starter = {NULL, test->method, 0, 0};
    brood_process_t **children;
    apr_thread_t *thread;
    apr_status_t result;
    apr_pool_t *pool, *threads;
    size_t count;

    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    assert_int_equal(apr_pool_create(&threads, NULL), APR_SUCCESS);
    assert_int_equal(apr_pool_create(&starter.pool, NULL), APR_SUCCESS);
    assert_int_equal(apr_thread_create(&thread, NULL, come_and_go, &starter, threads),
                     APR_SUCCESS);
    while (!atomic_load(&starter.is_over)) { /* ends with the thread */
        assert_success(brood_active_children(&children, &count, pool));
        assert_true(count <= 1);
        apr_pool_clear(pool);
    }
    assert_int_equal(apr_thread_join(&result, thread), APR_SUCCESS);
    assert_int_equal(starter.good, COMING_AND_GOING);
    apr_pool_destroy(starter.pool);
    apr_pool_destroy(threads);
    apr_pool_destroy(pool);
}

/* The object goes with its pool, the process goes on; who starts the next one reaps it. */
static void a_process_outlives_its_object(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    int64_t pid;

    options.method = test->method;
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    assert_success(
        brood_process_create(&child, wait_for_word, BROOD_ARGS(queue), &options, pool));
    assert_success(brood_process_start(child));
    pid = brood_process_pid(child);
    apr_pool_destroy(pool);
    assert_int_equal(brood_test_lives(pid), 1);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    while (brood_test_lives(pid)) { /* ends when the child has taken the word */
        brood_os_yield();
    }
    assert_int_equal(brood_queue_empty(queue), 1);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    brood_test_join(brood_test_start(wait_for_word, BROOD_ARGS(queue), test), 11);
}

/* ---- objects in the wrong hands ---- */

static brood_process_t *own_object; /* in the parent and in forked copies of it */
static brood_process_t *other_object;

static int touch_objects(const brood_values_t *state, apr_pool_t *pool) {
    brood_native_t sentinel;
    int code;

    (void)state;
    (void)pool;
    if (own_object == NULL) {
        return 0; /* started anew: nothing to touch */
    }
    CHILD_STATUS(brood_process_join(own_object, 0), BROOD_EDEADLOCK);
    CHILD_CHECK(strstr(brood_error_detail(), brood_current_name()) != NULL);
    CHILD_CHECK(brood_process_is_alive(own_object));
    CHILD_CHECK(brood_process_pid(own_object) == brood_current_pid());
    CHILD_STATUS(brood_process_join(other_object, 0), BROOD_ENOTCHILD);
    CHILD_STATUS(brood_process_exit_code(other_object, &code), BROOD_ENOTCHILD);
    CHILD_STATUS(brood_process_kill(other_object), BROOD_ENOTCHILD);
    CHILD_STATUS(brood_process_terminate(other_object), BROOD_ENOTCHILD);
    CHILD_STATUS(brood_process_sentinel(other_object, &sentinel), BROOD_ENOTCHILD);
    CHILD_STATUS(brood_process_close(other_object), BROOD_ENOTCHILD);
    CHILD_CHECK(!brood_process_is_alive(other_object));
    return 0;
}

static void only_the_maker_may(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);

    other_object = brood_test_start(wait_for_word, BROOD_ARGS(queue), test);
    own_object = brood_test_create(touch_objects, BROOD_NO_ARGS, NULL, test);
    assert_success(brood_process_start(own_object));
    brood_test_join(own_object, 0);
    assert_success(brood_queue_put(queue, BROOD_NO_ARGS, 0));
    brood_test_join(other_object, 11);
    own_object = other_object = NULL;
}

/* ---- grandchildren ---- */

static int tell_name(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(
        brood_queue_put(queue, BROOD_ARGS(brood_current_name(), brood_parent_pid()), 0));
    return 6;
}

static int start_two(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_process_t *child;
    int i, code;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    for (i = 0; i < 2; i++) {
        CHILD_OK(brood_process_create(&child, tell_name, BROOD_ARGS(queue), NULL, pool));
        CHILD_OK(brood_process_start(child));
        CHILD_OK(brood_process_join(child, LATE));
        CHILD_OK(brood_process_exit_code(child, &code));
        CHILD_CHECK(code == 6);
    }
    return 0;
}

static void children_have_children(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_start(start_two, BROOD_ARGS(queue), test);
    brood_values_t *values;
    const char *name;
    char wanted[100];
    int64_t parent;
    int i;

    brood_test_join(child, 0);
    for (i = 1; i <= 2; i++) {
        assert_success(brood_queue_get(queue, &values, 0, test->pool));
        assert_success(BROOD_UNPACK(values, &name, &parent));
        (void)snprintf(wanted, sizeof wanted, "%s:%d", brood_process_name(child), i);
        assert_string_equal(name, wanted);
        assert_int_equal(parent, brood_process_pid(child));
    }
}

/* ---- ends of families ---- */

/* Says that it is there, and puts a last word when it is told to go. */
static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *words, *told;
    brood_connection_t *life;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &words, &told, &life));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS(brood_current_pid()), 0));
    CHILD_OK(brood_queue_get(told, &values, LATE, pool));
    CHILD_OK(brood_queue_put(words, BROOD_ARGS("last"), 0));
    return 0;
}

/* Starts one that stays, and ends without a join when it may. */
static int leave_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_queue_t *words, *told, *leave;
    brood_values_t *values;
    brood_connection_t *life;
    brood_process_t *child;
    int daemon;

    CHILD_OK(BROOD_UNPACK(state, &words, &told, &leave, &life, &daemon));
    options.daemon = daemon;
    CHILD_OK(brood_process_create(&child, stay, BROOD_ARGS(words, told, life), &options,
                                  pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_queue_get(leave, &values, LATE, pool));
    return 8;
}

typedef struct family_t {
    brood_queue_t *words, *told, *leave;
    brood_connection_t *mine, *theirs;
    brood_process_t *parent;
    int64_t stays; /* the grandchild */
} family_t;

static void start_family(family_t *family, int daemon, brood_test_t *test) {
    brood_values_t *values;

    family->words = make_queue(test);
    family->told = make_queue(test);
    family->leave = make_queue(test);
    assert_success(brood_pipe_create(&family->mine, &family->theirs, 0, test->pool));
    family->parent = brood_test_start(
        leave_one,
        BROOD_ARGS(family->words, family->told, family->leave, family->theirs, daemon),
        test);
    assert_success(brood_connection_close(family->theirs));
    assert_success(brood_queue_get(family->words, &values, LATE, test->pool));
    assert_success(BROOD_UNPACK(values, &family->stays));
    assert_success(brood_queue_put(family->leave, BROOD_NO_ARGS, 0));
}

/* The pipe ends when everybody who had the other end has ended. */
static void await_end(family_t *family) {
    char word;
    size_t size;

    assert_status(brood_connection_recv_bytes_into(family->mine, &word, 1, &size, LATE),
                  APR_EOF);
    assert_int_equal(brood_test_lives(family->stays), 0);
}

static void children_are_joined_at_exit(void **state) {
    brood_test_t *test = *state;
    brood_values_t *values;
    const char *word;
    family_t family;

    start_family(&family, 0, test);
    assert_status(brood_process_join(family.parent, 100000), APR_TIMEUP);
    assert_success(brood_queue_put(family.told, BROOD_NO_ARGS, 0));
    brood_test_join(family.parent, 8);
    assert_success(brood_queue_get(family.words, &values, 0, test->pool));
    assert_success(BROOD_UNPACK(values, &word));
    assert_string_equal(word, "last");
    await_end(&family);
}

static void daemons_are_terminated_at_exit(void **state) {
    brood_test_t *test = *state;
    family_t family;

    start_family(&family, 1, test);
    brood_test_join(family.parent, 8);
    await_end(&family);
    assert_int_equal(brood_queue_empty(family.words), 1);
}

/* A daemon may have no children. */
static int try_to_start(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_t *child;

    (void)state;
    CHILD_OK(brood_process_create(&child, tell_name, BROOD_NO_ARGS, NULL, pool));
    CHILD_STATUS(brood_process_start(child), BROOD_EDAEMON);
    CHILD_CHECK(strstr(brood_error_detail(), brood_current_name()) != NULL);
    return 0;
}

static void a_daemon_has_no_children(void **state) {
    brood_test_t *test = *state;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;

    options.daemon = 1;
    child = brood_test_create(try_to_start, BROOD_NO_ARGS, &options, test);
    assert_success(brood_process_start(child));
    brood_test_join(child, 0);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(the_living_are_listed),
    BROOD_TEST(the_living_are_listed_meanwhile),
    BROOD_TEST(a_process_outlives_its_object),
    BROOD_TEST(only_the_maker_may),
    BROOD_TEST(children_have_children),
    BROOD_TEST(children_are_joined_at_exit),
    BROOD_TEST(daemons_are_terminated_at_exit),
    BROOD_TEST(a_daemon_has_no_children),
};

BROOD_TEST_MAIN(tests)
