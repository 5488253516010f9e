/* The doctor: who takes part, who holds what, who waits for whom; real deadlocks, and none. */
#include "methods.h"

#include "brood/doctor.h"
#include <apr_thread_proc.h>
#include <stdio.h>
#include <string.h>

#define SOON 20000 /* microseconds */
#define LATE (20 * 1000000)

static brood_doctor_session_t *look(brood_test_t *test) {
    brood_doctor_session_t *session;
    assert_success(brood_doctor_look(&session, test->pool));
    assert_non_null(session);
    return session;
}

static const brood_doctor_process_t *process_of(const brood_doctor_session_t *session,
                                                int64_t pid) {
    for (size_t i = 0; i < session->process_count; i++) {
        if (session->processes[i].pid == pid) {
            return &session->processes[i];
        }
    }
    return NULL;
}

static const brood_doctor_object_t *object_of(const brood_doctor_session_t *session,
                                              const char *name) {
    for (size_t i = 0; i < session->object_count; i++) {
        if (strcmp(session->objects[i].name, name) == 0) {
            return &session->objects[i];
        }
    }
    return NULL;
}

static const brood_doctor_hold_t *hold_of(const brood_doctor_session_t *session,
                                          const char *object) {
    for (size_t i = 0; i < session->hold_count; i++) {
        if (strcmp(session->holds[i].object, object) == 0) {
            return &session->holds[i];
        }
    }
    return NULL;
}

static const brood_doctor_wait_t *wait_of(const brood_doctor_session_t *session,
                                          int64_t pid) {
    for (size_t i = 0; i < session->wait_count; i++) {
        if (session->waits[i].process.pid == pid) {
            return &session->waits[i];
        }
    }
    return NULL;
}

/* Looks until somebody of that process sleeps, for at most half a minute. */
static brood_doctor_session_t *await_wait(brood_test_t *test, int64_t pid) {
    int64_t until = brood_test_now_us() + 30 * 1000000;
    for (;;) {
        brood_doctor_session_t *session = look(test);
        if (wait_of(session, pid) != NULL) {
            return session;
        }
        assert_true(brood_test_now_us() < until);
        apr_thread_yield();
    }
}

static brood_doctor_session_t *await_deadlock(brood_test_t *test) {
    int64_t until = brood_test_now_us() + 30 * 1000000;
    for (;;) {
        brood_doctor_session_t *session = look(test);
        if (session->deadlock_count != 0) {
            return session;
        }
        assert_true(brood_test_now_us() < until);
        apr_thread_yield();
    }
}

/* ---- one process ---- */

static void it_sees_this_process(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *lock;
    brood_doctor_session_t *session;
    const brood_doctor_process_t *self;
    apr_time_t now = apr_time_now();

    assert_success(brood_lock_create(&lock, test->pool));
    session = look(test);
    assert_true(session->id != 0);
    assert_int_equal(session->stale, 0);
    assert_int_equal(session->deadlock_count, 0);
    self = process_of(session, brood_current_pid());
    assert_non_null(self);
    assert_string_equal(self->name, brood_current_name());
    assert_int_equal(self->is_alive, 1);
    assert_true(self->since > 0 && self->since <= now);
}

static void it_sees_who_holds_a_lock(void **state) {
    brood_test_t *test = *state;
    brood_doctor_session_t *session;
    brood_doctor_hold_t hold;
    brood_lock_t *lock;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_holder(lock, &hold));
    assert_int_equal(hold.process.participant, 0);
    session = look(test);
    assert_non_null(object_of(session, hold.object));
    assert_string_equal(object_of(session, hold.object)->state, "free");
    assert_string_equal(object_of(session, hold.object)->kind, "lock");
    assert_int_equal(object_of(session, hold.object)->handles, 1);
    assert_null(hold_of(session, hold.object));

    assert_success(brood_lock_acquire(lock, 0));
    assert_success(brood_lock_holder(lock, &hold));
    assert_int_equal(hold.process.pid, brood_current_pid());
    assert_string_equal(hold.process.name, brood_current_name());
    assert_int_equal(hold.process.is_alive, 1);
    assert_true(hold.thread != 0);
    assert_int_equal(hold.depth, 1);
    session = look(test);
    assert_string_equal(object_of(session, hold.object)->state, "held");
    assert_int_equal(hold_of(session, hold.object)->process.pid, brood_current_pid());
    assert_int_equal(hold_of(session, hold.object)->thread, hold.thread);
    assert_success(brood_lock_release(lock));
    assert_success(brood_lock_holder(lock, &hold));
    assert_int_equal(hold.process.participant, 0);

    assert_success(brood_lock_acquire(lock, 0));
    assert_success(brood_lock_abandon(lock));
    assert_success(brood_lock_holder(lock, &hold));
    assert_int_equal(hold.process.participant, 0);
    assert_string_equal(object_of(look(test), hold.object)->state, "lost");
    assert_success(brood_lock_close(lock));
    assert_null(object_of(look(test), hold.object));
}

