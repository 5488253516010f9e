/* Locks: taking and giving back, timeouts, threads, processes, and every kind of death. */
#include "methods.h"

#include "outside.h"
#include <apr_thread_proc.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

/* ---- one process ---- */

static void a_fresh_lock_is_free(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_int_equal(brood_lock_locked(lock), 0);
    assert_success(brood_lock_acquire(lock, 0));
    assert_int_equal(brood_lock_locked(lock), 1);
    assert_success(brood_lock_release(lock));
    assert_int_equal(brood_lock_locked(lock), 0);
    assert_success(brood_lock_acquire(lock, BROOD_FOREVER));
    assert_success(brood_lock_release(lock));
    assert_success(brood_lock_acquire(lock, SOON));
    assert_success(brood_lock_release(lock));
    assert_success(brood_lock_close(lock));
}

static void it_is_not_recursive(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    int64_t begin;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    assert_status(brood_lock_acquire(lock, 0), APR_TIMEUP);
    begin = brood_test_now_us();
    assert_status(brood_lock_acquire(lock, SOON), APR_TIMEUP);
    assert_true(brood_test_now_us() - begin >= SOON);
    assert_success(brood_lock_release(lock));
}

static void strangers_do_not_release(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_status(brood_lock_release(lock), BROOD_ENOTOWNER);
    assert_detail(brood_current_name());
    assert_status(brood_lock_abandon(lock), BROOD_ENOTOWNER);
    assert_int_equal(brood_lock_locked(lock), 0);
    assert_success(brood_lock_acquire(lock, 0));
    assert_success(brood_lock_release(lock));
    assert_status(brood_lock_release(lock), BROOD_ENOTOWNER);
}

static void an_abandoned_lock_is_lost(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    assert_success(brood_lock_abandon(lock));
    assert_status(brood_lock_acquire(lock, 0), BROOD_EUNRECOVERABLE);
    assert_status(brood_lock_acquire(lock, SOON), BROOD_EUNRECOVERABLE);
    assert_status(brood_lock_acquire(lock, BROOD_FOREVER), BROOD_EUNRECOVERABLE);
    assert_status(brood_lock_release(lock), BROOD_ENOTOWNER);
    assert_success(brood_lock_close(lock));
}

static void a_closed_lock_says_so(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    assert_status(brood_lock_close(lock), BROOD_EBUSY);
    assert_success(brood_lock_release(lock));
    assert_success(brood_lock_close(lock));
    assert_success(brood_lock_close(lock));
    assert_status(brood_lock_acquire(lock, 0), BROOD_ECLOSED);
    assert_detail("lock");
    assert_status(brood_lock_release(lock), BROOD_ECLOSED);
    assert_status(brood_lock_abandon(lock), BROOD_ECLOSED);
    assert_int_equal(brood_lock_locked(lock), 0);
    assert_status(
        brood_process_create(&process, NULL, BROOD_ARGS(lock), NULL, test->pool),
        APR_EINVAL);
    assert_null(process);
}

static void null_is_an_error(void **state) {
    (void)state;
    assert_status(brood_lock_acquire(NULL, 0), APR_EINVAL);
    assert_detail("lock");
    assert_status(brood_lock_release(NULL), APR_EINVAL);
    assert_status(brood_lock_abandon(NULL), APR_EINVAL);
    assert_status(brood_lock_close(NULL), APR_EINVAL);
    assert_int_equal(brood_lock_locked(NULL), 0);
}

static void the_pool_closes_it(void **state) {
    brood_test_t *test = *state;
    apr_pool_t *pool;
    brood_lock_t *lock;
    int i;

    for (i = 0; i < 1000; i++) {
        assert_int_equal(apr_pool_create(&pool, test->pool), APR_SUCCESS);
        assert_success(brood_lock_create(&lock, pool));
        assert_success(brood_lock_acquire(lock, 0));
        assert_success(brood_lock_release(lock));
        apr_pool_destroy(pool);
    }
}

static void many_locks_are_independent(void **state) {
    brood_test_t *test = *state;
    static brood_lock_t *locks[300];
    size_t i;

    for (i = 0; i < 300; i++) {
        assert_success(brood_lock_create(&locks[i], test->pool));
    }
    for (i = 0; i < 300; i += 2) {
        assert_success(brood_lock_acquire(locks[i], 0));
    }
    for (i = 0; i < 300; i++) {
        assert_int_equal(brood_lock_locked(locks[i]), i % 2 == 0);
    }
    for (i = 0; i < 300; i += 2) {
        assert_success(brood_lock_release(locks[i]));
    }
    for (i = 0; i < 300; i++) {
        assert_success(brood_lock_close(locks[i]));
    }
}

/* ---- threads of one process ---- */

typedef struct shared_t {
    brood_lock_t *lock;
    long one, other;
    int torn;
} shared_t;

