/* Four hangs of CPython's multiprocessing, and that Brood has none of them.
 *
 * There, a process that is killed leaves the others waiting for ever (3.11, spawn, kill -9):
 *   - a Lock whose holder is killed is never acquired again;
 *   - a Queue of which a consumer is killed inside get() gives nothing to anybody again;
 *   - a Condition with a killed waiter: notify() waits for the dead one's acknowledgement;
 *   - an Event with a killed waiter: set() does the same.
 * Here each of them is done for real, as hanging.h says. */
#include "hanging.h"
#include "os/clock.h"

/* ---- a lock whose holder is killed -------------------------------------------------- */

static apr_status_t make_lock(hang_round_t *round) {
    brood_lock_t *lock;
    apr_status_t rv = brood_lock_create(&lock, round->pool);
    round->object = lock;
    return rv == APR_SUCCESS
               ? brood_values_pack(&round->args, BROOD_ARGS(lock), round->pool)
               : rv;
}

static int hold_the_lock(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *args;
    brood_lock_t *lock;
    hang_log_t *log;
    CHILD_OK(hang_arrive(&args, &log, state, pool));
    CHILD_OK(BROOD_UNPACK(args, &lock));
    CHILD_OK(brood_lock_acquire(lock, 0));
    brood_os_sleep_until(BROOD_OS_FOREVER);
    return 1;
}

static int lock_is_held(hang_round_t *round) {
    int64_t end_us = brood_test_now_us() + HANG_STALL_US;
    while (!brood_lock_locked(round->object) && brood_test_now_us() < end_us) {
        brood_os_yield();
    }
    return brood_lock_locked(round->object);
}

static apr_status_t use_lock(brood_lock_t *lock, hang_log_t *log) {
    apr_status_t rv = brood_lock_acquire(lock, HANG_STALL_US);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add(&log->told, 1);
        rv = APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? brood_lock_release(lock) : rv;
}

static int want_the_lock(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *args;
    brood_lock_t *lock;
    hang_log_t *log;
    CHILD_OK(hang_arrive(&args, &log, state, pool));
    CHILD_OK(BROOD_UNPACK(args, &lock));
    CHILD_OK(use_lock(lock, log));
    return hang_passed(log);
}

static apr_status_t acquire_it(hang_round_t *round) {
    return use_lock(round->object, round->log);
}

/* ---- a queue whose consumer is killed in get ---------------------------------------- */

static apr_status_t make_queue(hang_round_t *round) {
    brood_queue_t *queue;
    apr_status_t rv = brood_queue_create(&queue, NULL, round->pool);
    round->object = queue;
    return rv == APR_SUCCESS
               ? brood_values_pack(&round->args, BROOD_ARGS(queue), round->pool)
               : rv;
}

static int get_one(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *args;
    brood_queue_t *queue;
    size_t size;
    hang_log_t *log;
    CHILD_OK(hang_arrive(&args, &log, state, pool));
    CHILD_OK(BROOD_UNPACK(args, &queue));
    CHILD_OK(brood_queue_get_bytes(queue, NULL, 0, &size, HANG_STALL_US));
    return hang_passed(log);
}

/* A message for the bystander and one that the first process takes. */
static apr_status_t put_and_get(hang_round_t *round) {
    size_t size;
    apr_status_t rv = brood_queue_put_bytes(round->object, NULL, 0, HANG_STALL_US);
    if (rv == APR_SUCCESS) {
        rv = brood_queue_put_bytes(round->object, NULL, 0, HANG_STALL_US);
    }
    return rv == APR_SUCCESS
               ? brood_queue_get_bytes(round->object, NULL, 0, &size, HANG_STALL_US)
               : rv;
}

/* ---- a condition with a killed waiter ----------------------------------------------- */

static apr_status_t make_condition(hang_round_t *round) {
    brood_condition_t *condition;
    apr_status_t rv = brood_condition_create(&condition, round->pool);
    round->object = condition;
    return rv == APR_SUCCESS
               ? brood_values_pack(&round->args, BROOD_ARGS(condition), round->pool)
               : rv;
}

static int wait_for_notice(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *args;
    brood_condition_t *condition;
    hang_log_t *log;
    CHILD_OK(hang_arrive(&args, &log, state, pool));
    CHILD_OK(BROOD_UNPACK(args, &condition));
    CHILD_OK(brood_condition_acquire(condition, HANG_STALL_US));
    CHILD_OK(brood_condition_wait(condition, HANG_STALL_US));
    CHILD_OK(brood_condition_release(condition));
    return hang_passed(log);
}

/* One notice: the dead one waits longer, and it goes to the living. */
static apr_status_t notify_one(hang_round_t *round) {
    uint32_t woken = 0;
    apr_status_t rv = brood_condition_acquire(round->object, HANG_STALL_US);
    if (rv == APR_SUCCESS) {
        rv = brood_condition_notify(round->object, 1, &woken);
    }
    if (rv == APR_SUCCESS && woken != 1) {
        return APR_NOTFOUND;
    }
    return rv == APR_SUCCESS ? brood_condition_release(round->object) : rv;
}

/* ---- an event with a killed waiter -------------------------------------------------- */

static apr_status_t make_event(hang_round_t *round) {
    brood_event_t *event;
    apr_status_t rv = brood_event_create(&event, round->pool);
    round->object = event;
    return rv == APR_SUCCESS
               ? brood_values_pack(&round->args, BROOD_ARGS(event), round->pool)
               : rv;
}

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *args;
    brood_event_t *event;
    hang_log_t *log;
    CHILD_OK(hang_arrive(&args, &log, state, pool));
    CHILD_OK(BROOD_UNPACK(args, &event));
    CHILD_OK(brood_event_wait(event, HANG_STALL_US));
    return hang_passed(log);
}

static apr_status_t set_it(hang_round_t *round) {
    return brood_event_set(round->object);
}

static const hang_t hangs[] = {
    {.name = "lock, its holder killed",
     .make = make_lock,
     .victim = hold_the_lock,
     .bystander = want_the_lock,
     .is_there = lock_is_held,
     .go_on = acquire_it,
     .told = 1},
    {.name = "queue, a consumer killed in get",
     .make = make_queue,
     .victim = get_one,
     .bystander = get_one,
     .go_on = put_and_get},
    {.name = "condition, a waiter killed",
     .make = make_condition,
     .victim = wait_for_notice,
     .bystander = wait_for_notice,
     .go_on = notify_one},
    {.name = "event, a waiter killed",
     .make = make_event,
     .victim = wait_for_event,
     .bystander = wait_for_event,
     .go_on = set_it},
};
HANG_MAIN(hangs)