static void it_sees_how_often_an_rlock_is_held(void **state) {
    brood_test_t *test = *state;
    brood_doctor_hold_t hold;
    brood_rlock_t *rlock;

    assert_success(brood_rlock_create(&rlock, test->pool));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_acquire(rlock, 0));
    assert_success(brood_rlock_holder(rlock, &hold));
    assert_int_equal(hold.process.pid, brood_current_pid());
    assert_int_equal(hold.depth, 2);
    assert_int_equal(hold_of(look(test), hold.object)->depth, 2);
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_rlock_release(rlock));
    assert_success(brood_rlock_holder(rlock, &hold));
    assert_int_equal(hold.process.participant, 0);
}

static void it_sees_permits(void **state) {
    brood_test_t *test = *state;
    static const uint32_t counts[] = {
        3, 50}; /* in the cell, and in a segment of their own */

    for (size_t i = 0; i < 2; i++) {
        brood_semaphore_t *semaphore;
        brood_doctor_session_t *session;
        size_t held = 0;
        assert_success(
            brood_semaphore_create(&semaphore, counts[i], BROOD_SEM_OWNED, test->pool));
        assert_success(brood_semaphore_acquire(semaphore, 0));
        assert_success(brood_semaphore_acquire(semaphore, 0));
        session = look(test);
        for (size_t k = 0; k < session->hold_count; k++) {
            if (strcmp(session->holds[k].what, "permit") == 0) {
                assert_int_equal(session->holds[k].process.pid, brood_current_pid());
                assert_int_equal(session->holds[k].depth, 2);
                held++;
            }
        }
        assert_int_equal(held, 1);
        assert_success(brood_semaphore_release(semaphore, 2));
        assert_success(brood_semaphore_close(semaphore));
    }
}

static void bad_arguments_are_refused(void **state) {
    brood_test_t *test = *state;
    brood_doctor_session_t *session;
    brood_doctor_hold_t hold;
    brood_lock_t *lock;
    size_t count;

    assert_status(brood_doctor_look(NULL, test->pool), APR_EINVAL);
    assert_detail("session");
    assert_status(brood_doctor_look(&session, NULL), APR_EINVAL);
    assert_status(brood_doctor_find(NULL, &count, test->pool), APR_EINVAL);
    assert_status(brood_lock_holder(NULL, &hold), APR_EINVAL);
    assert_status(brood_rlock_holder(NULL, &hold), APR_EINVAL);
    assert_success(brood_lock_create(&lock, test->pool));
    assert_status(brood_lock_holder(lock, NULL), APR_EINVAL);
    assert_status(brood_doctor_reclaim_in(1, &count), BROOD_EBUSY);
    assert_success(brood_lock_close(lock));
    assert_status(brood_lock_holder(lock, &hold), BROOD_ECLOSED);
}

/* ---- threads ---- */

typedef struct waiter_t {
    brood_lock_t *lock;
    apr_status_t status;
} waiter_t;

static void *APR_THREAD_FUNC acquire_once(apr_thread_t *thread, void *data) {
    waiter_t *waiter = data;
    (void)thread;
    waiter->status = brood_lock_acquire(waiter->lock, LATE);
    if (waiter->status == APR_SUCCESS) {
        (void)brood_lock_release(waiter->lock);
    }
    return NULL;
}