static void *APR_THREAD_FUNC add_up(apr_thread_t *thread, void *data) {
    shared_t *shared = data;
    int i;

    (void)thread;
    for (i = 0; i < 5000; i++) {
        if (brood_lock_acquire(shared->lock, BROOD_FOREVER) != APR_SUCCESS) {
            return NULL;
        }
        shared->torn += shared->one != shared->other;
        shared->one++;
        shared->other++;
        (void)brood_lock_release(shared->lock);
    }
    return NULL;
}

static void threads_exclude_each_other(void **state) {
    brood_test_t *test = *state;
    shared_t shared = {NULL, 0, 0, 0};
    apr_thread_t *threads[4];
    apr_status_t result;
    int i;

    assert_success(brood_lock_create(&shared.lock, test->pool));
    for (i = 0; i < 4; i++) {
        assert_int_equal(
            apr_thread_create(&threads[i], NULL, add_up, &shared, test->pool),
            APR_SUCCESS);
    }
    for (i = 0; i < 4; i++) {
        (void)apr_thread_join(&result, threads[i]);
    }
    assert_int_equal(shared.torn, 0);
    assert_int_equal(shared.one, 20000);
    assert_success(brood_lock_close(shared.lock));
}

/* ---- processes ---- */

/* Takes the lock, says so, and waits to be told to go on: 'r' release, 'd' die, 'a' abandon. */
static int hold(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_connection_t *connection;
    char what = 0;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &lock, &connection));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &what, 1, &size, LATE));
    if (what == 'a') {
        CHILD_OK(brood_lock_abandon(lock));
    } else if (what == 'r') {
        CHILD_OK(brood_lock_release(lock));
    }
    return 7;
}

typedef struct holder_t {
    brood_lock_t *lock;
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
} holder_t;

static void await_held(holder_t *holder) {
    char word;
    size_t size;

    assert_success(brood_connection_recv_bytes_into(holder->mine, &word, 1, &size, LATE));
    assert_int_equal(word, 'h');
}

static void start_holder(holder_t *holder, brood_test_t *test) {
    assert_success(brood_lock_create(&holder->lock, test->pool));
    assert_success(brood_pipe_create(&holder->mine, &holder->theirs, 1, test->pool));
    holder->process =
        brood_test_start(hold, BROOD_ARGS(holder->lock, holder->theirs), test);
    assert_success(brood_connection_close(holder->theirs));
    await_held(holder);
}

static void tell(holder_t *holder, const char *what) {
    assert_success(brood_connection_send_bytes(holder->mine, what, 1, LATE));
}

static void a_child_holds_it(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    assert_int_equal(brood_lock_locked(holder.lock), 1);
    assert_status(brood_lock_acquire(holder.lock, 0), APR_TIMEUP);
    assert_status(brood_lock_acquire(holder.lock, SOON), APR_TIMEUP);
    assert_status(brood_lock_release(holder.lock), BROOD_ENOTOWNER);
    tell(&holder, "r");
    assert_success(brood_lock_acquire(holder.lock, LATE));
    assert_success(brood_lock_release(holder.lock));
    brood_test_join(holder.process, 7);
}

static void the_next_learns_of_a_death_once(void **state) {
    brood_test_t *test = *state;
    holder_t holder;
    int64_t begin;

    start_holder(&holder, test);
    assert_success(brood_process_kill(holder.process));
    begin = brood_test_now_us();
    assert_status(brood_lock_acquire(holder.lock, LATE), BROOD_EOWNERDEAD);
    print_message("owner's death told after %lld us\n",
                  (long long)(brood_test_now_us() - begin));
    assert_success(brood_lock_release(holder.lock));
    assert_success(brood_lock_acquire(holder.lock, 0));
    assert_success(brood_lock_release(holder.lock));
    brood_test_join(holder.process, -9);
}

static void a_death_that_was_joined_is_told(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    assert_success(brood_process_kill(holder.process));
    brood_test_join(holder.process, -9);
    assert_int_equal(brood_lock_locked(holder.lock), 1);
    assert_status(brood_lock_acquire(holder.lock, 0), BROOD_EOWNERDEAD);
    assert_success(brood_lock_release(holder.lock));
}

static void an_end_with_the_lock_held_is_a_death(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    tell(&holder, "d");
    brood_test_join(holder.process, 7);
    assert_status(brood_lock_acquire(holder.lock, LATE), BROOD_EOWNERDEAD);
    assert_success(brood_lock_release(holder.lock));
}

static void abandoned_elsewhere_is_lost_here(void **state) {
    brood_test_t *test = *state;
    holder_t holder;

    start_holder(&holder, test);
    tell(&holder, "a");
    assert_status(brood_lock_acquire(holder.lock, LATE), BROOD_EUNRECOVERABLE);
    brood_test_join(holder.process, 7);
}

