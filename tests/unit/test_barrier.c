/* Barriers: arriving, indices, the action, timeouts, abort and reset, in one process and its
 * threads. What happens between processes is in test_barrier_deaths.c. */
#include "methods.h"

#include "object.h"
#include "waiter.h"
#include "waiting.h"
#include <apr_thread_proc.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* ---- one thread ---- */

static void the_number_of_parties_is_checked(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;

    assert_status(brood_barrier_create(&barrier, 0, NULL, -1, test->pool), APR_EINVAL);
    assert_detail("0");
    assert_null(barrier);
    assert_status(brood_barrier_create(&barrier, BROOD_BARRIER_PARTIES_MAX + 1, NULL, -1,
                                       test->pool),
                  APR_EINVAL);
    assert_detail("1024");
    assert_success(
        brood_barrier_create(&barrier, BROOD_BARRIER_PARTIES_MAX, NULL, -1, test->pool));
    assert_int_equal(brood_barrier_parties(barrier), BROOD_BARRIER_PARTIES_MAX);
    assert_int_equal(brood_barrier_waiting(barrier), 0);
    assert_int_equal(brood_barrier_broken(barrier), 0);
    assert_success(brood_barrier_close(barrier));
}

static void one_party_waits_for_nobody(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    uint32_t index;

    assert_success(brood_barrier_create(&barrier, 1, NULL, 0, test->pool));
    for (int round = 0; round < 1000; round++) {
        index = 77;
        assert_success(brood_barrier_wait(barrier, BROOD_FOREVER, &index));
        assert_int_equal(index, 0);
    }
    assert_success(brood_barrier_wait(barrier, 0, NULL));
    assert_success(brood_barrier_wait(barrier, BROOD_BARRIER_TIMEOUT, NULL));
    assert_success(brood_barrier_close(barrier));
}

static void the_time_breaks_it(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    int64_t begin_us;
    const apr_interval_time_t timeouts[] = {0, SOON, BROOD_BARRIER_TIMEOUT};

    for (int i = 0; i < 3; i++) {
        assert_success(brood_barrier_create(&barrier, 2, NULL, SOON, test->pool));
        begin_us = brood_test_now_us();
        assert_status(brood_barrier_wait(barrier, timeouts[i], NULL), APR_TIMEUP);
        assert_true(brood_test_now_us() - begin_us >= (i == 0 ? 0 : SOON));
        assert_int_equal(brood_barrier_broken(barrier), 1);
        assert_int_equal(brood_barrier_waiting(barrier), 0);
        assert_status(brood_barrier_wait(barrier, LATE, NULL), BROOD_EBROKENBARRIER);
        assert_detail("time");
        assert_int_equal(brood_test_waiters_in(barrier), 0);
        assert_success(brood_barrier_close(barrier));
    }
}

static void an_aborted_one_is_broken_until_it_is_reset(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;

    assert_success(brood_barrier_create(&barrier, 1, NULL, -1, test->pool));
    assert_success(brood_barrier_reset(barrier));
    for (int round = 0; round < 3; round++) {
        assert_success(brood_barrier_abort(barrier));
        assert_success(brood_barrier_abort(barrier));
        assert_int_equal(brood_barrier_broken(barrier), 1);
        assert_status(brood_barrier_wait(barrier, LATE, NULL), BROOD_EBROKENBARRIER);
        assert_detail("aborted");
        assert_success(brood_barrier_reset(barrier));
        assert_success(brood_barrier_reset(barrier));
        assert_int_equal(brood_barrier_broken(barrier), 0);
        assert_success(brood_barrier_wait(barrier, LATE, NULL));
    }
}

static apr_status_t count_up(void *data) {
    ++*(int *)data;
    return APR_SUCCESS;
}

static apr_status_t fail_again(void *data) {
    ++*(int *)data;
    return APR_EAGAIN;
}

static void the_action_is_run_each_time(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    int count = 0;

    assert_success(brood_barrier_create(&barrier, 1, count_up, -1, test->pool));
    assert_success(brood_barrier_set_data(barrier, &count));
    for (int round = 1; round <= 100; round++) {
        uint32_t index = 77;
        assert_success(brood_barrier_wait(barrier, 0, &index));
        assert_int_equal(count, round);
        assert_int_equal(index, 0);
    }
    assert_int_equal(brood_test_waiters_in(barrier), 0);
}