/* Another thread of the same process waits: that is no deadlock. */
static void a_thread_that_waits_for_another_is_none(void **state) {
    brood_test_t *test = *state;
    waiter_t waiter;
    apr_thread_t *thread;
    apr_status_t result;
    brood_doctor_session_t *session;
    const brood_doctor_wait_t *wait;

    assert_success(brood_lock_create(&waiter.lock, test->pool));
    assert_success(brood_lock_acquire(waiter.lock, 0));
    assert_int_equal(apr_thread_create(&thread, NULL, acquire_once, &waiter, test->pool),
                     APR_SUCCESS);
    session = await_wait(test, brood_current_pid());
    wait = wait_of(session, brood_current_pid());
    assert_string_equal(wait->what, "lock");
    assert_true(wait->since > 0 && wait->since <= apr_time_now());
    assert_true(wait->thread != hold_of(session, wait->object)->thread);
    assert_int_equal(session->deadlock_count, 0);
    assert_success(brood_lock_release(waiter.lock));
    (void)apr_thread_join(&result, thread);
    assert_int_equal(waiter.status, APR_SUCCESS);
    assert_int_equal(look(test)->wait_count, 0);
}

static void *APR_THREAD_FUNC acquire_twice(apr_thread_t *thread, void *data) {
    waiter_t *waiter = data;
    (void)thread;
    if (brood_lock_acquire(waiter->lock, LATE) == APR_SUCCESS) {
        waiter->status = brood_lock_acquire(waiter->lock, LATE);
        (void)brood_lock_release(waiter->lock);
    }
    return NULL;
}

static void a_thread_that_waits_for_itself_is_a_cycle_of_one(void **state) {
    brood_test_t *test = *state;
    waiter_t waiter = {NULL, APR_EGENERAL};
    apr_thread_t *thread;
    apr_status_t result;
    const brood_doctor_deadlock_t *deadlock;

    assert_success(brood_lock_create(&waiter.lock, test->pool));
    assert_int_equal(apr_thread_create(&thread, NULL, acquire_twice, &waiter, test->pool),
                     APR_SUCCESS);
    deadlock = await_deadlock(test)->deadlocks;
    assert_int_equal(deadlock->count, 1);
    assert_int_equal(deadlock->edges[0].wait.process.pid, brood_current_pid());
    assert_int_equal(deadlock->edges[0].hold.process.pid, brood_current_pid());
    assert_int_equal(deadlock->edges[0].wait.thread, deadlock->edges[0].hold.thread);
    /* Any thread of the process may give the lock back. */
    assert_success(brood_lock_release(waiter.lock));
    (void)apr_thread_join(&result, thread);
    assert_int_equal(waiter.status, APR_SUCCESS);
}

/* ---- processes ---- */

/* Takes the first lock, says so, waits for a word, then for the second lock. */
static int take_two(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *first, *second;
    brood_connection_t *connection;
    apr_status_t status;
    char word;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &first, &second, &connection));
    CHILD_OK(brood_lock_acquire(first, LATE));
    CHILD_OK(brood_connection_send_bytes(connection, "h", 1, LATE));
    CHILD_OK(brood_connection_recv_bytes_into(connection, &word, 1, &size, LATE));
    status = brood_lock_acquire(second, BROOD_FOREVER);
    CHILD_CHECK(status == APR_SUCCESS || status == BROOD_EOWNERDEAD);
    CHILD_OK(brood_lock_release(second));
    CHILD_OK(brood_lock_release(first));
    return status == BROOD_EOWNERDEAD ? 7 : 8;
}

typedef struct taker_t {
    brood_connection_t *mine, *theirs;
    brood_process_t *process;
} taker_t;

static void start_taker(taker_t *taker, brood_lock_t *first, brood_lock_t *second,
                        const char *name, brood_test_t *test) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    char word;
    size_t size;

    options.name = name;
    assert_success(brood_pipe_create(&taker->mine, &taker->theirs, 1, test->pool));
    taker->process = brood_test_create(take_two, BROOD_ARGS(first, second, taker->theirs),
                                       &options, test);
    assert_success(brood_process_start(taker->process));
    assert_success(brood_connection_close(taker->theirs));
    assert_success(brood_connection_recv_bytes_into(taker->mine, &word, 1, &size, LATE));
}

static void go_on(taker_t *taker) {
    assert_success(brood_connection_send_bytes(taker->mine, "g", 1, LATE));
}

