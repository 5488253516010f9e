/* Recursive locks: depths, whose they are, timeouts, threads, processes, and deaths. */
#include "methods.h"

#include "outside.h"
#include <apr_thread_proc.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* ---- one thread ---- */

static void a_fresh_one_is_free(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_int_equal(brood_rlock_locked(rlock), 0);
    assert_int_equal(brood_rlock_is_mine(rlock), 0);
    assert_int_equal(brood_rlock_depth(rlock), 0);
    assert_success(brood_rlock_acquire(rlock, BROOD_FOREVER));
    assert_int_equal(brood_rlock_locked(rlock), 1);
    assert_int_equal(brood_rlock_is_mine(rlock), 1);
    assert_int_equal(brood_rlock_depth(rlock), 1);
    assert_success(brood_rlock_release(rlock));
    assert_int_equal(brood_rlock_locked(rlock), 0);
    assert_success(brood_rlock_close(rlock));
}

static void it_is_taken_again_and_again(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    for (uint32_t depth = 1; depth <= 1000; depth++) {
        assert_success(brood_rlock_acquire(rlock, depth % 2 == 0 ? 0 : SOON));
        assert_int_equal(brood_rlock_depth(rlock), depth);
    }
    for (uint32_t depth = 1000; depth > 0; depth--) {
        assert_int_equal(brood_rlock_depth(rlock), depth);
        assert_int_equal(brood_rlock_locked(rlock), 1);
        assert_success(brood_rlock_release(rlock));
    }
    assert_int_equal(brood_rlock_locked(rlock), 0);
    assert_int_equal(brood_rlock_depth(rlock), 0);
    assert_status(brood_rlock_release(rlock), BROOD_ENOTOWNER);
}

static void strangers_do_not_release(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_status(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    assert_detail(brood_current_name());
    assert_status(brood_rlock_abandon(rlock), BROOD_ENOTOWNER);
    assert_int_equal(brood_rlock_locked(rlock), 0);
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_release(rlock));
}

static void an_abandoned_one_is_lost_at_all_levels(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_abandon(rlock));
    assert_int_equal(brood_rlock_is_mine(rlock), 0);
    assert_int_equal(brood_rlock_depth(rlock), 0);
    assert_status(brood_rlock_acquire(rlock, 0), BROOD_EUNRECOVERABLE);
    assert_status(brood_rlock_acquire(rlock, BROOD_FOREVER), BROOD_EUNRECOVERABLE);
    assert_status(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    assert_success(brood_rlock_close(rlock));
}

static void a_closed_one_says_so(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_status(brood_rlock_close(rlock), BROOD_EBUSY);
    assert_int_equal(brood_rlock_depth(rlock), 1);
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_rlock_close(rlock));
    assert_success(brood_rlock_close(rlock));
    assert_status(brood_rlock_acquire(rlock, 0), BROOD_ECLOSED);
    assert_detail("rlock");
    assert_status(brood_rlock_release(rlock), BROOD_ECLOSED);
    assert_status(brood_rlock_abandon(rlock), BROOD_ECLOSED);
    assert_int_equal(brood_rlock_locked(rlock), 0);
    assert_int_equal(brood_rlock_is_mine(rlock), 0);
    assert_int_equal(brood_rlock_depth(rlock), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(rlock), NULL, test->pool),
        APR_EINVAL);
    assert_null(process);
}

static void null_is_an_error(void **state) {
    (void)state;
    assert_status(brood_rlock_acquire(NULL, 0), APR_EINVAL);
    assert_detail("rlock");
    assert_status(brood_rlock_release(NULL), APR_EINVAL);
    assert_status(brood_rlock_abandon(NULL), APR_EINVAL);
    assert_status(brood_rlock_close(NULL), APR_EINVAL);
    assert_int_equal(brood_rlock_locked(NULL), 0);
    assert_int_equal(brood_rlock_is_mine(NULL), 0);
    assert_int_equal(brood_rlock_depth(NULL), 0);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *pool;
    brood_rlock_t *rlock;

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_rlock_create(&rlock, pool));
        assert_int_equal(brood_rlock_locked(rlock), 0); /* whatever its cell was before */
        assert_success(brood_rlock_acquire(rlock, 0));
        assert_success(brood_rlock_acquire(rlock, 0));
        assert_success(brood_rlock_release(rlock));
        assert_success(brood_rlock_release(rlock));
        apr_pool_destroy(pool);
    }
}

