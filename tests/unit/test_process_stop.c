/* Processes: the ladder by which one is stopped, and the request that a child sees. */
#include "methods.h"

#include <apr_signal.h>

#define LATE (20 * 1000000)
#define MOMENT 20000
#define ASKED 21

static int pause_until_asked(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    CHILD_OK(brood_stop_wait(LATE));
    CHILD_OK(brood_stop_wait(0));
    CHILD_CHECK(brood_stop_requested() == 1);
    return ASKED;
}

/* Tells that it works, and looks between two pieces of work. */
static int work_until_asked(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    int64_t end = brood_test_now_us() + LATE;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_CHECK(brood_stop_requested() == 0);
    CHILD_STATUS(brood_stop_wait(0), APR_TIMEUP);
    CHILD_STATUS(brood_stop_wait(1000), APR_TIMEUP);
    CHILD_OK(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    while (!brood_stop_requested()) {
        CHILD_CHECK(brood_test_now_us() < end);
    }
    return ASKED;
}

/* Hears nothing; `deaf` to SIGTERM too, where there is such a thing. */
static int go_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *values;
    int deaf;

    CHILD_OK(BROOD_UNPACK(state, &queue, &deaf));
    if (deaf) {
        (void)apr_signal(SIGTERM, SIG_IGN);
    }
    CHILD_OK(brood_queue_put(queue, BROOD_NO_ARGS, LATE));
    (void)brood_queue_get(queue, &values, 0, pool); /* its own, or nobody's */
    while (brood_queue_put(queue, BROOD_NO_ARGS, LATE) == APR_SUCCESS) {}
    return 0;
}

static brood_queue_t *make_queue(brood_test_t *test) {
    brood_queue_t *queue;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    return queue;
}

static void await_word(brood_queue_t *queue, brood_test_t *test) {
    brood_values_t *values;

    assert_success(brood_queue_get(queue, &values, LATE, test->pool));
}

static void asked_in_its_pause(void **state) {
    brood_test_t *test = *state;
    brood_process_t *child = brood_test_start(pause_until_asked, BROOD_NO_ARGS, test);

    assert_success(brood_process_ask(child));
    assert_success(brood_process_ask(child));
    brood_test_join(child, ASKED);
    assert_success(brood_process_ask(child));
}

static void asked_at_work(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_start(work_until_asked, BROOD_ARGS(queue), test);

    await_word(queue, test);
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_success(brood_process_ask(child));
    brood_test_join(child, ASKED);
}

/* One that is asked is not another that has its place later. */
static void a_request_is_nobody_elses(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *asked = brood_test_start(pause_until_asked, BROOD_NO_ARGS, test);
    brood_process_t *others[3];
    size_t i;

    assert_success(brood_process_ask(asked));
    brood_test_join(asked, ASKED);
    for (i = 0; i < 3; i++) {
        others[i] = brood_test_start(work_until_asked, BROOD_ARGS(queue), test);
        await_word(queue, test);
        assert_success(brood_process_ask(asked));
    }
    for (i = 0; i < 3; i++) {
        assert_status(brood_process_join(others[i], 0), APR_TIMEUP);
        assert_success(brood_process_ask(others[i]));
        brood_test_join(others[i], ASKED);
    }
}

static void nobody_asks_the_first(void **state) {
    (void)state;
    assert_int_equal(brood_stop_requested(), 0);
    assert_status(brood_stop_wait(0), APR_TIMEUP);
    assert_status(brood_stop_wait(1000), APR_TIMEUP);
}

static int pass_it_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_process_t *child;
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    int method, code;

    CHILD_OK(BROOD_UNPACK(state, &queue, &method));
    options.method = (brood_start_method_t)method;
    CHILD_OK(brood_process_create(&child, work_until_asked, BROOD_ARGS(queue), &options,
                                  pool));
    CHILD_OK(brood_process_start(child));
    CHILD_OK(brood_stop_wait(LATE));
    CHILD_STATUS(brood_process_join(child, 0), APR_TIMEUP); /* nobody has asked it */
    CHILD_OK(brood_process_stop(child, NULL, 0, NULL));
    CHILD_OK(brood_process_exit_code(child, &code));
    return code;
}

static void who_is_asked_asks_its_own(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child =
        brood_test_start(pass_it_on, BROOD_ARGS(queue, (int)test->method), test);

    await_word(queue, test);
    assert_success(brood_process_ask(child));
    brood_test_join(child, ASKED);
}

/* ---- ladders ---- */

