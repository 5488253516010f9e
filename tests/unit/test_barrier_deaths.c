/* Barriers between processes: handed over with their action, and what becomes of the others
 * when a party is killed or stopped. */
#include "methods.h"

#include "outside.h"
#include "waiting.h"
#include <apr_thread_proc.h>
#include <string.h>

#define LATE (20 * 1000000)
#define TOLD_US \
    2000000 /* far more than the 200 ms that are promised: machines are busy */
#define BROKEN_CODE 50

/* ---- children ---- */

/* Answers with its index, or that the barrier was broken and why. */
static int code_of(apr_status_t rv, uint32_t index) {
    static const char *const words[] = {"time", "aborted", "action", "died", "reset"};
    CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EBROKENBARRIER || rv == APR_TIMEUP);
    if (rv == APR_SUCCESS) {
        return (int)index;
    }
    for (int i = 0; i < 5 && rv == BROOD_EBROKENBARRIER; i++) {
        if (strstr(brood_error_detail(), words[i]) != NULL) {
            return BROKEN_CODE + 1 + i;
        }
    }
    return BROKEN_CODE;
}

enum { TIMED_OUT = BROKEN_CODE, DIED = BROKEN_CODE + 4, RESET };

static int wait_once(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    uint32_t index = 99;
    apr_status_t rv;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &barrier));
    rv = brood_barrier_wait(barrier, BROOD_BARRIER_TIMEOUT, &index);
    return code_of(rv, index);
}

static brood_process_t *start_waiter(brood_barrier_t *barrier, uint32_t waiters,
                                     brood_test_t *test) {
    brood_process_t *process = brood_test_start(wait_once, BROOD_ARGS(barrier), test);
    assert_true(brood_test_await_waiters(barrier, waiters));
    return process;
}

/* A waiter's record is there before it has arrived: this one has. */
static brood_process_t *start_arrived(brood_barrier_t *barrier, uint32_t waiters,
                                      brood_test_t *test) {
    brood_process_t *process = start_waiter(barrier, waiters, test);
    int64_t end_us = brood_test_now_us() + LATE;
    while (brood_barrier_waiting(barrier) < waiters && brood_test_now_us() < end_us) {
        apr_thread_yield();
    }
    assert_int_equal(brood_barrier_waiting(barrier), waiters);
    return process;
}

/* ---- handing over ---- */

static void children_meet(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *children[4];
    int seen[5] = {0};
    uint32_t index;

    assert_success(brood_barrier_create(&barrier, 5, NULL, LATE, test->pool));
    for (int i = 0; i < 4; i++) {
        children[i] = brood_test_start(wait_once, BROOD_ARGS(barrier), test);
    }
    assert_success(brood_barrier_wait(barrier, LATE, &index));
    seen[index]++;
    for (int i = 0; i < 4; i++) {
        int code = brood_test_end_of(children[i]);
        assert_in_range(code, 0, 4);
        seen[code]++;
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(seen[i], 1);
    }
}

static apr_status_t count_up(void *data) {
    ++*(int *)data;
    return APR_SUCCESS;
}

/* Each has a counter of its own, and the action counts in that of the last to arrive. */
static int act_in_turn(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    uint32_t index;
    int acted = 0;
    int last = 0;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &barrier));
    CHILD_OK(brood_barrier_set_data(barrier, &acted));
    for (int i = 0; i < 200; i++) {
        CHILD_OK(brood_barrier_wait(barrier, LATE, &index));
        last += index == brood_barrier_parties(barrier) - 1;
        CHILD_CHECK(acted == last);
    }
    return 0;
}

static void the_action_is_run_where_the_last_arrives(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *children[3];

    assert_success(brood_barrier_create(&barrier, 3, count_up, -1, test->pool));
    for (int i = 0; i < 3; i++) {
        children[i] = brood_test_start(act_in_turn, BROOD_ARGS(barrier), test);
    }
    for (int i = 0; i < 3; i++) {
        brood_test_join(children[i], 0);
    }
}

static void a_closed_one_does_not_travel(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *process;

    assert_success(brood_barrier_create(&barrier, 2, NULL, -1, test->pool));
    assert_success(brood_barrier_close(barrier));
    assert_status(
        brood_process_create(&process, wait_once, BROOD_ARGS(barrier), NULL, test->pool),
        BROOD_ECLOSED);
    assert_null(process);
}

/* ---- deaths ---- */

/* What never ends in CPython. With and without somebody who learns of the death for all. */
static void a_party_that_has_arrived_is_killed(void **state) {
    brood_test_t *test = *state;

    for (int joined = 0; joined < 2; joined++) {
        brood_barrier_t *barrier;
        brood_process_t *killed, *one, *other;
        int64_t begin_us;
        assert_success(brood_barrier_create(&barrier, 4, NULL, -1, test->pool));
        one = start_arrived(barrier, 1, test);
        killed = start_arrived(barrier, 2, test);
        other = start_arrived(barrier, 3, test);
        while (brood_barrier_waiting(barrier) < 3) {}
        begin_us = brood_test_now_us();
        assert_success(brood_process_kill(killed));
        if (joined) {
            brood_test_join(killed, -9);
            assert_int_equal(brood_barrier_broken(barrier), 1);
        }
        brood_test_join(one, DIED);
        brood_test_join(other, DIED);
        print_message("told after %lld us\n",
                      (long long)(brood_test_now_us() - begin_us));
        assert_true(brood_test_now_us() - begin_us < TOLD_US);
        assert_status(brood_barrier_wait(barrier, LATE, NULL), BROOD_EBROKENBARRIER);
        assert_detail("died");
        brood_test_join(killed, -9);
        assert_success(brood_barrier_reset(barrier));
        assert_int_equal(brood_barrier_broken(barrier), 0);
        assert_success(brood_barrier_close(barrier));
    }
}