static void two_have_depths_of_their_own(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *one, *other;

    assert_success(brood_rlock_create(&one, test->pool));
    assert_success(brood_rlock_create(&other, test->pool));
    assert_success(brood_rlock_acquire(one, 0));
    assert_success(brood_rlock_acquire(other, 0));
    assert_success(brood_rlock_acquire(other, 0));
    assert_int_equal(brood_rlock_depth(one), 1);
    assert_int_equal(brood_rlock_depth(other), 2);
    assert_success(brood_rlock_release(one));
    assert_int_equal(brood_rlock_is_mine(one), 0);
    assert_int_equal(brood_rlock_depth(other), 2);
    assert_success(brood_rlock_release(other));
    assert_success(brood_rlock_release(other));
}

/* ---- threads of one process ---- */

/* Runs it in another thread, to the end. */
static void in_another_thread(apr_thread_start_t function, void *data,
                              brood_test_t *test) {
    apr_thread_t *thread;
    apr_status_t result;
    assert_int_equal(apr_thread_create(&thread, NULL, function, data, test->pool),
                     APR_SUCCESS);
    (void)apr_thread_join(&result, thread); /* on Windows not quite APR_SUCCESS */
}

typedef struct visit_t {
    brood_rlock_t *rlock;
    apr_status_t acquired, tried, released, abandoned;
    int is_mine, locked;
    uint32_t depth;
    int64_t waited_us;
} visit_t;

static void *APR_THREAD_FUNC visit(apr_thread_t *thread, void *data) {
    visit_t *at = data;
    int64_t begin_us = brood_test_now_us();
    (void)thread;
    at->acquired = brood_rlock_acquire(at->rlock, SOON);
    at->waited_us = brood_test_now_us() - begin_us;
    at->tried = brood_rlock_acquire(at->rlock, 0);
    at->is_mine = brood_rlock_is_mine(at->rlock);
    at->depth = brood_rlock_depth(at->rlock);
    at->locked = brood_rlock_locked(at->rlock);
    at->released = brood_rlock_release(at->rlock);
    at->abandoned = brood_rlock_abandon(at->rlock);
    return NULL;
}

static void another_thread_is_a_stranger(void **state) {
    brood_test_t *test = *state;
    visit_t at;

    assert_success(brood_rlock_create(&at.rlock, test->pool));
    assert_success(brood_rlock_acquire(at.rlock, 0));
    assert_success(brood_rlock_acquire(at.rlock, 0));
    in_another_thread(visit, &at, test);
    assert_int_equal(at.acquired, APR_TIMEUP);
    assert_true(at.waited_us >= SOON);
    assert_int_equal(at.tried, APR_TIMEUP);
    assert_int_equal(at.is_mine, 0);
    assert_int_equal(at.depth, 0);
    assert_int_equal(at.locked, 1);
    assert_int_equal(at.released, BROOD_ENOTOWNER);
    assert_int_equal(at.abandoned, BROOD_ENOTOWNER);
    assert_int_equal(brood_rlock_depth(at.rlock), 2);
    assert_success(brood_rlock_release(at.rlock));
    assert_success(brood_rlock_release(at.rlock));
}

static void *APR_THREAD_FUNC take_and_end(apr_thread_t *thread, void *data) {
    (void)thread;
    (void)brood_rlock_acquire(data, 0);
    return NULL;
}

