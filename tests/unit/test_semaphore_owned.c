/* Semaphores that know their holders: who may release, what a death gives back and when, few
 * permits and many. */
#include "methods.h"

#include "object.h"
#include "os/clock.h"
#include "outside.h"
#include "waiter.h"
#include <apr_thread_proc.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* Few lie in the cell, many in a segment of their own. */
static const uint32_t counts[] = {1, 4, 5, 300};
#define COUNTS (sizeof counts / sizeof counts[0])

static uint32_t value_of(brood_semaphore_t *semaphore) {
    uint32_t value = 4711;
    assert_success(brood_semaphore_value(semaphore, &value));
    return value;
}

static void await_sleepers(brood_semaphore_t *semaphore, uint32_t count) {
    const brood__hold_t *hold = &((brood__object_t *)semaphore)->hold;
    brood_os_word_t event = brood__segment_word(hold->segment, &hold->cell->own.words[0]);
    int64_t end_us = brood_test_now_us() + LATE;
    while (brood__waiters_count(&event, UINT64_MAX) < count) {
        assert_true(brood_test_now_us() < end_us);
        brood_os_yield();
    }
}

static brood_semaphore_t *make(uint32_t count, brood_test_t *test) {
    brood_semaphore_t *semaphore;
    assert_success(
        brood_semaphore_create(&semaphore, count, BROOD_SEM_OWNED, test->pool));
    assert_int_equal(value_of(semaphore), count);
    assert_int_equal(brood_semaphore_held(semaphore), 0);
    return semaphore;
}

/* ---- one process ---- */

static void all_are_taken_and_given(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        for (uint32_t i = 1; i <= counts[at]; i++) {
            assert_success(brood_semaphore_acquire(semaphore, 0));
            assert_int_equal(brood_semaphore_held(semaphore), i);
            assert_int_equal(value_of(semaphore), counts[at] - i);
        }
        assert_status(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
        assert_status(brood_semaphore_acquire(semaphore, SOON), APR_TIMEUP);
        for (uint32_t i = counts[at]; i > 0; i--) {
            assert_success(brood_semaphore_release(semaphore, 1));
            assert_int_equal(brood_semaphore_held(semaphore), i - 1);
        }
        assert_status(brood_semaphore_release(semaphore, 1), BROOD_ENOTOWNER);
        assert_int_equal(value_of(semaphore), counts[at]);
        assert_success(brood_semaphore_close(semaphore));
    }
}

static void who_holds_too_few_gives_none(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 1; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        assert_status(brood_semaphore_release(semaphore, 1), BROOD_ENOTOWNER);
        assert_detail(brood_current_name());
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_status(brood_semaphore_release(semaphore, 4), BROOD_ENOTOWNER);
        assert_status(brood_semaphore_release(semaphore, UINT32_MAX), BROOD_ENOTOWNER);
        assert_int_equal(brood_semaphore_held(semaphore), 3);
        assert_success(brood_semaphore_release(semaphore, 2));
        assert_int_equal(brood_semaphore_held(semaphore), 1);
        assert_status(brood_semaphore_release(semaphore, 2), BROOD_ENOTOWNER);
        assert_int_equal(value_of(semaphore), counts[at] - 1);
        assert_success(brood_semaphore_release(semaphore, 1));
    }
}