static void two_processes_that_wait_for_each_other(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    taker_t a, b;
    brood_doctor_session_t *session;
    const brood_doctor_deadlock_t *deadlock;

    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    start_taker(&a, one, two, "Anna", test);
    start_taker(&b, two, one, "Bert", test);
    go_on(&a);
    session = await_wait(test, brood_process_pid(a.process));
    assert_int_equal(session->deadlock_count, 0); /* Bert does not wait yet */
    go_on(&b);

    session = await_deadlock(test);
    assert_int_equal(session->deadlock_count, 1);
    deadlock = session->deadlocks;
    assert_int_equal(deadlock->count, 2);
    for (size_t i = 0; i < 2; i++) {
        const brood_doctor_edge_t *edge = &deadlock->edges[i];
        const brood_doctor_edge_t *next = &deadlock->edges[1 - i];
        int is_anna = edge->wait.process.pid == brood_process_pid(a.process);
        assert_string_equal(edge->wait.process.name, is_anna ? "Anna" : "Bert");
        assert_int_equal(edge->hold.process.pid, next->wait.process.pid);
        assert_int_equal(edge->hold.thread, next->wait.thread);
        assert_string_equal(edge->wait.object, edge->hold.object);
        assert_int_equal(edge->hold.process.is_alive, 1);
    }
    assert_string_not_equal(deadlock->edges[0].wait.object,
                            deadlock->edges[1].wait.object);

    assert_success(brood_process_kill(a.process));
    brood_test_join(a.process, -9);
    brood_test_join(b.process, 7); /* it was told BROOD_EOWNERDEAD */
    assert_int_equal(look(test)->deadlock_count, 0);
    assert_success(brood_lock_acquire(one, LATE));
    assert_success(brood_lock_release(one));
}

/* Three in a row, none behind the first: a queue, and no cycle. */
static void a_queue_of_waiters_is_no_deadlock(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *locks[3];
    taker_t takers[2];
    brood_doctor_session_t *session;

    for (int i = 0; i < 3; i++) {
        assert_success(brood_lock_create(&locks[i], test->pool));
    }
    assert_success(brood_lock_acquire(locks[2], 0));
    start_taker(&takers[0], locks[0], locks[1], "first", test);
    start_taker(&takers[1], locks[1], locks[2], "second", test);
    go_on(&takers[0]);
    go_on(&takers[1]);
    (void)await_wait(test, brood_process_pid(takers[0].process));
    session = await_wait(test, brood_process_pid(takers[1].process));
    assert_int_equal(session->wait_count, 2);
    assert_int_equal(session->deadlock_count, 0);
    assert_success(brood_lock_release(locks[2]));
    brood_test_join(takers[0].process, 8);
    brood_test_join(takers[1].process, 8);
}

static void a_timeout_names_the_holder(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    brood_condition_t *condition;
    brood_doctor_hold_t hold;
    taker_t taker;
    char text[80];

    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    start_taker(&taker, one, two, "Worker-3", test);
    assert_status(brood_lock_acquire(one, SOON), APR_TIMEUP);
    (void)snprintf(text, sizeof text, "is held by pid %lld (Worker-3)",
                   (long long)brood_process_pid(taker.process));
    assert_detail(text);
    assert_success(brood_condition_create_with_lock(&condition, one, test->pool));
    assert_status(brood_condition_acquire(condition, SOON), APR_TIMEUP);
    assert_detail(text);
    assert_success(brood_condition_close(condition));
    assert_success(brood_lock_holder(one, &hold));
    assert_int_equal(hold.process.pid, brood_process_pid(taker.process));
    assert_string_equal(hold.process.name, "Worker-3");
    assert_detail(hold.object);
    go_on(&taker);
    brood_test_join(taker.process, 8);
}

/* A name that is too long is cut at a character: ä is two bytes. */
static void a_long_name_is_cut(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    brood_doctor_hold_t hold;
    taker_t taker;

    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    start_taker(&taker, one, two, "123456789 123456789 123456789 \xc3\xa4 and more",
                test);
    assert_success(brood_lock_holder(one, &hold));
    assert_string_equal(hold.process.name, "123456789 123456789 123456789 ");
    go_on(&taker);
    brood_test_join(taker.process, 8);
}