static void an_action_that_fails_breaks_it(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    int count = 0;

    assert_success(brood_barrier_create(&barrier, 1, fail_again, -1, test->pool));
    assert_success(brood_barrier_set_data(barrier, &count));
    assert_status(brood_barrier_wait(barrier, LATE, NULL), APR_EAGAIN);
    assert_int_equal(count, 1);
    assert_int_equal(brood_barrier_broken(barrier), 1);
    assert_status(brood_barrier_wait(barrier, LATE, NULL), BROOD_EBROKENBARRIER);
    assert_detail("action");
    assert_success(brood_barrier_reset(barrier));
    assert_status(brood_barrier_wait(barrier, LATE, NULL), APR_EAGAIN);
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    brood_process_t *process;
    uint32_t index = 77;

    assert_success(brood_barrier_create(&barrier, 1, NULL, -1, test->pool));
    assert_success(brood_barrier_close(barrier));
    assert_success(brood_barrier_close(barrier));
    assert_status(brood_barrier_wait(barrier, 0, &index), BROOD_ECLOSED);
    assert_detail("barrier");
    assert_int_equal(index, 0);
    assert_status(brood_barrier_abort(barrier), BROOD_ECLOSED);
    assert_status(brood_barrier_reset(barrier), BROOD_ECLOSED);
    assert_status(brood_barrier_set_data(barrier, NULL), BROOD_ECLOSED);
    assert_int_equal(brood_barrier_broken(barrier), 0);
    assert_int_equal(brood_barrier_parties(barrier), 0);
    assert_int_equal(brood_barrier_waiting(barrier), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(barrier), NULL, test->pool),
        APR_EINVAL);
}

static void null_is_an_error(void **state) {
    (void)state;
    assert_status(brood_barrier_wait(NULL, 0, NULL), APR_EINVAL);
    assert_detail("barrier");
    assert_status(brood_barrier_abort(NULL), APR_EINVAL);
    assert_status(brood_barrier_reset(NULL), APR_EINVAL);
    assert_status(brood_barrier_set_data(NULL, NULL), APR_EINVAL);
    assert_status(brood_barrier_close(NULL), APR_EINVAL);
    assert_int_equal(brood_barrier_broken(NULL), 0);
    assert_int_equal(brood_barrier_parties(NULL), 0);
    assert_int_equal(brood_barrier_waiting(NULL), 0);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    apr_pool_t *pool;

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_barrier_create(&barrier, 2, NULL, -1, pool));
        assert_int_equal(brood_barrier_broken(barrier), 0); /* whatever its cell was */
        assert_int_equal(brood_barrier_waiting(barrier), 0);
        assert_status(brood_barrier_wait(barrier, 0, NULL), APR_TIMEUP);
        apr_pool_destroy(pool);
    }
}

/* The session's table is full: the party has not arrived, and nothing is broken. */
static void a_full_table_is_told(void **state) {
    static brood__waiter_t *records[BROOD__WAITERS];
    brood_test_t *test = *state;
    brood_barrier_t *barrier;
    const brood__object_t *object;
    brood_os_word_t word;
    uint32_t count = 0;
    uint32_t seen;

    assert_success(brood_barrier_create(&barrier, 2, NULL, -1, test->pool));
    object = (const brood__object_t *)barrier;
    word = brood__segment_word(object->hold.segment, &object->hold.cell->own.words[9]);
    while (count < BROOD__WAITERS &&
           brood__waiter_begin(&records[count], &seen, &word, 1) == APR_SUCCESS) {
        count++;
    }
    assert_int_equal(count, BROOD__WAITERS);
    assert_status(brood_barrier_wait(barrier, BROOD_FOREVER, NULL), BROOD_EFULL);
    assert_detail("4096");
    assert_int_equal(brood_barrier_waiting(barrier), 0);
    assert_int_equal(brood_barrier_broken(barrier), 0);
    while (count > 0) {
        brood__waiter_end(records[--count]);
    }
    assert_status(brood_barrier_wait(barrier, 0, NULL), APR_TIMEUP);
}

