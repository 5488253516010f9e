/* Finalizers: once, in their order, in their own process. */
#include "methods.h"

#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)

/* What ran, in this process: one letter each. */
static char ran[40];

static void run_a(void *data) {
    (void)data;
    strcat(ran, "a");
}

static void run_letter(void *data) {
    const char *letter = data;

    strncat(ran, letter, 1);
}

/* ---- by hand and by pool ---- */

static void called_once(void **state) {
    brood_test_t *test = *state;
    brood_finalizer_t *finalizer;

    ran[0] = '\0';
    assert_success(brood_finalizer_register(&finalizer, run_a, NULL, 5, test->pool));
    assert_int_equal(brood_finalizer_is_active(finalizer), 1);
    assert_success(brood_finalizer_call(finalizer));
    assert_int_equal(brood_finalizer_is_active(finalizer), 0);
    assert_status(brood_finalizer_call(finalizer), BROOD_ECLOSED);
    assert_status(brood_finalizer_cancel(finalizer), BROOD_ECLOSED);
    assert_string_equal(ran, "a");
}

static void cancelled(void **state) {
    brood_test_t *test = *state;
    brood_finalizer_t *finalizer;
    apr_pool_t *pool;

    ran[0] = '\0';
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    assert_success(brood_finalizer_register(&finalizer, run_a, NULL, 5, pool));
    assert_success(brood_finalizer_cancel(finalizer));
    assert_int_equal(brood_finalizer_is_active(finalizer), 0);
    assert_status(brood_finalizer_call(finalizer), BROOD_ECLOSED);
    apr_pool_destroy(pool);
    assert_string_equal(ran, "");
}

static apr_status_t late_cleanup(void *data) {
    run_letter(data);
    return APR_SUCCESS;
}

/* Before its pool's other things go, those made later and those in subpools included. */
static void with_its_pool(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *pool, *below;

    ran[0] = '\0';
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    assert_success(brood_finalizer_register(NULL, run_letter, apr_pstrdup(pool, "1"),
                                            BROOD_FINALIZER_NOT_AT_EXIT, pool));
    assert_success(
        brood_finalizer_register(NULL, run_letter, apr_pstrdup(pool, "2"), -9, pool));
    assert_int_equal(apr_pool_create(&below, pool), APR_SUCCESS);
    apr_pool_cleanup_register(below, "c", late_cleanup, apr_pool_cleanup_null);
    apr_pool_clear(pool);
    assert_string_equal(ran, "21c");
    apr_pool_destroy(pool);
    assert_string_equal(ran, "21c");
}

/* ---- in another thread ---- */

/* How long a pool must have been waited for that nobody may clear yet. */
#define PATIENCE 100000

typedef struct shared_t {
    apr_pool_t *pool; /* the finalizer's */
    brood_finalizer_t *finalizer;
    brood_event_t *runs, *cleared;
    apr_status_t early; /* of waiting for the clearing in the function */
    int over;
    int was_over; /* when the pool's other things went */
} shared_t;

static void run_long(void *data) {
    shared_t *shared = data;

    (void)brood_event_set(shared->runs);
    shared->early = brood_event_wait(shared->cleared, PATIENCE);
    shared->over = 1;
}

static apr_status_t look_whether_over(void *data) {
    shared_t *shared = data;

    shared->was_over = shared->over;
    return APR_SUCCESS;
}

static void *APR_THREAD_FUNC clear(apr_thread_t *thread, void *data) {
    shared_t *shared = data;

    (void)thread;
    (void)brood_event_wait(shared->runs, LATE);
    apr_pool_destroy(shared->pool);
    (void)brood_event_set(shared->cleared);
    return NULL;
}

/* As when one thread returns from main while another clears a pool: what the function works with
 * went under it. */
static void its_pool_waits_for_it(void **state) {
    brood_test_t *test = *state;
    shared_t shared = {0};
    apr_thread_t *thread;
    apr_status_t ended;

    assert_success(brood_event_create(&shared.runs, test->pool));
    assert_success(brood_event_create(&shared.cleared, test->pool));
    assert_int_equal(apr_pool_create(&shared.pool, NULL), APR_SUCCESS);
    apr_pool_cleanup_register(shared.pool, &shared, look_whether_over,
                              apr_pool_cleanup_null);
    assert_success(
        brood_finalizer_register(&shared.finalizer, run_long, &shared, 5, shared.pool));
    assert_int_equal(apr_thread_create(&thread, NULL, clear, &shared, test->pool),
                     APR_SUCCESS);
    assert_success(brood_finalizer_call(shared.finalizer));
    (void)apr_thread_join(&ended, thread);
    assert_status(shared.early, APR_TIMEUP);
    assert_int_equal(shared.was_over, 1);
}

static void clear_own(void *data) {
    apr_pool_destroy(data);
    strcat(ran, "o");
}

static void it_may_clear_its_own_pool(void **state) {
    brood_finalizer_t *finalizer;
    apr_pool_t *pool;

    (void)state;
    ran[0] = '\0';
    assert_int_equal(apr_pool_create(&pool, NULL), APR_SUCCESS);
    assert_success(brood_finalizer_register(&finalizer, clear_own, pool, 5, pool));
    assert_success(brood_finalizer_call(finalizer));
    assert_string_equal(ran, "o");
}

static void bad_arguments(void **state) {
    brood_test_t *test = *state;
    brood_finalizer_t *finalizer = (brood_finalizer_t *)ran;

    assert_status(brood_finalizer_register(&finalizer, NULL, NULL, 0, test->pool),
                  APR_EINVAL);
    assert_detail("function");
    assert_null(finalizer);
    assert_status(brood_finalizer_register(NULL, run_a, NULL, 0, NULL), APR_EINVAL);
    assert_detail("pool");
    assert_status(brood_finalizer_call(NULL), APR_EINVAL);
    assert_status(brood_finalizer_cancel(NULL), APR_EINVAL);
    assert_int_equal(brood_finalizer_is_active(NULL), 0);
}

