/* Lock: the public mutex, a robust lock word in a cell of an arena.
 *
 * Shared state: the cell's word, as lockword.c says, and beside it the thread that holds it, as
 * holder.h says. Everything else is private. */
#include "brood/boot.h"
#include "brood/lock.h"

#include "holder.h"
#include "lockword.h"
#include "object.h"
#include "status.h"

struct brood_lock_t {
    brood__object_t object;
    brood_os_word_t word;
    brood__pace_t pace;
};

apr_status_t brood_lock_create(brood_lock_t **lock, apr_pool_t *pool) {
    brood__object_t *fresh;
    apr_status_t rv = brood__object_create(&fresh, &brood__lock_class, pool);
    *lock = NULL;
    if (rv == APR_SUCCESS) {
        brood__object_open(fresh);
        *lock = (brood_lock_t *)fresh;
    }
    return rv;
}

static inline apr_status_t lock_check(const brood_lock_t *lock) {
    return brood__object_check(lock == NULL ? NULL : &lock->object, &brood__lock_class);
}

apr_status_t brood_lock_acquire(brood_lock_t *lock, apr_interval_time_t timeout) {
    apr_status_t rv = lock_check(lock);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__lockword_try(&lock->word)) {
        brood__holder_set(lock->object.hold.cell);
        return APR_SUCCESS;
    }
    brood__object_enter(&lock->object);
    rv = brood__lockword_acquire_slowly(&lock->word, &lock->pace,
                                        brood__deadline(timeout));
    brood__object_leave(&lock->object);
    if (rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD) {
        brood__holder_set(lock->object.hold.cell);
    }
    return rv == APR_TIMEUP && timeout > 0 ? brood__holder_timeup(&lock->object.hold)
                                           : brood__fail_plainly(rv);
}

static apr_status_t not_owner(void) {
    return brood__fail(BROOD_ENOTOWNER, "the lock is not held by process %s",
                       brood_current_name());
}

apr_status_t brood_lock_release(brood_lock_t *lock) {
    apr_status_t rv = lock_check(lock);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!brood__lockword_is_mine(&lock->word)) {
        return not_owner();
    }
    brood__holder_clear(lock->object.hold.cell);
    return brood__lockword_release(&lock->word) ? APR_SUCCESS : not_owner();
}

apr_status_t brood_lock_abandon(brood_lock_t *lock) {
    apr_status_t rv = lock_check(lock);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    return brood__lockword_abandon(&lock->word) ? APR_SUCCESS : not_owner();
}

int brood_lock_locked(brood_lock_t *lock) {
    return lock_check(lock) == APR_SUCCESS && brood__lockword_is_locked(&lock->word);
}

apr_status_t brood_lock_close(brood_lock_t *lock) {
    if (lock_check(lock) == APR_SUCCESS && brood__lockword_is_mine(&lock->word)) {
        return brood__fail(BROOD_EBUSY, "the lock is held by this process");
    }
    return brood__object_close(lock == NULL ? NULL : &lock->object, &brood__lock_class);
}

static void lock_opened(brood_handle_t *handle) {
    brood_lock_t *lock = (brood_lock_t *)handle;
    lock->word =
        brood__segment_word(lock->object.hold.segment, &lock->object.hold.cell->word);
}

static void lock_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                       uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    brood__lockword_sweep(&word, dead);
}

const brood__handle_class_t brood__lock_class = {.code = BROOD__HANDLE_LOCK,
                                                 .name = "lock",
                                                 .pack = brood__object_pack,
                                                 .unpack = brood__object_unpack,
                                                 .size = sizeof(brood_lock_t),
                                                 .opened = lock_opened,
                                                 .sweep = lock_sweep};