static void the_most_is_65535(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore;

    assert_status(brood_semaphore_create(&semaphore, 0, BROOD_SEM_OWNED, test->pool),
                  APR_EINVAL);
    assert_detail("0");
    assert_null(semaphore);
    assert_status(brood_semaphore_create(&semaphore, BROOD_SEM_OWNED_MAX + 1,
                                         BROOD_SEM_OWNED, test->pool),
                  APR_EINVAL);
    assert_detail("65536");
    semaphore = make(BROOD_SEM_OWNED_MAX, test);
    for (uint32_t i = 0; i < BROOD_SEM_OWNED_MAX; i++) {
        assert_success(brood_semaphore_acquire(semaphore, 0));
    }
    assert_status(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
    assert_int_equal(value_of(semaphore), 0);
    assert_success(brood_semaphore_release(semaphore, BROOD_SEM_OWNED_MAX));
    assert_int_equal(value_of(semaphore), BROOD_SEM_OWNED_MAX);
    assert_success(brood_semaphore_close(semaphore));
}

static void a_holder_does_not_close_it(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_status(brood_semaphore_close(semaphore), BROOD_EBUSY);
        assert_detail("1");
        assert_success(brood_semaphore_release(semaphore, 1));
        assert_success(brood_semaphore_close(semaphore));
        assert_success(brood_semaphore_close(semaphore));
        assert_status(brood_semaphore_acquire(semaphore, 0), BROOD_ECLOSED);
        assert_status(brood_semaphore_release(semaphore, 1), BROOD_ECLOSED);
        assert_int_equal(brood_semaphore_held(semaphore), 0);
    }
}

/* ---- threads: the holder is the process ---- */

typedef struct users_t {
    brood_semaphore_t *semaphore;
    uint32_t each;
    _Atomic int inside, most, failed;
} users_t;

static void *APR_THREAD_FUNC use_some(apr_thread_t *thread, void *data) {
    users_t *users = data;
    (void)thread;
    for (int i = 0; i < 1500; i++) {
        int inside, most;
        for (uint32_t k = 0; k < users->each; k++) {
            if (brood_semaphore_acquire(users->semaphore, LATE) != APR_SUCCESS) {
                atomic_fetch_add(&users->failed, 1);
                return NULL;
            }
        }
        inside = atomic_fetch_add(&users->inside, 1) + 1;
        most = atomic_load(&users->most);
        while (inside > most &&
               !atomic_compare_exchange_weak(&users->most, &most, inside)) {}
        atomic_fetch_sub(&users->inside, 1);
        if (brood_semaphore_release(users->semaphore, users->each) != APR_SUCCESS) {
            atomic_fetch_add(&users->failed, 1);
        }
    }
    return NULL;
}

/* Threads give several at once of what all of them hold: each gets its own number back. */
static void threads_give_what_they_have(void **state) {
    brood_test_t *test = *state;
    for (uint32_t each = 1; each <= 3; each++) {
        apr_thread_t *threads[3];
        apr_status_t result;
        users_t users = {NULL, each, 0, 0, 0};
        users.semaphore = make(3 * each + (each == 1 ? 0 : 1), test);
        if (each == 1) { /* two permits for three threads */
            assert_success(brood_semaphore_acquire(users.semaphore, 0));
        }
        for (int i = 0; i < 3; i++) {
            assert_int_equal(
                apr_thread_create(&threads[i], NULL, use_some, &users, test->pool),
                APR_SUCCESS);
        }
        for (int i = 0; i < 3; i++) {
            (void)apr_thread_join(&result, threads[i]);
        }
        assert_int_equal(users.failed, 0);
        assert_in_range(users.most, 1, each == 1 ? 2 : 3);
        if (each == 1) {
            assert_success(brood_semaphore_release(users.semaphore, 1));
        }
        assert_int_equal(brood_semaphore_held(users.semaphore), 0);
        assert_success(brood_semaphore_close(users.semaphore));
    }
}

/* ---- processes ---- */

/* Takes some, says so, and does what it is told: 'r' gives them back, 'd' ends with them. */
static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *semaphore;
    brood_connection_t *connection;
    uint32_t count;
    char what;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &semaphore, &connection, &count));
    for (uint32_t i = 0; i < count; i++) {
        CHILD_OK(brood_semaphore_acquire(semaphore, LATE));
    }
    CHILD_CHECK(brood_semaphore_held(semaphore) == count);
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
    if (what == 'r') {
        CHILD_OK(brood_semaphore_release(semaphore, count));
    }
    return 7;
}

typedef struct holder_t {
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
} holder_t;