/* ---- at the exit of a child ---- */

typedef struct note_t {
    brood_queue_t *queue;
    const char *word;
    apr_pool_t *pool;
} note_t;

static void say_word(void *data) {
    note_t *note = data;

    (void)brood_queue_put(note->queue, BROOD_ARGS(note->word), LATE);
}

static void register_word(brood_queue_t *queue, const char *word, int priority,
                          apr_pool_t *pool) {
    note_t *note = apr_pcalloc(pool, sizeof *note);

    note->queue = queue;
    note->word = word;
    note->pool = pool;
    if (brood_finalizer_register(NULL, say_word, note, priority, pool) != APR_SUCCESS) {
        exit(98);
    }
}

static void register_more(void *data) {
    note_t *note = data;

    say_word(note);
    register_word(note->queue, "second of 7", 7, note->pool);
    register_word(note->queue, "first of the last", -1, note->pool);
}

static int grandchild(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *gate;
    brood_values_t *values;

    CHILD_OK(BROOD_UNPACK(state, &queue, &gate));
    CHILD_OK(brood_queue_get(gate, &values, LATE, pool));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS("child"), LATE));
    return 0;
}

static void open_gate(void *data) {
    (void)brood_queue_put(data, BROOD_NO_ARGS, LATE);
}

static int register_all(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *gate;
    brood_process_t *child;
    note_t *more = apr_pcalloc(pool, sizeof *more);
    int by_exit;

    CHILD_OK(BROOD_UNPACK(state, &queue, &gate, &by_exit));
    more->queue = queue;
    more->word = "7";
    more->pool = pool;
    register_word(queue, "never", BROOD_FINALIZER_NOT_AT_EXIT, pool);
    register_word(queue, "last", -5, pool);
    register_word(queue, "old 10", 10, pool);
    register_word(queue, "new 10", 10, pool);
    register_word(queue, "0", 0, pool);
    CHILD_OK(brood_finalizer_register(NULL, register_more, more, 7, pool));
    /* The child cannot end before a finalizer of 0 or more has let it. */
    CHILD_OK(
        brood_process_create(&child, grandchild, BROOD_ARGS(queue, gate), NULL, pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_finalizer_register(NULL, open_gate, gate, 1, pool));
    if (by_exit) {
        exit(3);
    }
    return 3;
}

static void in_their_order(void **state) {
    static const char *const words[] = {
        "new 10", "old 10", "7", "second of 7", "0", "child", "first of the last",
        "last"};
    brood_test_t *test = *state;
    brood_queue_t *queue, *gate;
    brood_values_t *values;
    const char *word;
    int by_exit;
    size_t i;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    assert_success(brood_queue_create(&gate, NULL, test->pool));
    for (by_exit = 0; by_exit < 2; by_exit++) {
        int child_before_0 = 0;

        brood_test_join(
            brood_test_start(register_all, BROOD_ARGS(queue, gate, by_exit), test), 3);
        for (i = 0; i < sizeof words / sizeof words[0]; i++) {
            const char *wanted = words[i];

            assert_success(brood_queue_get(queue, &values, 0, test->pool));
            assert_success(BROOD_UNPACK(values, &word));
            if (i == 4 &&
                strcmp(word, "child") == 0) { /* let go at 1, it may be quicker */
                child_before_0 = 1;
            }
            wanted = child_before_0 && i == 4   ? "child"
                     : child_before_0 && i == 5 ? "0"
                                                : wanted;
            assert_string_equal(word, wanted);
        }
        assert_int_equal(brood_queue_empty(queue), 1);
    }
}

/* ---- other processes' ---- */

static brood_finalizer_t *parents;

static int has_none(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    if (parents != NULL) { /* forked */
        CHILD_CHECK(!brood_finalizer_is_active(parents));
        CHILD_STATUS(brood_finalizer_call(parents), BROOD_ECLOSED);
        CHILD_STATUS(brood_finalizer_cancel(parents), BROOD_ECLOSED);
    }
    return 0;
}

static void the_parents_are_the_parents(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue;
    apr_pool_t *pool;
    note_t note;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    note.queue = queue;
    note.word = "parent";
    assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
    assert_success(brood_finalizer_register(&parents, say_word, &note, 3, pool));
    brood_test_join(brood_test_start(has_none, BROOD_NO_ARGS, test), 0);
    assert_int_equal(brood_queue_empty(queue), 1);
    assert_int_equal(brood_finalizer_is_active(parents), 1);
    apr_pool_destroy(pool);
    parents = NULL;
    assert_int_equal(brood_queue_empty(queue), 0);
}

static int leave_at_once(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    register_word(queue, "no", 5, pool);
    _Exit(6);
}

static void none_without_a_normal_exit(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    brood_test_join(brood_test_start(leave_at_once, BROOD_ARGS(queue), test), 6);
    assert_int_equal(brood_queue_empty(queue), 1);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(called_once),
    BROOD_TEST(cancelled),
    BROOD_TEST(with_its_pool),
    BROOD_TEST(its_pool_waits_for_it),
    BROOD_TEST(it_may_clear_its_own_pool),
    BROOD_TEST(bad_arguments),
    BROOD_TEST(in_their_order),
    BROOD_TEST(the_parents_are_the_parents),
    BROOD_TEST(none_without_a_normal_exit),
};

BROOD_TEST_MAIN(tests)