static void a_thread_that_ends_leaves_it_held(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    in_another_thread(take_and_end, rlock, test);
    assert_int_equal(brood_rlock_locked(rlock), 1);
    assert_int_equal(brood_rlock_is_mine(rlock), 0);
    assert_status(brood_rlock_acquire(rlock, SOON), APR_TIMEUP);
    assert_status(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    assert_status(brood_rlock_close(rlock), BROOD_EBUSY);
    /* A thread that comes later is another one. */
    {
        visit_t at = {.rlock = rlock};
        in_another_thread(visit, &at, test);
        assert_int_equal(at.acquired, APR_TIMEUP);
        assert_int_equal(at.released, BROOD_ENOTOWNER);
    }
}

typedef struct sum_t {
    brood_rlock_t *rlock;
    long one, other;
    int torn, failed;
} sum_t;

static int add_at_depth(sum_t *sum, int depth) {
    apr_status_t rv = brood_rlock_acquire(sum->rlock, LATE);
    if (rv != APR_SUCCESS) {
        return 0;
    }
    if (depth > 0) {
        sum->torn += sum->one != sum->other;
        sum->one++;
        if (!add_at_depth(sum, depth - 1)) {
            return 0;
        }
        sum->other++;
    }
    return brood_rlock_release(sum->rlock) == APR_SUCCESS;
}

static void *APR_THREAD_FUNC add_up(apr_thread_t *thread, void *data) {
    sum_t *sum = data;
    (void)thread;
    for (int i = 0; i < 5000; i++) {
        if (!add_at_depth(sum, 1)) {
            sum->failed = 1;
        }
    }
    return NULL;
}

static void threads_exclude_each_other(void **state) {
    brood_test_t *test = *state;
    sum_t sum = {NULL, 0, 0, 0, 0};
    apr_thread_t *threads[4];
    apr_status_t result;

    assert_success(brood_rlock_create(&sum.rlock, test->pool));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(apr_thread_create(&threads[i], NULL, add_up, &sum, test->pool),
                         APR_SUCCESS);
    }
    for (int i = 0; i < 4; i++) {
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_int_equal(sum.failed, 0);
    assert_int_equal(sum.torn, 0);
    assert_int_equal(sum.one, 20000);
    assert_int_equal(sum.other, 20000);
    assert_success(brood_rlock_close(sum.rlock));
}

/* ---- processes ---- */

/* Takes it twice, says so, and does what it is told: 'r' gives one level back and asks again,
 * 'd' ends with it, 'a' abandons it. */
static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_rlock_t *rlock;
    brood_connection_t *connection;
    char what;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &rlock, &connection));
    CHILD_OK(brood_rlock_acquire(rlock, LATE));
    CHILD_OK(brood_rlock_acquire(rlock, LATE));
    for (;;) { /* ends when it is told anything but 'r' */
        CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
        CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
        if (what != 'r') {
            break;
        }
        CHILD_OK(brood_rlock_release(rlock));
    }
    if (what == 'a') {
        CHILD_OK(brood_rlock_abandon(rlock));
    }
    return 7;
}

typedef struct holder_t {
    brood_rlock_t *rlock;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
} holder_t;

static void await_word(holder_t *holder) {
    char word;
    size_t size;
    assert_success(brood_connection_recv_bytes_into(holder->mine, &word, 1, &size, LATE));
    assert_int_equal(word, 'h');
}

static void tell(holder_t *holder, const char *what) {
    assert_success(brood_connection_send_bytes(holder->mine, what, 1, LATE));
}

static void start_holder(holder_t *holder, brood_test_t *test) {
    assert_success(brood_rlock_create(&holder->rlock, test->pool));
    assert_success(brood_pipe_create(&holder->mine, &holder->theirs, 1, test->pool));
    holder->process =
        brood_test_start(hold, BROOD_ARGS(holder->rlock, holder->theirs), test);
    assert_success(brood_connection_close(holder->theirs));
    await_word(holder);
}