static void start_holder(holder_t *holder, brood_semaphore_t *semaphore, uint32_t count,
                         brood_test_t *test) {
    char word;
    size_t size;
    assert_success(brood_pipe_create(&holder->mine, &holder->theirs, 1, test->pool));
    holder->process =
        brood_test_start(hold, BROOD_ARGS(semaphore, holder->theirs, count), test);
    assert_success(brood_connection_close(holder->theirs));
    assert_success(brood_connection_recv_bytes_into(holder->mine, &word, 1, &size, LATE));
    assert_int_equal(word, 'h');
}

static void tell(holder_t *holder, const char *what) {
    assert_success(brood_connection_send_bytes(holder->mine, what, 1, LATE));
}

static void nobody_gives_what_another_holds(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        holder_t holder;
        start_holder(&holder, semaphore, counts[at], test);
        assert_int_equal(value_of(semaphore), 0);
        assert_int_equal(brood_semaphore_held(semaphore), 0);
        assert_status(brood_semaphore_acquire(semaphore, 0), APR_TIMEUP);
        assert_status(brood_semaphore_release(semaphore, 1), BROOD_ENOTOWNER);
        assert_int_equal(value_of(semaphore), 0);
        tell(&holder, "r");
        assert_success(brood_semaphore_acquire(semaphore, LATE));
        brood_test_join(holder.process, 7);
        assert_int_equal(value_of(semaphore), counts[at] - 1);
        assert_success(brood_semaphore_release(semaphore, 1));
    }
}

/* Not joined: whoever waits, or only tries, asks by itself. */
static void the_permits_of_the_killed_come_back(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        apr_interval_time_t timeout = LATE;
        brood_semaphore_t *semaphore = make(counts[at], test);
        holder_t holder;
        int64_t begin;
        start_holder(&holder, semaphore, counts[at], test);
        assert_success(brood_process_kill(holder.process));
        begin = brood_test_now_us();
        assert_success(brood_semaphore_acquire(semaphore, timeout));
        print_message("%u permits of a dead process came back after %lld us\n",
                      (unsigned)counts[at], (long long)(brood_test_now_us() - begin));
        assert_int_equal(brood_semaphore_held(semaphore), 1);
        assert_int_equal(value_of(semaphore), counts[at] - 1);
        brood_test_join(holder.process, -9);
        assert_int_equal(value_of(semaphore), counts[at] - 1);
        assert_success(brood_semaphore_release(semaphore, 1));
        assert_int_equal(value_of(semaphore), counts[at]);
        assert_success(brood_semaphore_close(semaphore));
    }
}

static void a_joined_death_gives_them_back_at_once(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        holder_t holder;
        start_holder(&holder, semaphore, counts[at], test);
        assert_success(brood_process_kill(holder.process));
        brood_test_join(holder.process, -9);
        assert_int_equal(value_of(semaphore), counts[at]);
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_success(brood_semaphore_release(semaphore, 1));
    }
}

static void an_end_gives_them_back(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        holder_t holder;
        start_holder(&holder, semaphore, 1, test);
        tell(&holder, "d");
        brood_test_join(holder.process, 7);
        assert_int_equal(value_of(semaphore), counts[at]);
    }
}

static void only_those_of_the_dead_come_back(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore = make(6, test);
    holder_t one, other;

    start_holder(&one, semaphore, 2, test);
    start_holder(&other, semaphore, 3, test);
    assert_success(brood_semaphore_acquire(semaphore, 0));
    assert_int_equal(value_of(semaphore), 0);
    assert_success(brood_process_kill(one.process));
    brood_test_join(one.process, -9);
    assert_int_equal(value_of(semaphore), 2);
    assert_int_equal(brood_semaphore_held(semaphore), 1);
    tell(&other, "r");
    brood_test_join(other.process, 7);
    assert_int_equal(value_of(semaphore), 5);
    assert_success(brood_semaphore_release(semaphore, 1));
}