static void a_stopped_owner_keeps_it(void **state) {
    brood_test_t *test = *state;
    holder_t holder;
    int64_t pid;

    start_holder(&holder, test);
    pid = brood_process_pid(holder.process);
    assert_int_equal(brood_test_stop(pid), APR_SUCCESS);
    assert_status(brood_lock_acquire(holder.lock, 300000), APR_TIMEUP);
    assert_int_equal(brood_test_continue(pid), APR_SUCCESS);
    tell(&holder, "r");
    assert_success(brood_lock_acquire(holder.lock, LATE));
    assert_success(brood_lock_release(holder.lock));
    brood_test_join(holder.process, 7);
}

/* Under fork a child has what its parent had: but not what its parent holds. */
static int not_the_owner(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &lock));
    CHILD_STATUS(brood_lock_release(lock), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_lock_abandon(lock), BROOD_ENOTOWNER);
    CHILD_STATUS(brood_lock_acquire(lock, 0), APR_TIMEUP);
    CHILD_OK(brood_lock_close(lock));
    return 0;
}

static void a_child_does_not_own_what_its_parent_holds(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    brood_test_join(brood_test_start(not_the_owner, BROOD_ARGS(lock), test), 0);
    assert_success(brood_lock_release(lock));
}

static int child_counts(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    brood_queue_t *counter;
    int i;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &lock, &counter));
    for (i = 0; i < 300; i++) {
        long value = 0;
        size_t size;
        CHILD_OK(brood_lock_acquire(lock, LATE));
        /* The number is in nobody's hands but ours between the two. */
        CHILD_OK(brood_queue_get_bytes(counter, &value, sizeof value, &size, 0));
        value++;
        CHILD_OK(brood_queue_put_bytes(counter, &value, sizeof value, 0));
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

static void processes_exclude_each_other(void **state) {
    brood_test_t *test = *state;
    brood_process_t *children[4];
    brood_lock_t *lock;
    brood_queue_t *counter;
    long value = 0;
    size_t size;
    int i;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_queue_create(&counter, NULL, test->pool));
    assert_success(brood_queue_put_bytes(counter, &value, sizeof value, 0));
    for (i = 0; i < 4; i++) {
        children[i] = brood_test_start(child_counts, BROOD_ARGS(lock, counter), test);
    }
    for (i = 0; i < 4; i++) {
        brood_test_join(children[i], 0);
    }
    assert_success(brood_queue_get_bytes(counter, &value, sizeof value, &size, 0));
    assert_int_equal(value, 1200);
}

/* Two locks at once do not get in each other's way. */
static void two_locks_two_owners(void **state) {
    brood_test_t *test = *state;
    holder_t one, other;

    start_holder(&one, test);
    start_holder(&other, test);
    assert_success(brood_process_kill(one.process));
    assert_status(brood_lock_acquire(one.lock, LATE), BROOD_EOWNERDEAD);
    assert_status(brood_lock_acquire(other.lock, 0), APR_TIMEUP);
    assert_success(brood_lock_release(one.lock));
    tell(&other, "r");
    assert_success(brood_lock_acquire(other.lock, LATE));
    assert_success(brood_lock_release(other.lock));
    brood_test_join(one.process, -9);
    brood_test_join(other.process, 7);
}

static void a_closed_lock_does_not_travel(void **state) {
    brood_test_t *test = *state;
    brood_process_t *process;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    process = brood_test_create(hold, BROOD_ARGS(lock, lock), NULL, test);
    assert_success(brood_lock_close(lock));
    if (test->method != BROOD_START_FORK) {
        assert_status(brood_process_start(process), BROOD_ECLOSED);
    }
    assert_status(
        brood_process_create(&process, hold, BROOD_ARGS(lock), NULL, test->pool),
        BROOD_ECLOSED);
    assert_null(process);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_fresh_lock_is_free),
    BROOD_TEST(it_is_not_recursive),
    BROOD_TEST(strangers_do_not_release),
    BROOD_TEST(an_abandoned_lock_is_lost),
    BROOD_TEST(a_closed_lock_says_so),
    BROOD_TEST(null_is_an_error),
    BROOD_TEST(the_pool_closes_it),
    BROOD_TEST(many_locks_are_independent),
    BROOD_TEST(threads_exclude_each_other),
    BROOD_TEST(a_child_holds_it),
    BROOD_TEST(the_next_learns_of_a_death_once),
    BROOD_TEST(a_death_that_was_joined_is_told),
    BROOD_TEST(an_end_with_the_lock_held_is_a_death),
    BROOD_TEST(abandoned_elsewhere_is_lost_here),
    BROOD_TEST(a_stopped_owner_keeps_it),
    BROOD_TEST(a_child_does_not_own_what_its_parent_holds),
    BROOD_TEST(processes_exclude_each_other),
    BROOD_TEST(two_locks_two_owners),
    BROOD_TEST(a_closed_lock_does_not_travel),
};

BROOD_TEST_MAIN(tests)
