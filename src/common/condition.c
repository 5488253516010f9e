/* Condition: records of those who wait, ordered by a lock.
 *
 * Shared state, in the cell:
 *   word, depth, holder  the condition's own recursive lock (rlockword.c), unless it was given one
 *   own.words[0]         never written: its place is what the waiters' records name
 *   own.longs[1]         the last ticket: one more for each wait, by who holds the lock
 * and the waiters' records (waiter.c). With the lock held, who waits claims a record with the
 * next ticket, WAITING, then gives the lock up and sleeps on the record. So a notification,
 * which needs the lock, finds all who gave it up before. Killed before that, the waiter leaves
 * the lock to who is told of it, and a record of a dead one, which is passed over; killed after
 * it, the record alone. Killed between two notifications, the notifier has reached some, oldest
 * first, and the next owner of the lock is told; killed between a notification and its wake-up,
 * it leaves a sleeper that looks again at the end of its slice, or when somebody buries.
 * At the end of each slice a sleeper also asks for the lock of a dead owner: if all the living
 * sleep here, nobody else would learn of the death. */
#include "brood/condition.h"

#include "mutex.h"
#include "object.h"
#include "os/fault.h"
#include "pace.h"
#include "status.h"
#include "waiter.h"
#include <string.h>

struct brood_condition_t {
    brood__object_t object;
    brood_os_word_t word; /* what the records name */
    _Atomic uint64_t *tickets;
    brood__mutex_t mutex;
    brood__pace_t pace;
};

/* ---- making and closing ---- */

/* With the lock `given`, or when that is NULL one of its own. */
static apr_status_t create(brood_condition_t **condition, const brood_handle_t *given,
                           apr_pool_t *pool) {
    brood__object_t *fresh;
    brood__mutex_t *mutex;
    apr_status_t rv = brood__object_create(&fresh, &brood__condition_class, pool);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    mutex = &((brood_condition_t *)fresh)->mutex;
    if (given == NULL) {
        brood__mutex_own(mutex, &fresh->hold);
    } else {
        rv = brood__mutex_given(mutex, given, given->cls->name);
    }
    if (rv != APR_SUCCESS) {
        brood__arena_release(&fresh->hold);
        return rv;
    }
    brood__object_open(fresh);
    *condition = (brood_condition_t *)fresh;
    return APR_SUCCESS;
}

apr_status_t brood_condition_create(brood_condition_t **condition, apr_pool_t *pool) {
    *condition = NULL;
    return create(condition, NULL, pool);
}

apr_status_t brood_condition_create_with_lock(brood_condition_t **condition,
                                              brood_lock_t *lock, apr_pool_t *pool) {
    const brood__object_t *object = (const brood__object_t *)lock;
    apr_status_t rv = brood__object_check(object, &brood__lock_class);
    *condition = NULL;
    return rv == APR_SUCCESS ? create(condition, &object->handle, pool) : rv;
}

apr_status_t brood_condition_create_with_rlock(brood_condition_t **condition,
                                               brood_rlock_t *rlock, apr_pool_t *pool) {
    const brood__object_t *object = (const brood__object_t *)rlock;
    apr_status_t rv = brood__object_check(object, &brood__rlock_class);
    *condition = NULL;
    return rv == APR_SUCCESS ? create(condition, &object->handle, pool) : rv;
}

static inline apr_status_t condition_check(const brood_condition_t *condition) {
    return brood__object_check(condition == NULL ? NULL : &condition->object,
                               &brood__condition_class);
}

static inline apr_status_t condition_check_owner(const brood_condition_t *condition) {
    apr_status_t rv = condition_check(condition);
    return rv == APR_SUCCESS ? brood__mutex_check_owner(&condition->mutex) : rv;
}