static void a_stopped_holder_keeps_them(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *semaphore = make(2, test);
    holder_t holder;
    int64_t pid;

    start_holder(&holder, semaphore, 2, test);
    pid = brood_process_pid(holder.process);
    assert_int_equal(brood_test_stop(pid), APR_SUCCESS);
    assert_status(brood_semaphore_acquire(semaphore, 300000), APR_TIMEUP);
    assert_int_equal(brood_test_continue(pid), APR_SUCCESS);
    tell(&holder, "r");
    assert_success(brood_semaphore_acquire(semaphore, LATE));
    assert_success(brood_semaphore_release(semaphore, 1));
    brood_test_join(holder.process, 7);
}

/* The parent's sweep wakes a child that sleeps, whether its slots lie in the cell or not. */
static int take_then_tell(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *semaphore;
    brood_connection_t *connection;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &semaphore, &connection));
    CHILD_OK(brood_semaphore_acquire(semaphore, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, "t", 1, LATE));
    CHILD_OK(brood_semaphore_release(semaphore, 1));
    return 0;
}

static void sleepers_get_what_the_dead_held(void **state) {
    brood_test_t *test = *state;
    for (size_t at = 0; at < COUNTS; at++) {
        brood_semaphore_t *semaphore = make(counts[at], test);
        brood_connection_t *mine, *theirs;
        brood_process_t *waiter;
        holder_t holder;
        char word;
        size_t size;
        start_holder(&holder, semaphore, counts[at], test);
        assert_success(brood_pipe_create(&mine, &theirs, 1, test->pool));
        waiter = brood_test_start(take_then_tell, BROOD_ARGS(semaphore, theirs), test);
        await_sleepers(semaphore, 1);
        assert_success(brood_process_kill(holder.process));
        brood_test_join(holder.process, -9);
        assert_success(brood_connection_recv_bytes_into(mine, &word, 1, &size, LATE));
        brood_test_join(waiter, 0);
        assert_int_equal(value_of(semaphore), counts[at]);
    }
}

/* What the parent holds is not the child's, fork or not. */
static int not_the_holder(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *few, *many;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &few, &many));
    CHILD_CHECK(brood_semaphore_held(few) == 0);
    CHILD_CHECK(brood_semaphore_held(many) == 0);
    CHILD_STATUS(brood_semaphore_release(few, 1), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_semaphore_release(many, 2), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_semaphore_acquire(few, 0), APR_TIMEUP);
    CHILD_OK(brood_semaphore_acquire(many, 0));
    CHILD_OK(brood_semaphore_release(many, 1));
    CHILD_OK(brood_semaphore_close(few));
    CHILD_OK(brood_semaphore_close(many));
    return 0;
}

static void a_child_does_not_hold_what_its_parent_holds(void **state) {
    brood_test_t *test = *state;
    brood_semaphore_t *few = make(1, test);
    brood_semaphore_t *many = make(10, test);

    assert_success(brood_semaphore_acquire(few, 0));
    assert_success(brood_semaphore_acquire(many, 0));
    assert_success(brood_semaphore_acquire(many, 0));
    brood_test_join(brood_test_start(not_the_holder, BROOD_ARGS(few, many), test), 0);
    assert_int_equal(value_of(few), 0);
    assert_int_equal(value_of(many), 8);
    assert_success(brood_semaphore_release(few, 1));
    assert_success(brood_semaphore_release(many, 2));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(all_are_taken_and_given),
    BROOD_TEST(who_holds_too_few_gives_none),
    BROOD_TEST(the_most_is_65535),
    BROOD_TEST(a_holder_does_not_close_it),
    BROOD_TEST(threads_give_what_they_have),
    BROOD_TEST(nobody_gives_what_another_holds),
    BROOD_TEST(the_permits_of_the_killed_come_back),
    BROOD_TEST(a_joined_death_gives_them_back_at_once),
    BROOD_TEST(an_end_gives_them_back),
    BROOD_TEST(only_those_of_the_dead_come_back),
    BROOD_TEST(a_stopped_holder_keeps_them),
    BROOD_TEST(sleepers_get_what_the_dead_held),
    BROOD_TEST(a_child_does_not_hold_what_its_parent_holds),
};

BROOD_TEST_MAIN(tests)
