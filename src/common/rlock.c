/* Rlock: the public recursive lock, a recursive robust lock word in a cell of an arena.
 *
 * Shared state: the cell's word, holder and depth, as rlockword.c says. Everything else is
 * private. */
#include "brood/boot.h"
#include "brood/rlock.h"

#include "holder.h"
#include "object.h"
#include "rlockword.h"
#include "status.h"

struct brood_rlock_t {
    brood__object_t object;
    brood__rlockword_t lock;
    brood__pace_t pace;
};

apr_status_t brood_rlock_create(brood_rlock_t **rlock, apr_pool_t *pool) {
    brood__object_t *fresh;
    apr_status_t rv = brood__object_create(&fresh, &brood__rlock_class, pool);
    *rlock = NULL;
    if (rv == APR_SUCCESS) {
        brood__object_open(fresh);
        *rlock = (brood_rlock_t *)fresh;
    }
    return rv;
}

static inline apr_status_t rlock_check(const brood_rlock_t *rlock) {
    return brood__object_check(rlock == NULL ? NULL : &rlock->object,
                               &brood__rlock_class);
}

apr_status_t brood_rlock_acquire(brood_rlock_t *rlock, apr_interval_time_t timeout) {
    apr_status_t rv = rlock_check(rlock);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__rlockword_is_mine(&rlock->lock)) {
        return brood__rlockword_acquire(&rlock->lock, &rlock->pace, 0);
    }
    if (brood__lockword_try(&rlock->lock.word)) {
        brood__rlockword_restore(&rlock->lock, 1);
        return APR_SUCCESS;
    }
    brood__object_enter(&rlock->object);
    rv = brood__rlockword_acquire(&rlock->lock, &rlock->pace, brood__deadline(timeout));
    brood__object_leave(&rlock->object);
    return rv == APR_TIMEUP && timeout > 0 ? brood__holder_timeup(&rlock->object.hold)
                                           : brood__fail_plainly(rv);
}

static inline apr_status_t rlock_check_owner(brood_rlock_t *rlock) {
    apr_status_t rv = rlock_check(rlock);
    if (rv == APR_SUCCESS && !brood__rlockword_is_mine(&rlock->lock)) {
        rv = brood__fail(BROOD_ENOTOWNER,
                         "the rlock is not held by this thread of process %s",
                         brood_current_name());
    }
    return rv;
}

apr_status_t brood_rlock_release(brood_rlock_t *rlock) {
    apr_status_t rv = rlock_check_owner(rlock);
    if (rv == APR_SUCCESS) {
        (void)brood__rlockword_release(&rlock->lock);
    }
    return rv;
}

apr_status_t brood_rlock_abandon(brood_rlock_t *rlock) {
    apr_status_t rv = rlock_check_owner(rlock);
    if (rv == APR_SUCCESS) {
        brood__rlockword_abandon(&rlock->lock);
    }
    return rv;
}

int brood_rlock_is_mine(brood_rlock_t *rlock) {
    return rlock_check(rlock) == APR_SUCCESS && brood__rlockword_is_mine(&rlock->lock);
}

uint32_t brood_rlock_depth(brood_rlock_t *rlock) {
    return brood_rlock_is_mine(rlock)
               ? atomic_load_explicit(&rlock->lock.cell->depth, memory_order_relaxed)
               : 0;
}

int brood_rlock_locked(brood_rlock_t *rlock) {
    return rlock_check(rlock) == APR_SUCCESS &&
           brood__lockword_is_locked(&rlock->lock.word);
}

apr_status_t brood_rlock_close(brood_rlock_t *rlock) {
    if (rlock_check(rlock) == APR_SUCCESS && brood__lockword_is_mine(&rlock->lock.word)) {
        return brood__fail(BROOD_EBUSY, "the rlock is held by a thread of this process");
    }
    return brood__object_close(rlock == NULL ? NULL : &rlock->object,
                               &brood__rlock_class);
}

static void rlock_opened(brood_handle_t *handle) {
    brood_rlock_t *rlock = (brood_rlock_t *)handle;
    rlock->lock = brood__rlockword(&rlock->object.hold);
}

static void rlock_sweep(const brood__segment_t *segment, brood__cell_t *cell,
                        uint32_t dead) {
    brood_os_word_t word = brood__segment_word(segment, &cell->word);
    brood__lockword_sweep(&word, dead);
}

const brood__handle_class_t brood__rlock_class = {.code = BROOD__HANDLE_RLOCK,
                                                  .name = "rlock",
                                                  .pack = brood__object_pack,
                                                  .unpack = brood__object_unpack,
                                                  .size = sizeof(brood_rlock_t),
                                                  .opened = rlock_opened,
                                                  .sweep = rlock_sweep};