static void the_dead_are_seen_and_reclaimed(void **state) {
    brood_test_t *test = *state;
    brood_lock_t *one, *two;
    brood_doctor_session_t *session;
    const brood_doctor_process_t *dead;
    const brood_doctor_hold_t *left;
    brood_doctor_hold_t hold;
    taker_t taker;
    int64_t pid;
    size_t count;

    assert_success(brood_doctor_reclaim(NULL)); /* of earlier tests */
    assert_success(brood_lock_create(&one, test->pool));
    assert_success(brood_lock_create(&two, test->pool));
    start_taker(&taker, one, two, "Moriturus", test);
    pid = brood_process_pid(taker.process);
    assert_success(brood_process_kill(taker.process));
    do { /* ends when the system has ended it */
        session = look(test);
        dead = process_of(session, pid);
        assert_non_null(dead);
    } while (dead->is_alive);
    assert_string_equal(dead->name, "Moriturus");
    assert_success(brood_lock_holder(one, &hold));
    left = hold_of(session, hold.object);
    assert_non_null(left);
    assert_int_equal(left->process.is_alive, 0);
    assert_int_equal(left->process.pid, pid);
    assert_int_equal(session->stale, 2); /* the process, and what it holds */

    assert_success(brood_doctor_reclaim(&count));
    assert_int_equal(count, 1);
    session = look(test);
    assert_int_equal(session->stale, 0);
    assert_null(process_of(session, pid));
    assert_string_equal(object_of(session, hold.object)->state, "its owner died");
    assert_success(brood_doctor_reclaim(&count));
    assert_int_equal(count, 0);
    assert_status(brood_lock_acquire(one, 0), BROOD_EOWNERDEAD);
    assert_success(brood_lock_release(one));
    brood_test_join(taker.process, -9);
}

/* ---- other waits ---- */

static int get_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    char word;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_queue_get_bytes(queue, &word, 1, &size, LATE));
    return 0;
}

static int lease_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *here, *end;
    brood_message_t message;
    size_t size;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &here, &end));
    CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE));
    CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, LATE));
    CHILD_OK(brood_queue_put_bytes(here, "x", 1, LATE));
    CHILD_STATUS(brood_queue_get_bytes(end, NULL, 0, &size, LATE), APR_EOF);
    return 0;
}

static const brood_doctor_hold_t *lease_of(const brood_doctor_session_t *session,
                                           int64_t pid) {
    for (size_t i = 0; i < session->hold_count; i++) {
        if (session->holds[i].process.pid == pid &&
            strcmp(session->holds[i].what, "on lease") == 0) {
            return &session->holds[i];
        }
    }
    return NULL;
}

static const brood_doctor_queue_t *queue_of(const brood_doctor_session_t *session,
                                            const char *object) {
    for (size_t i = 0; i < session->queue_count; i++) {
        if (strcmp(session->queues[i].object, object) == 0) {
            return &session->queues[i];
        }
    }
    return NULL;
}

static void it_says_what_a_queue_has_seen(void **state) {
    brood_test_t *test = *state;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue, *here, *end;
    brood_message_t reserved;
    brood_process_t *process;
    brood_doctor_session_t *session;
    const brood_doctor_hold_t *hold;
    const brood_doctor_queue_t *seen;
    char word;
    size_t size;

    options.flags = BROOD_QUEUE_LEASES | BROOD_QUEUE_JOINABLE;
    assert_success(brood_queue_create(&queue, &options, test->pool));
    assert_success(brood_queue_create(&here, NULL, test->pool));
    assert_success(brood_queue_create(&end, NULL, test->pool));
    for (int i = 0; i < 4; i++) {
        assert_success(brood_queue_put_bytes(queue, "abc", 3, 0));
    }
    assert_success(brood_queue_reserve(queue, &reserved, 8, 0));
    process = brood_test_start(lease_one, BROOD_ARGS(queue, here, end), test);
    assert_success(brood_queue_get_bytes(here, &word, 1, &size, LATE));
    assert_success(brood_queue_shutdown(queue, 0, LATE));
    assert_success(brood_doctor_look(&session, test->pool));
    hold = lease_of(session, brood_process_pid(process));
    assert_non_null(hold);
    assert_int_equal(hold->depth, 2);
    seen = queue_of(session, hold->object);
    assert_non_null(seen);
    assert_int_equal(seen->counts.puts, 4);
    assert_int_equal(seen->counts.put_bytes, 12);
    assert_int_equal(seen->counts.gets, 2);
    assert_string_equal(seen->state, "ending");
    assert_int_equal(seen->messages, 2);
    assert_int_equal(seen->unfinished, 4);
    assert_int_equal(seen->queued, 2);
    assert_int_equal(seen->leased, 2);
    assert_int_equal(seen->reserved, 1);
    assert_int_equal(seen->taken + seen->returned + seen->failed, 0);
    assert_success(brood_queue_abandon(queue, &reserved));
    assert_success(brood_queue_shutdown(end, 0, LATE));
    brood_test_join(process, 0);
}