apr_status_t brood_condition_close(brood_condition_t *condition) {
    if (condition_check(condition) == APR_SUCCESS &&
        condition->mutex.kind == BROOD__MUTEX_OWN &&
        brood__lockword_is_mine(&condition->mutex.lock.word)) {
        return brood__fail(BROOD_EBUSY,
                           "the condition's lock is held by a thread of this process");
    }
    return brood__object_close(condition == NULL ? NULL : &condition->object,
                               &brood__condition_class);
}

/* ---- its lock ---- */

apr_status_t brood_condition_acquire(brood_condition_t *condition,
                                     apr_interval_time_t timeout) {
    apr_status_t rv = condition_check(condition);
    if (rv == APR_SUCCESS) {
        brood__object_enter(&condition->object);
        rv = brood__mutex_acquire(&condition->mutex, &condition->object.hold, timeout);
        brood__object_leave(&condition->object);
    }
    return rv;
}

apr_status_t brood_condition_release(brood_condition_t *condition) {
    apr_status_t rv = condition_check(condition);
    return rv == APR_SUCCESS ? brood__mutex_release(&condition->mutex) : rv;
}

apr_status_t brood_condition_abandon(brood_condition_t *condition) {
    apr_status_t rv = condition_check_owner(condition);
    if (rv == APR_SUCCESS) {
        (void)brood__waiters_notify(&condition->word, UINT32_MAX);
        BROOD_KILL_POINT("condition.abandoning");
        brood__mutex_abandon(&condition->mutex);
    }
    return rv;
}

/* ---- waiting ---- */

typedef struct sleeper_t {
    brood__wait_t wait; /* with the record that is notified */
    uint32_t state;     /* of the record, as long as it is not */
    uint32_t depth;     /* how many levels of the lock were given up */
} sleeper_t;

/* APR_SUCCESS: notified; APR_TIMEUP; or what brood__mutex_take_over() says of a dead owner. */
static apr_status_t sleep_until_notified(brood_condition_t *condition,
                                         sleeper_t *sleeper) {
    brood__waiter_t *record = sleeper->wait.record;
    brood_os_word_t word = brood__waiter_word(record);
    apr_status_t slept = APR_SUCCESS;
    for (;;) { /* ends with a notification, the deadline, or the lock of a dead owner */
        apr_status_t rv;
        if (brood__waiter_is_notified(record, sleeper->state)) {
            return APR_SUCCESS;
        }
        if (slept == APR_TIMEUP || brood__deadline_is_now(sleeper->wait.deadline)) {
            return brood__waiter_leave(record, sleeper->state) ? APR_TIMEUP : APR_SUCCESS;
        }
        if (brood__wait_awake(&sleeper->wait)) {
            continue;
        }
        slept = brood__wait_asleep(&sleeper->wait, &word, sleeper->state);
        if (brood__waiter_is_notified(record, sleeper->state)) {
            return APR_SUCCESS;
        }
        rv = brood__mutex_take_over(&condition->mutex, sleeper->depth);
        if (rv != APR_TIMEUP) {
            return rv;
        }
    }
}

/* The lock again, after a notification or when the time is over. */
static apr_status_t lock_again(brood_condition_t *condition, const sleeper_t *sleeper,
                               apr_status_t why) {
    apr_status_t rv;
    BROOD_KILL_POINT("condition.woken");
    rv = brood__mutex_restore(&condition->mutex, sleeper->depth, BROOD_OS_FOREVER);
    return rv == APR_SUCCESS ? why : rv;
}

static apr_status_t wait_until(brood_condition_t *condition,
                               brood_os_deadline_t deadline) {
    sleeper_t sleeper;
    uint64_t ticket;
    apr_status_t rv = condition_check_owner(condition);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    memset(&sleeper, 0, sizeof sleeper);
    sleeper.wait = brood__wait_begin(&condition->pace, deadline);
    /* relaxed: the lock orders it */
    ticket = atomic_fetch_add_explicit(condition->tickets, 1, memory_order_relaxed) + 1;
    rv = brood__waiter_begin(&sleeper.wait.record, &sleeper.state, &condition->word,
                             ticket);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("condition.recorded");
    brood__object_enter(&condition->object);
    sleeper.depth = brood__mutex_release_all(&condition->mutex);
    BROOD_KILL_POINT("condition.released");
    rv = sleep_until_notified(condition, &sleeper);
    brood__wait_leave(&sleeper.wait);
    if (rv == APR_SUCCESS) {
        brood__wait_end(&sleeper.wait);
    }
    if (rv == APR_SUCCESS || rv == APR_TIMEUP) {
        rv = lock_again(condition, &sleeper, rv);
    }
    brood__object_leave(&condition->object);
    return brood__fail_plainly(rv);
}