/* The death is learned of by one who has nothing to do with the barrier any more: it frees the
 * dead one's record, and the others see that there are too few. */
static void a_stranger_buries_the_dead(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *killed, *one, *other;

    assert_success(brood_barrier_create(&barrier, 4, NULL, -1, test->pool));
    killed = start_arrived(barrier, 1, test);
    one = start_arrived(barrier, 2, test);
    other = start_arrived(barrier, 3, test);
    while (brood_barrier_waiting(barrier) < 3) {}
    assert_success(brood_barrier_close(barrier));
    assert_success(brood_process_kill(killed));
    brood_test_join(killed, -9);
    brood_test_join(one, DIED);
    brood_test_join(other, DIED);
}

static int do_nothing(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &barrier));
    return 0;
}

static void only_the_time_helps_against_who_never_came(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *waiter;

    assert_success(brood_barrier_create(&barrier, 2, NULL, 400000, test->pool));
    waiter = brood_test_start(wait_once, BROOD_ARGS(barrier), test);
    brood_test_join(brood_test_start(do_nothing, BROOD_ARGS(barrier), test), 0);
    brood_test_join(waiter, TIMED_OUT);
    assert_int_equal(brood_barrier_broken(barrier), 1);
}

static apr_status_t begin_and_stay(void *data) {
    brood_event_t **events = data;
    apr_status_t rv = brood_event_set(events[0]);
    return rv == APR_SUCCESS ? brood_event_wait(events[1], BROOD_FOREVER) : rv;
}

static int act_for_ever(const brood_values_t *state, apr_pool_t *pool) {
    brood_barrier_t *barrier;
    brood_event_t *events[2];
    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &barrier, &events[0], &events[1]));
    CHILD_OK(brood_barrier_set_data(barrier, events));
    CHILD_OK(brood_barrier_wait(barrier, BROOD_FOREVER, NULL));
    return 0;
}

static void the_party_that_runs_the_action_is_killed(void **state) {
    brood_test_t *test = *state;

    for (int joined = 0; joined < 2; joined++) {
        brood_barrier_t *barrier;
        brood_event_t *begun, *never;
        brood_process_t *waiter, *actor, *next;
        assert_success(brood_event_create(&begun, test->pool));
        assert_success(brood_event_create(&never, test->pool));
        assert_success(brood_barrier_create(&barrier, 2, begin_and_stay, -1, test->pool));
        waiter = start_arrived(barrier, 1, test);
        actor = brood_test_start(act_for_ever, BROOD_ARGS(barrier, begun, never), test);
        assert_success(brood_event_wait(begun, LATE));
        next = start_waiter(barrier, 3, test); /* for the next time */
        assert_success(brood_process_kill(actor));
        if (joined) {
            brood_test_join(actor, -9);
        }
        brood_test_join(waiter, DIED);
        brood_test_join(next, DIED);
        brood_test_join(actor, -9);
    }
}

/* ---- stopped parties ---- */

static void a_stopped_party_holds_nobody_up(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *stopped, *other;
    int64_t pid;

    assert_success(brood_barrier_create(&barrier, 3, NULL, -1, test->pool));
    stopped = start_arrived(barrier, 1, test);
    pid = brood_process_pid(stopped);
    assert_int_equal(brood_test_stop(pid), APR_SUCCESS);
    other = start_arrived(barrier, 2, test);
    while (brood_barrier_waiting(barrier) < 2) {}
    assert_success(brood_barrier_wait(barrier, 0, NULL));
    brood_test_join(other, 1);
    /* Its time is over, and all went well: what comes later does not change that. */
    assert_success(brood_barrier_abort(barrier));
    assert_success(brood_barrier_reset(barrier));
    assert_success(brood_barrier_abort(barrier));
    assert_int_equal(brood_test_continue(pid), APR_SUCCESS);
    brood_test_join(stopped, 0);
}

static void a_stopped_party_hears_of_a_reset(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *stopped;
    int64_t pid;

    assert_success(brood_barrier_create(&barrier, 2, NULL, -1, test->pool));
    stopped = start_arrived(barrier, 1, test);
    pid = brood_process_pid(stopped);
    assert_int_equal(brood_test_stop(pid), APR_SUCCESS);
    assert_success(brood_barrier_abort(barrier));
    assert_success(brood_barrier_reset(barrier));
    /* The barrier goes on without it, once and again. */
    for (int i = 0; i < 3; i++) {
        brood_process_t *other = start_arrived(barrier, 1, test);
        while (brood_barrier_waiting(barrier) < 1) {}
        assert_success(brood_barrier_wait(barrier, 0, NULL));
        brood_test_join(other, 0);
    }
    assert_int_equal(brood_test_continue(pid), APR_SUCCESS);
    brood_test_join(stopped, RESET);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(children_meet),
    BROOD_TEST(the_action_is_run_where_the_last_arrives),
    BROOD_TEST(a_closed_one_does_not_travel),
    BROOD_TEST(a_party_that_has_arrived_is_killed),
    BROOD_TEST(a_stranger_buries_the_dead),
    BROOD_TEST(only_the_time_helps_against_who_never_came),
    BROOD_TEST(the_party_that_runs_the_action_is_killed),
    BROOD_TEST(a_stopped_party_holds_nobody_up),
    BROOD_TEST(a_stopped_party_hears_of_a_reset),
};

BROOD_TEST_MAIN(tests)