/* ---- threads of one process ---- */

#define THREADS 5
#define ROUNDS 300

typedef struct party_t {
    struct crowd_t *crowd;
    apr_thread_t *thread;
    apr_status_t result;
    uint32_t index;
    apr_interval_time_t timeout;
    char detail[200];
} party_t;

typedef struct crowd_t {
    brood_barrier_t *barrier;
    party_t each[THREADS];
    /* Written between two waits only, by the one with that index: */
    int sum[THREADS];
    int acted; /* by the action */
    int torn;  /* by the one with index 0 */
} crowd_t;

static void start(crowd_t *crowd, int from, int to, apr_thread_start_t function,
                  brood_test_t *test) {
    for (int i = from; i < to; i++) {
        party_t *party = &crowd->each[i];
        party->crowd = crowd;
        party->result = -1;
        assert_int_equal(
            apr_thread_create(&party->thread, NULL, function, party, test->pool),
            APR_SUCCESS);
    }
}

static void join(crowd_t *crowd, int from, int to) {
    for (int i = from; i < to; i++) {
        apr_status_t result;
        (void)apr_thread_join(&result, crowd->each[i].thread);
    }
}

static apr_status_t count_round(void *data) {
    crowd_t *crowd = data;
    crowd->acted++;
    return APR_SUCCESS;
}

/* In each round every party adds one to its own place, which is another one each time; after
 * the barrier one of them looks whether all have. */
static void *APR_THREAD_FUNC go_round(apr_thread_t *thread, void *data) {
    party_t *party = data;
    crowd_t *crowd = party->crowd;
    (void)thread;
    for (int round = 1; round <= ROUNDS; round++) {
        party->result = brood_barrier_wait(crowd->barrier, LATE, &party->index);
        if (party->result != APR_SUCCESS || party->index >= THREADS) {
            return NULL;
        }
        crowd->sum[party->index]++;
        party->result = brood_barrier_wait(crowd->barrier, LATE, &party->index);
        if (party->result != APR_SUCCESS) {
            return NULL;
        }
        if (party->index == 0) {
            crowd->torn += crowd->acted != 2 * round;
            for (int i = 0; i < THREADS; i++) {
                crowd->torn += crowd->sum[i] != round;
            }
        }
        party->result = brood_barrier_wait(crowd->barrier, LATE, NULL);
        if (party->result != APR_SUCCESS) {
            return NULL;
        }
        if (party->index == 0) {
            crowd->acted--; /* that of the third wait */
        }
        party->result = brood_barrier_wait(crowd->barrier, LATE, NULL);
        if (party->result != APR_SUCCESS) {
            return NULL;
        }
        if (party->index == 1) {
            crowd->acted--; /* and of this one */
        }
    }
    return NULL;
}

static void indices_are_unique_and_rounds_are_apart(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(
        brood_barrier_create(&crowd.barrier, THREADS, count_round, -1, test->pool));
    assert_success(brood_barrier_set_data(crowd.barrier, &crowd));
    start(&crowd, 0, THREADS, go_round, test);
    join(&crowd, 0, THREADS);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(crowd.each[i].result, APR_SUCCESS);
        assert_int_equal(crowd.sum[i], ROUNDS);
    }
    assert_int_equal(crowd.torn, 0);
    assert_int_equal(brood_test_waiters_in(crowd.barrier), 0);
    assert_success(brood_barrier_close(crowd.barrier));
}

static void *APR_THREAD_FUNC wait_once(apr_thread_t *thread, void *data) {
    party_t *party = data;
    (void)thread;
    party->result =
        brood_barrier_wait(party->crowd->barrier,
                           party->timeout == 0 ? LATE : party->timeout, &party->index);
    strncpy(party->detail, brood_error_detail(), sizeof party->detail - 1);
    return NULL;
}

static void start_waiting(crowd_t *crowd, int from, int to, brood_test_t *test) {
    start(crowd, from, to, wait_once, test);
    assert_true(brood_test_await_waiters(crowd->barrier, (uint32_t)to));
    while (brood_barrier_waiting(crowd->barrier) < (uint32_t)to) {}
}

