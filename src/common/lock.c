/* Lock: the public mutex, a robust lock word in a cell of an arena.
 *
 * Shared state: the cell's word, as lockword.c says. Everything else is private. */
#include "brood/boot.h"
#include "brood/lock.h"

#include "arena.h"
#include "lockword.h"
#include "status.h"
#include <apr_pools.h>

struct brood_lock_t {
    brood_handle_t handle;
    brood__hold_t hold;
    brood_os_word_t word;
    brood__pace_t pace;
};

static apr_status_t lock_cleanup(void *data) {
    brood_lock_t *lock = data;
    if (atomic_exchange_explicit(&lock->handle.closed, 1, memory_order_relaxed) == 0) {
        brood__arena_release(&lock->hold);
    }
    return APR_SUCCESS;
}

static apr_status_t lock_new(brood_lock_t **lock, apr_pool_t *pool) {
    pool = brood__session_pool_for(pool);
    *lock = pool == NULL ? NULL : apr_pcalloc(pool, sizeof **lock);
    if (*lock == NULL) {
        return APR_ENOMEM;
    }
    brood__handle_init(&(*lock)->handle, &brood__lock_class);
    atomic_store_explicit(&(*lock)->handle.closed, 1, memory_order_relaxed);
    apr_pool_cleanup_register(pool, *lock, lock_cleanup, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

static void lock_open(brood_lock_t *lock) {
    lock->word = brood__segment_word(lock->hold.segment, &lock->hold.cell->word);
    atomic_store_explicit(&lock->handle.closed, 0, memory_order_relaxed);
}

apr_status_t brood_lock_create(brood_lock_t **lock, apr_pool_t *pool) {
    brood_lock_t *fresh;
    apr_status_t rv;
    *lock = NULL;
    rv = lock_new(&fresh, pool);
    if (rv == APR_SUCCESS) {
        rv = brood__arena_allocate(&fresh->hold, BROOD__CELL_LOCK);
    }
    if (rv == APR_SUCCESS) {
        lock_open(fresh);
        *lock = fresh;
    }
    return rv;
}

static apr_status_t lock_check(const brood_lock_t *lock) {
    return brood__handle_check(lock == NULL ? NULL : &lock->handle, "lock");
}

apr_status_t brood_lock_acquire(brood_lock_t *lock, apr_interval_time_t timeout) {
    apr_status_t rv = lock_check(lock);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__lockword_try(&lock->word)) {
        return APR_SUCCESS;
    }
    return brood__lockword_acquire_slowly(&lock->word, &lock->pace,
                                          brood__deadline(timeout));
}

static apr_status_t lock_check_owner(brood_lock_t *lock) {
    apr_status_t rv = lock_check(lock);
    if (rv == APR_SUCCESS && !brood__lockword_is_mine(&lock->word)) {
        rv = brood__fail(BROOD_ENOTOWNER, "the lock is not held by process %s",
                         brood_current_name());
    }
    return rv;
}

apr_status_t brood_lock_release(brood_lock_t *lock) {
    apr_status_t rv = lock_check_owner(lock);
    if (rv == APR_SUCCESS) {
        brood__lockword_release(&lock->word);
    }
    return rv;
}

apr_status_t brood_lock_abandon(brood_lock_t *lock) {
    apr_status_t rv = lock_check_owner(lock);
    if (rv == APR_SUCCESS) {
        brood__lockword_abandon(&lock->word);
    }
    return rv;
}

int brood_lock_locked(brood_lock_t *lock) {
    return lock_check(lock) == APR_SUCCESS &&
           (atomic_load_explicit(lock->word.word, memory_order_relaxed) &
            (BROOD__LOCK_OWNER | BROOD__LOCK_DIED)) != 0;
}

apr_status_t brood_lock_close(brood_lock_t *lock) {
    apr_status_t rv = lock_check(lock);
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS && brood__lockword_is_mine(&lock->word)) {
        return brood__fail(BROOD_EBUSY, "the lock is held by this process");
    }
    return rv == APR_SUCCESS ? lock_cleanup(lock) : rv;
}

static apr_status_t lock_pack(brood_handle_t *handle, brood__parcel_t *parcel) {
    brood__arena_pack(&((brood_lock_t *)handle)->hold, parcel);
    return APR_SUCCESS;
}

static apr_status_t lock_unpack(brood_handle_t **handle, brood__parcel_t *parcel,
                                apr_pool_t *pool) {
    brood_lock_t *lock;
    apr_status_t rv = lock_new(&lock, pool);
    *handle = NULL;
    if (rv == APR_SUCCESS) {
        rv = brood__arena_unpack(&lock->hold, BROOD__CELL_LOCK, parcel);
    }
    if (rv == APR_SUCCESS) {
        lock_open(lock);
        *handle = &lock->handle;
    }
    return rv;
}

const brood__handle_class_t brood__lock_class = {BROOD__HANDLE_LOCK, "lock", lock_pack,
                                                 lock_unpack};
