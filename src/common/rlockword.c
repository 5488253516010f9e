/* The recursive robust lock.
 *
 * Shared state: the lock word, and {holder, depth} beside it, written by the owner of the word.
 * `holder` is cleared before the word is released, so that a thread that finds itself in it
 * while its process owns the word does hold the lock. Killed between taking the word and
 * writing the two, the owner leaves what the one before it left: no holder, or one of a
 * participant that is dead and never comes again. The next owner writes both anew. */
#include "rlockword.h"

static uint64_t me(void) {
    return (uint64_t)brood__self_id << 32 | brood__thread_number();
}

int brood__rlockword_is_mine(const brood__rlockword_t *lock) {
    /* relaxed: only this thread writes itself there */
    return brood__lockword_is_mine(&lock->word) &&
           atomic_load_explicit(&lock->cell->holder, memory_order_relaxed) == me();
}

void brood__rlockword_restore(const brood__rlockword_t *lock, uint32_t depth) {
    atomic_store_explicit(&lock->cell->depth, depth, memory_order_relaxed);
    atomic_store_explicit(&lock->cell->holder, me(), memory_order_relaxed);
    BROOD_KILL_POINT("rlock.held");
}

apr_status_t brood__rlockword_acquire(const brood__rlockword_t *lock, brood__pace_t *pace,
                                      brood_os_deadline_t deadline) {
    apr_status_t rv;
    if (brood__rlockword_is_mine(lock)) {
        uint32_t depth = atomic_load_explicit(&lock->cell->depth, memory_order_relaxed);
        if (depth == UINT32_MAX) {
            return brood__fail(BROOD_ERANGE, "the lock is held %u times", depth);
        }
        atomic_store_explicit(&lock->cell->depth, depth + 1, memory_order_relaxed);
        return APR_SUCCESS;
    }
    rv = brood__lockword_acquire(&lock->word, pace, deadline);
    if (rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD) {
        brood__rlockword_restore(lock, 1);
    }
    return rv;
}

uint32_t brood__rlockword_release_all(const brood__rlockword_t *lock) {
    uint32_t depth = atomic_load_explicit(&lock->cell->depth, memory_order_relaxed);
    atomic_store_explicit(&lock->cell->holder, 0, memory_order_relaxed);
    BROOD_KILL_POINT("rlock.releasing");
    (void)brood__lockword_release(&lock->word);
    return depth;
}

void brood__rlockword_abandon(const brood__rlockword_t *lock) {
    atomic_store_explicit(&lock->cell->holder, 0, memory_order_relaxed);
    (void)brood__lockword_abandon(&lock->word);
}

uint32_t brood__rlockword_release(const brood__rlockword_t *lock) {
    uint32_t depth = atomic_load_explicit(&lock->cell->depth, memory_order_relaxed);
    if (depth > 1) {
        atomic_store_explicit(&lock->cell->depth, depth - 1, memory_order_relaxed);
        return depth;
    }
    return brood__rlockword_release_all(lock);
}