apr_status_t brood_condition_wait(brood_condition_t *condition,
                                  apr_interval_time_t timeout) {
    return wait_until(condition, brood__deadline(timeout));
}

apr_status_t brood_condition_wait_for(brood_condition_t *condition,
                                      brood_predicate_fn *predicate, void *data,
                                      apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = condition_check_owner(condition);
    if (rv == APR_SUCCESS && predicate == NULL) {
        rv = brood__fail(APR_EINVAL, "predicate is NULL");
    }
    while (rv == APR_SUCCESS && !predicate(data)) { /* ends as the waits do */
        rv = wait_until(condition, deadline);
    }
    return rv == APR_TIMEUP && predicate(data) ? APR_SUCCESS : rv;
}

/* ---- notifying ---- */

apr_status_t brood_condition_notify(brood_condition_t *condition, uint32_t count,
                                    uint32_t *woken) {
    apr_status_t rv = condition_check_owner(condition);
    uint32_t notified = 0;
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("condition.notifying");
        notified = brood__waiters_notify(&condition->word, count);
        BROOD_KILL_POINT("condition.notified");
    }
    if (woken != NULL) {
        *woken = notified;
    }
    return rv;
}

apr_status_t brood_condition_notify_all(brood_condition_t *condition) {
    return brood_condition_notify(condition, UINT32_MAX, NULL);
}

/* ---- the class ---- */

static void condition_opened(brood_handle_t *handle) {
    brood_condition_t *condition = (brood_condition_t *)handle;
    brood__cell_t *cell = condition->object.hold.cell;
    condition->word =
        brood__segment_word(condition->object.hold.segment, &cell->own.words[0]);
    condition->tickets = &cell->own.longs[1];
}

static void condition_closing(brood_handle_t *handle) {
    brood__mutex_close(&((brood_condition_t *)handle)->mutex);
}

static void condition_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                            uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    brood__lockword_sweep(&word, dead);
}

static apr_status_t condition_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    apr_status_t rv = brood__object_pack(handle, parcel);
    brood__mutex_pack(&((brood_condition_t *)handle)->mutex, parcel);
    return rv;
}

static apr_status_t condition_unpack(const brood__handle_class_t *cls,
                                     brood_handle_t **handle, brood__parcel_t *parcel,
                                     apr_pool_t *pool) {
    brood__object_t *object;
    brood__mutex_t *mutex;
    apr_status_t rv = brood__object_arrived(&object, cls, parcel, pool);
    *handle = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    mutex = &((brood_condition_t *)object)->mutex;
    rv = brood__mutex_unpack(mutex, &object->hold, parcel);
    if (rv == APR_SUCCESS && mutex->kind == BROOD__MUTEX_NONE) {
        rv = brood__fail(BROOD_EENCODING, "a condition without a lock");
    }
    if (rv != APR_SUCCESS) {
        brood__arena_release(&object->hold);
        return rv;
    }
    brood__object_open(object);
    *handle = &object->handle;
    return APR_SUCCESS;
}

const brood__handle_class_t brood__condition_class = {.code = BROOD__HANDLE_CONDITION,
                                                      .name = "condition",
                                                      .pack = condition_pack,
                                                      .unpack = condition_unpack,
                                                      .size = sizeof(brood_condition_t),
                                                      .opened = condition_opened,
                                                      .closing = condition_closing,
                                                      .sweep = condition_sweep};