static void assert_all(crowd_t *crowd, int from, int to, apr_status_t wanted,
                       const char *why) {
    join(crowd, from, to);
    for (int i = from; i < to; i++) {
        assert_status(crowd->each[i].result, wanted);
        if (why != NULL) {
            assert_non_null(strstr(crowd->each[i].detail, why));
        }
    }
}

static void those_who_wait_are_counted(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_barrier_create(&crowd.barrier, THREADS, NULL, -1, test->pool));
    for (int i = 0; i < THREADS - 1; i++) {
        assert_int_equal(brood_barrier_waiting(crowd.barrier), i);
        start_waiting(&crowd, i, i + 1, test);
        crowd.each[i].index = 77;
    }
    assert_int_equal(brood_barrier_waiting(crowd.barrier), THREADS - 1);
    assert_status(brood_barrier_close(crowd.barrier), BROOD_EBUSY);
    assert_success(brood_barrier_wait(crowd.barrier, 0, &crowd.each[THREADS - 1].index));
    assert_int_equal(brood_barrier_waiting(crowd.barrier), 0);
    assert_all(&crowd, 0, THREADS - 1, APR_SUCCESS, NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(crowd.each[i].index, i); /* the order in which they came */
    }
    assert_success(brood_barrier_close(crowd.barrier));
}

static void the_time_of_one_breaks_it_for_all(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_barrier_create(&crowd.barrier, THREADS, NULL, -1, test->pool));
    start_waiting(&crowd, 0, THREADS - 2, test);
    assert_status(brood_barrier_wait(crowd.barrier, SOON, NULL), APR_TIMEUP);
    assert_all(&crowd, 0, THREADS - 2, BROOD_EBROKENBARRIER, "time");
}

static void abort_and_reset_end_the_wait_of_all(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};

    assert_success(brood_barrier_create(&crowd.barrier, THREADS, NULL, -1, test->pool));
    start_waiting(&crowd, 0, THREADS - 1, test);
    assert_success(brood_barrier_abort(crowd.barrier));
    assert_all(&crowd, 0, THREADS - 1, BROOD_EBROKENBARRIER, "aborted");
    assert_success(brood_barrier_reset(crowd.barrier));

    start_waiting(&crowd, 0, THREADS - 1, test);
    assert_success(brood_barrier_reset(crowd.barrier));
    assert_int_equal(brood_barrier_broken(crowd.barrier), 0);
    assert_int_equal(brood_barrier_waiting(crowd.barrier), 0);
    assert_all(&crowd, 0, THREADS - 1, BROOD_EBROKENBARRIER, "reset");

    /* Broken and reset before they have looked: they hear of the one or the other. */
    start_waiting(&crowd, 0, THREADS - 1, test);
    assert_success(brood_barrier_abort(crowd.barrier));
    assert_success(brood_barrier_reset(crowd.barrier));
    assert_all(&crowd, 0, THREADS - 1, BROOD_EBROKENBARRIER, NULL);

    start_waiting(&crowd, 0, THREADS - 1, test);
    assert_success(brood_barrier_wait(crowd.barrier, 0, NULL));
    assert_all(&crowd, 0, THREADS - 1, APR_SUCCESS, NULL);
}

/* ---- while the action runs ---- */

typedef struct slow_t {
    brood_event_t *begun, *go_on;
    apr_status_t result;
} slow_t;

static apr_status_t be_slow(void *data) {
    slow_t *slow = data;
    apr_status_t rv = brood_event_set(slow->begun);
    if (rv == APR_SUCCESS) {
        rv = brood_event_wait(slow->go_on, LATE);
    }
    return rv == APR_SUCCESS ? slow->result : rv;
}

/* All but one wait, and the last one is in the action. */
static void start_slow(slow_t *slow, crowd_t *crowd, uint32_t parties,
                       brood_test_t *test) {
    memset(slow, 0, sizeof *slow);
    assert_success(brood_event_create(&slow->begun, test->pool));
    assert_success(brood_event_create(&slow->go_on, test->pool));
    assert_success(
        brood_barrier_create(&crowd->barrier, parties, be_slow, -1, test->pool));
    assert_success(brood_barrier_set_data(crowd->barrier, slow));
    if (parties > 1) {
        start_waiting(crowd, 0, (int)parties - 1, test);
    }
    start(crowd, (int)parties - 1, (int)parties, wait_once, test);
    assert_success(brood_event_wait(slow->begun, LATE));
    assert_int_equal(brood_barrier_waiting(crowd->barrier), 0);
}