static void it_says_what_is_waited_for(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue;
    brood_process_t *process;
    brood_doctor_session_t *session;
    const brood_doctor_wait_t *wait;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    process = brood_test_start(get_one, BROOD_ARGS(queue), test);
    session = await_wait(test, brood_process_pid(process));
    wait = wait_of(session, brood_process_pid(process));
    assert_string_equal(wait->what, "message");
    assert_non_null(object_of(session, wait->object));
    assert_string_equal(object_of(session, wait->object)->kind, "queue");
    assert_string_equal(object_of(session, wait->object)->state, "0 messages");
    assert_success(brood_queue_put_bytes(queue, "x", 1, 0));
    brood_test_join(process, 0);
}

/* The same, beside a pipe. */
static int wait_for_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *reader, *writer;
    brood_queue_t *queue;

    CHILD_OK(BROOD_UNPACK(state, &queue));
    CHILD_OK(brood_pipe_create(&reader, &writer, 0, pool));
    brood_wait_item_t items[] = {BROOD_WAIT_CONNECTION(reader), BROOD_WAIT_QUEUE(queue)};
    CHILD_OK(brood_wait(items, 2, LATE, NULL));
    return 0;
}

static void it_says_who_waits_for_several_things(void **state) {
    brood_test_t *test = *state;
    brood_queue_t *queue;
    brood_process_t *process;
    brood_doctor_session_t *session;
    const brood_doctor_wait_t *wait;

    assert_success(brood_queue_create(&queue, NULL, test->pool));
    process = brood_test_start(wait_for_one, BROOD_ARGS(queue), test);
    session = await_wait(test, brood_process_pid(process));
    wait = wait_of(session, brood_process_pid(process));
    assert_string_equal(wait->what, "message");
    assert_string_equal(object_of(session, wait->object)->kind, "queue");
    assert_success(brood_queue_put_bytes(queue, "x", 1, 0));
    brood_test_join(process, 0);
}

/* ---- from outside ---- */

/* It is found among all of the user's, with the same id and the same people. */
static void it_finds_this_session_from_outside(void **state) {
    brood_test_t *test = *state;
    brood_doctor_session_t *sessions, *own, *found = NULL;
    brood_doctor_hold_t hold;
    brood_lock_t *lock;
    apr_status_t status;
    size_t count;

    assert_success(brood_lock_create(&lock, test->pool));
    assert_success(brood_lock_acquire(lock, 0));
    assert_success(brood_lock_holder(lock, &hold));
    own = look(test);
    status = brood_doctor_find(&sessions, &count, test->pool);
    if (status == APR_ENOTIMPL) {
        assert_success(brood_lock_release(lock));
        skip();
    }
    assert_success(status);
    for (size_t i = 0; i < count; i++) {
        found = sessions[i].id == own->id ? &sessions[i] : found;
    }
    assert_non_null(found);
    assert_non_null(process_of(found, brood_current_pid()));
    assert_non_null(object_of(found, hold.object));
    assert_non_null(hold_of(found, hold.object));
    assert_int_equal(hold_of(found, hold.object)->process.pid, brood_current_pid());
    assert_int_equal(hold_of(found, hold.object)->thread, hold.thread);
    assert_success(brood_lock_release(lock));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(it_sees_this_process),
    BROOD_TEST(it_sees_who_holds_a_lock),
    BROOD_TEST(it_sees_how_often_an_rlock_is_held),
    BROOD_TEST(it_sees_permits),
    BROOD_TEST(bad_arguments_are_refused),
    BROOD_TEST(a_thread_that_waits_for_another_is_none),
    BROOD_TEST(a_thread_that_waits_for_itself_is_a_cycle_of_one),
    BROOD_TEST(two_processes_that_wait_for_each_other),
    BROOD_TEST(a_queue_of_waiters_is_no_deadlock),
    BROOD_TEST(a_timeout_names_the_holder),
    BROOD_TEST(a_long_name_is_cut),
    BROOD_TEST(the_dead_are_seen_and_reclaimed),
    BROOD_TEST(it_says_what_a_queue_has_seen),
    BROOD_TEST(it_says_what_is_waited_for),
    BROOD_TEST(it_says_who_waits_for_several_things),
    BROOD_TEST(it_finds_this_session_from_outside),
};

BROOD_TEST_MAIN(tests)