static void a_child_holds_it_at_all_its_levels(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    assert_int_equal(brood_rlock_locked(holder.rlock), 1);
    assert_int_equal(brood_rlock_is_mine(holder.rlock), 0);
    assert_int_equal(brood_rlock_depth(holder.rlock), 0);
    assert_status(brood_rlock_acquire(holder.rlock, 0), APR_TIMEUP);
    assert_status(brood_rlock_release(holder.rlock), BROOD_ENOTOWNER);
    tell(&holder, "r");
    await_word(&holder);
    assert_status(brood_rlock_acquire(holder.rlock, SOON), APR_TIMEUP);
    tell(&holder, "r");
    assert_success(brood_rlock_acquire(holder.rlock, LATE));
    assert_int_equal(brood_rlock_depth(holder.rlock), 1);
    assert_success(brood_rlock_release(holder.rlock));
    await_word(&holder);
    tell(&holder, "d");
    brood_test_join(holder.process, 7);
    assert_success(brood_rlock_acquire(holder.rlock, 0));
    assert_success(brood_rlock_release(holder.rlock));
}

/* The dead one's depth is not inherited. */
static void the_next_learns_of_a_death_once(void **state) {
    brood_test_t *test = *state;
    holder_t holder;
    int64_t begin;

    start_holder(&holder, test);
    assert_success(brood_process_kill(holder.process));
    begin = brood_test_now_us();
    assert_status(brood_rlock_acquire(holder.rlock, LATE), BROOD_EOWNERDEAD);
    print_message("owner's death told after %lld us\n",
                  (long long)(brood_test_now_us() - begin));
    assert_int_equal(brood_rlock_depth(holder.rlock), 1);
    assert_success(brood_rlock_acquire(holder.rlock, 0));
    assert_int_equal(brood_rlock_depth(holder.rlock), 2);
    assert_success(brood_rlock_release(holder.rlock));
    assert_success(brood_rlock_release(holder.rlock));
    assert_int_equal(brood_rlock_locked(holder.rlock), 0);
    assert_success(brood_rlock_acquire(holder.rlock, 0));
    assert_success(brood_rlock_release(holder.rlock));
    brood_test_join(holder.process, -9);
}

static void a_death_that_was_joined_is_told(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    assert_success(brood_process_kill(holder.process));
    brood_test_join(holder.process, -9);
    assert_int_equal(brood_rlock_locked(holder.rlock), 1);
    assert_int_equal(brood_rlock_is_mine(holder.rlock), 0);
    assert_status(brood_rlock_acquire(holder.rlock, 0), BROOD_EOWNERDEAD);
    assert_int_equal(brood_rlock_depth(holder.rlock), 1);
    assert_success(brood_rlock_release(holder.rlock));
}

static void an_end_with_it_held_is_a_death(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    tell(&holder, "d");
    brood_test_join(holder.process, 7);
    assert_status(brood_rlock_acquire(holder.rlock, LATE), BROOD_EOWNERDEAD);
    assert_success(brood_rlock_release(holder.rlock));
}

static void abandoned_elsewhere_is_lost_here(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    tell(&holder, "a");
    assert_status(brood_rlock_acquire(holder.rlock, LATE), BROOD_EUNRECOVERABLE);
    brood_test_join(holder.process, 7);
}

static void a_stopped_owner_keeps_it(void **state) {
    brood_test_t *test = *state;
    holder_t holder;
    int64_t pid;

    start_holder(&holder, test);
    pid = brood_process_pid(holder.process);
    assert_int_equal(brood_test_stop(pid), APR_SUCCESS);
    assert_status(brood_rlock_acquire(holder.rlock, 300000), APR_TIMEUP);
    assert_int_equal(brood_test_continue(pid), APR_SUCCESS);
    tell(&holder, "r");
    await_word(&holder);
    tell(&holder, "r");
    await_word(&holder);
    tell(&holder, "d");
    assert_success(brood_rlock_acquire(holder.rlock, LATE));
    assert_success(brood_rlock_release(holder.rlock));
    brood_test_join(holder.process, 7);
}