static void each_step_ends_its_kind(void **state) {
    static const brood_stop_step_t ladder[] = {{BROOD_STOP_WAIT, MOMENT},
                                               {BROOD_STOP_ASK, MOMENT},
                                               {BROOD_STOP_TERMINATE, 10 * MOMENT},
                                               {BROOD_STOP_KILL, BROOD_FOREVER}};
    static const brood_stop_step_t soft[] = {{BROOD_STOP_WAIT, MOMENT},
                                             {BROOD_STOP_ASK, LATE}};
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_stop_what_t ended_by;
    brood_process_t *child;

    child = brood_test_start(pause_until_asked, BROOD_NO_ARGS, test);
    assert_success(brood_process_stop(child, soft, 2, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_ASK);
    brood_test_join(child, ASKED);
    assert_success(brood_process_stop(child, soft, 2, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_NONE);

    child = brood_test_start(go_on, BROOD_ARGS(queue, 0), test);
    assert_success(brood_process_stop(child, ladder, 4, &ended_by));
    assert_in_range(ended_by, BROOD_STOP_TERMINATE, BROOD_STOP_KILL);
    brood_test_join(child, ended_by == BROOD_STOP_TERMINATE ? -15 : -9);

    child = brood_test_start(go_on, BROOD_ARGS(queue, 1), test);
    await_word(queue, test);
    assert_success(brood_process_stop(child, ladder, 4, &ended_by));
    assert_in_range(ended_by, BROOD_STOP_TERMINATE, BROOD_STOP_KILL);
    brood_test_join(child, ended_by == BROOD_STOP_TERMINATE ? -15 : -9);
}

static void a_ladder_may_be_too_short(void **state) {
    static const brood_stop_step_t wait[] = {{BROOD_STOP_WAIT, MOMENT}};
    static const brood_stop_step_t kill[] = {{BROOD_STOP_KILL, LATE}};
    brood_test_t *test = *state;
    brood_queue_t *queue = make_queue(test);
    brood_process_t *child = brood_test_start(go_on, BROOD_ARGS(queue, 0), test);
    brood_stop_what_t ended_by = BROOD_STOP_KILL;
    int64_t begin = brood_test_now_us();

    assert_status(brood_process_stop(child, wait, 1, &ended_by), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= MOMENT - 1000);
    assert_detail(brood_process_name(child));
    assert_int_equal(ended_by, BROOD_STOP_NONE);
    assert_success(brood_process_stop(child, kill, 1, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_KILL);
    brood_test_join(child, -9);
}

static void bad_ladders(void **state) {
    const brood_stop_step_t bad[] = {{BROOD_STOP_WAIT, 0}, {(brood_stop_what_t)7, 0}};
    const brood_stop_step_t none[] = {{BROOD_STOP_NONE, 0}};
    brood_test_t *test = *state;
    brood_process_t *child =
        brood_test_create(pause_until_asked, BROOD_NO_ARGS, NULL, test);
    brood_stop_what_t ended_by;

    assert_status(brood_process_stop(child, NULL, 0, &ended_by), BROOD_ENOTSTARTED);
    assert_status(brood_process_ask(child), BROOD_ENOTSTARTED);
    assert_success(brood_process_start(child));
    assert_status(brood_process_stop(child, bad, 2, &ended_by), APR_EINVAL);
    assert_detail("step 2");
    assert_status(brood_process_stop(child, none, 1, &ended_by), APR_EINVAL);
    assert_status(brood_process_stop(child, NULL, 1, &ended_by), APR_EINVAL);
    assert_status(brood_process_stop(child, bad, 0, &ended_by), APR_EINVAL);
    assert_status(brood_process_stop(child, bad, BROOD_STOP_STEPS_MAX + 1, &ended_by),
                  APR_EINVAL);
    assert_int_equal(brood_process_is_alive(child), 1);
    assert_success(brood_process_stop(child, NULL, 0, &ended_by));
    assert_int_equal(ended_by, BROOD_STOP_ASK);
    brood_test_join(child, ASKED);
    assert_success(brood_process_close(child));
    assert_status(brood_process_stop(child, NULL, 0, NULL), BROOD_ECLOSED);
    assert_string_equal(brood_stop_name(BROOD_STOP_NONE), "none");
    assert_string_equal(brood_stop_name(BROOD_STOP_TERMINATE), "terminate");
    assert_null(brood_stop_name((brood_stop_what_t)5));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(asked_in_its_pause),        BROOD_TEST(asked_at_work),
    BROOD_TEST(a_request_is_nobody_elses), BROOD_TEST(nobody_asks_the_first),
    BROOD_TEST(who_is_asked_asks_its_own), BROOD_TEST(each_step_ends_its_kind),
    BROOD_TEST(a_ladder_may_be_too_short), BROOD_TEST(bad_ladders),
};

BROOD_TEST_MAIN(tests)