static void who_comes_during_the_action_is_for_the_next_time(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};
    slow_t slow;
    uint32_t index;

    start_slow(&slow, &crowd, 1, test);
    assert_status(brood_barrier_wait(crowd.barrier, 0, NULL), APR_TIMEUP);
    assert_status(brood_barrier_wait(crowd.barrier, SOON, NULL), APR_TIMEUP);
    assert_int_equal(brood_barrier_broken(crowd.barrier), 0);
    start(&crowd, 1, 2, wait_once, test);
    assert_true(brood_test_await_waiters(crowd.barrier, 2));
    assert_success(brood_event_set(slow.go_on));
    assert_all(&crowd, 0, 2, APR_SUCCESS, NULL);
    assert_success(brood_barrier_wait(crowd.barrier, 0, &index));
}

static void the_time_of_one_counts_during_the_action(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};
    slow_t slow;
    apr_status_t result;

    crowd.each[0].timeout = 2000000; /* by then the others are there */
    start_slow(&slow, &crowd, 3, test);
    (void)apr_thread_join(&result, crowd.each[0].thread);
    assert_status(crowd.each[0].result, APR_TIMEUP);
    assert_int_equal(brood_barrier_broken(crowd.barrier), 1);
    assert_all(&crowd, 1, 2, BROOD_EBROKENBARRIER,
               "time"); /* and the action still runs */
    assert_success(brood_event_set(slow.go_on));
    assert_all(&crowd, 2, 3, BROOD_EBROKENBARRIER, "time");
}

static void it_is_aborted_and_reset_during_the_action(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};
    slow_t slow;

    start_slow(&slow, &crowd, 3, test);
    assert_success(brood_barrier_abort(crowd.barrier));
    assert_all(&crowd, 0, 2, BROOD_EBROKENBARRIER, "aborted");
    assert_success(brood_barrier_reset(crowd.barrier));
    start(&crowd, 0, 2, wait_once, test); /* the next time begins */
    while (brood_barrier_waiting(crowd.barrier) < 2) {}
    assert_success(brood_event_set(slow.go_on));
    assert_all(&crowd, 2, 3, BROOD_EBROKENBARRIER, "reset");
    assert_int_equal(brood_barrier_waiting(crowd.barrier), 2);
    assert_success(brood_barrier_wait(crowd.barrier, 0, NULL));
    assert_all(&crowd, 0, 2, APR_SUCCESS, NULL);
}

static void all_hear_of_an_action_that_fails(void **state) {
    brood_test_t *test = *state;
    crowd_t crowd = {0};
    slow_t slow;

    start_slow(&slow, &crowd, 3, test);
    slow.result = BROOD_ETYPE;
    assert_success(brood_event_set(slow.go_on));
    assert_all(&crowd, 0, 2, BROOD_EBROKENBARRIER, "action");
    assert_all(&crowd, 2, 3, BROOD_ETYPE, NULL);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(the_number_of_parties_is_checked),
    BROOD_TEST(one_party_waits_for_nobody),
    BROOD_TEST(the_time_breaks_it),
    BROOD_TEST(an_aborted_one_is_broken_until_it_is_reset),
    BROOD_TEST(the_action_is_run_each_time),
    BROOD_TEST(an_action_that_fails_breaks_it),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(a_full_table_is_told),
    BROOD_TEST(indices_are_unique_and_rounds_are_apart),
    BROOD_TEST(those_who_wait_are_counted),
    BROOD_TEST(the_time_of_one_breaks_it_for_all),
    BROOD_TEST(abort_and_reset_end_the_wait_of_all),
    BROOD_TEST(who_comes_during_the_action_is_for_the_next_time),
    BROOD_TEST(the_time_of_one_counts_during_the_action),
    BROOD_TEST(it_is_aborted_and_reset_during_the_action),
    BROOD_TEST(all_hear_of_an_action_that_fails),
};

BROOD_TEST_MAIN(tests)