/* The main thread of a forked child is the thread that forked, and yet another. */
static int not_the_owner(const brood_values_t *state, apr_pool_t *pool) {
    brood_rlock_t *rlock;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &rlock));
    CHILD_CHECK(!brood_rlock_is_mine(rlock));
    CHILD_CHECK(brood_rlock_depth(rlock) == 0);
    CHILD_CHECK(brood_rlock_locked(rlock));
    CHILD_STATUS(brood_rlock_release(rlock), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_rlock_abandon(rlock), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_rlock_acquire(rlock, 0), APR_TIMEUP);
    CHILD_OK(brood_rlock_close(rlock));
    return 0;
}

static void a_child_does_not_own_what_its_parent_holds(void **state) {
    brood_test_t *test = *state;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_acquire(rlock, 0));
    brood_test_join(brood_test_start(not_the_owner, BROOD_ARGS(rlock), test), 0);
    assert_int_equal(brood_rlock_depth(rlock), 2);
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_rlock_release(rlock));
}

static int count_to_300(const brood_values_t *state, apr_pool_t *pool) {
    brood_rlock_t *rlock;
    brood_queue_t *counter;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &rlock, &counter));
    for (int i = 0; i < 300; i++) {
        long value = 0;
        size_t size;
        CHILD_OK(brood_rlock_acquire(rlock, LATE));
        CHILD_OK(brood_rlock_acquire(rlock, 0));
        /* The number is in nobody's hands but ours between the two. */
        CHILD_OK(brood_queue_get_bytes(counter, &value, sizeof value, &size, 0));
        CHILD_OK(brood_rlock_release(rlock));
        value++;
        CHILD_OK(brood_queue_put_bytes(counter, &value, sizeof value, 0));
        CHILD_OK(brood_rlock_release(rlock));
    }
    return 0;
}

static void processes_exclude_each_other(void **state) {
    brood_test_t *test = *state;
    brood_process_t *children[4];
    brood_rlock_t *rlock;
    brood_queue_t *counter;
    long value = 0;
    size_t size;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_queue_create(&counter, NULL, test->pool));
    assert_success(brood_queue_put_bytes(counter, &value, sizeof value, 0));
    for (int i = 0; i < 4; i++) {
        children[i] = brood_test_start(count_to_300, BROOD_ARGS(rlock, counter), test);
    }
    for (int i = 0; i < 4; i++) {
        brood_test_join(children[i], 0);
    }
    assert_success(brood_queue_get_bytes(counter, &value, sizeof value, &size, 0));
    assert_int_equal(value, 1200);
}

static void a_closed_one_does_not_travel(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_rlock_close(rlock));
    assert_status(
        brood_process_create(&process, hold, BROOD_ARGS(rlock), NULL, test->pool),
        BROOD_ECLOSED);
    assert_null(process);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_fresh_one_is_free),
    BROOD_TEST(it_is_taken_again_and_again),
    BROOD_TEST(strangers_do_not_release),
    BROOD_TEST(an_abandoned_one_is_lost_at_all_levels),
    BROOD_TEST(a_closed_one_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(two_have_depths_of_their_own),
    BROOD_TEST(another_thread_is_a_stranger),
    BROOD_TEST(a_thread_that_ends_leaves_it_held),
    BROOD_TEST(threads_exclude_each_other),
    BROOD_TEST(a_child_holds_it_at_all_its_levels),
    BROOD_TEST(the_next_learns_of_a_death_once),
    BROOD_TEST(a_death_that_was_joined_is_told),
    BROOD_TEST(an_end_with_it_held_is_a_death),
    BROOD_TEST(abandoned_elsewhere_is_lost_here),
    BROOD_TEST(a_stopped_owner_keeps_it),
    BROOD_TEST(a_child_does_not_own_what_its_parent_holds),
    BROOD_TEST(processes_exclude_each_other),
    BROOD_TEST(a_closed_one_does_not_travel),
};

BROOD_TEST_MAIN(tests)
