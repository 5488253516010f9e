/* The robust lock word: 32 bits in shared memory that say who holds what. Internal. */
#ifndef BROOD_COMMON_LOCKWORD_H
#define BROOD_COMMON_LOCKWORD_H

#include "os/fault.h"
#include "os/park.h"
#include "pace.h"
#include "session.h"

#define BROOD__LOCK_WAITERS 0x80000000u /* somebody may sleep */
#define BROOD__LOCK_DIED 0x40000000u  /* the last owner died; nobody has been told yet */
#define BROOD__LOCK_OWNER 0x3fffffffu /* participant id of the owner; 0: free */
/* Owner bits that no participant has: the lock was abandoned for good. */
#define BROOD__LOCK_LOST BROOD__LOCK_OWNER

apr_status_t brood__lockword_acquire_slowly(const brood_os_word_t *word,
                                            brood__pace_t *pace,
                                            brood_os_deadline_t deadline);
void brood__lockword_wake(const brood_os_word_t *word);

/* Takes a free lock, in one step; 0: it is not free. */
static inline int brood__lockword_try(const brood_os_word_t *word) {
    uint32_t free_word = 0;
    /* acquire: pairs with the release in brood__lockword_release */
    if (!atomic_compare_exchange_strong_explicit(word->word, &free_word, brood__self_id,
                                                 memory_order_acquire,
                                                 memory_order_relaxed)) {
        return 0;
    }
    BROOD_KILL_POINT("lock.acquired");
    return 1;
}

/* Takes the lock. APR_SUCCESS, or BROOD_EOWNERDEAD: held, and the last owner died with it;
 * APR_TIMEUP; BROOD_EUNRECOVERABLE. */
static inline apr_status_t brood__lockword_acquire(const brood_os_word_t *word,
                                                   brood__pace_t *pace,
                                                   brood_os_deadline_t deadline) {
    return brood__lockword_try(word)
               ? APR_SUCCESS
               : brood__lockword_acquire_slowly(word, pace, deadline);
}

/* Whether this process holds it. */
static inline int brood__lockword_is_mine(const brood_os_word_t *word) {
    return (atomic_load_explicit(word->word, memory_order_relaxed) & BROOD__LOCK_OWNER) ==
           brood__self_id;
}

/* Whether anybody holds it, or died with it and nobody has been told. */
static inline int brood__lockword_is_locked(const brood_os_word_t *word) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    return (seen & BROOD__LOCK_OWNER) != BROOD__LOCK_LOST &&
           (seen & (BROOD__LOCK_OWNER | BROOD__LOCK_DIED)) != 0;
}

/* Gives back a lock that this process holds. 0: it does not; another of its threads may have
 * given it back a moment ago. */
static inline int brood__lockword_release(const brood_os_word_t *word) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    BROOD_KILL_POINT("lock.releasing");
    do { /* ends with the release, or when another owns it; sleepers announce themselves */
        if ((seen & BROOD__LOCK_OWNER) != brood__self_id) {
            return 0;
        }
        /* release: pairs with the acquire that takes the lock next */
    } while (!atomic_compare_exchange_weak_explicit(
        word->word, &seen, 0, memory_order_release, memory_order_relaxed));
    if (seen & BROOD__LOCK_WAITERS) {
        brood__lockword_wake(word);
    }
    return 1;
}

/* Whether it was abandoned, or its owner is dead and nobody has been told yet. */
int brood__lockword_is_orphaned(const brood_os_word_t *word);

/* Gives back a lock that this process holds, for good: nobody gets it any more. 0: it does not
 * hold it. */
int brood__lockword_abandon(const brood_os_word_t *word);

/* The word is told that a participant is dead. */
void brood__lockword_sweep(const brood_os_word_t *word, uint32_t dead);

#endif
