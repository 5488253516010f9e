/* The robust lock word.
 *
 * Shared state, one 32-bit word: bit 31 "somebody may sleep", bit 30 "the last owner died",
 * bits 0 to 29 the owner's participant id, 0 when free.
 *   take      CAS from a word with owner 0 to one's own id. Owner and lock appear in one
 *             step, so a death at any instruction leaves either a free lock or one that names
 *             the dead.
 *   announce  CAS that sets bit 31, by whoever is about to sleep.
 *   release   CAS from the owner to 0; if bit 31 was set, wake one. Killed between the
 *             two, the sleepers wake by themselves at the end of their slice, or by the sweep.
 *   take over CAS from exactly the word that named an owner while that owner was proved dead.
 *             One of several wins it, and is told BROOD_EOWNERDEAD.
 *   sweep     CAS from the dead owner to owner 0 with bits 30 and 31, then wake all.
 * A woken waiter cannot know whether others sleep, so it takes the lock with bit 31 set. */
#include "lockword.h"

#include "brood/status.h"
#include "participant.h"
#include <limits.h>

static uint32_t owner_of(uint32_t seen) {
    return seen & BROOD__LOCK_OWNER;
}

void brood__lockword_wake(const brood_os_word_t *word) {
    BROOD_KILL_POINT("lock.released");
    brood_os_unpark(word, 1);
}

/* CAS from what was seen to this process as the owner. */
static int take(const brood_os_word_t *word, uint32_t seen, uint32_t waiters) {
    /* acquire: pairs with the release of whoever left the word so */
    if (!atomic_compare_exchange_strong_explicit(
            word->word, &seen, brood__self_id | waiters, memory_order_acquire,
            memory_order_relaxed)) {
        return 0;
    }
    BROOD_KILL_POINT("lock.acquired");
    return 1;
}

static int owner_is_dead(uint32_t seen) {
    return owner_of(seen) != brood__self_id && brood__participant_is_dead(owner_of(seen));
}

/* Sleeps on a word that somebody holds. Takes it over if the owner is dead: 1. */
static int sleep_or_take_over(const brood_os_word_t *word, brood__wait_t *wait,
                              uint32_t seen, apr_status_t *rv) {
    *rv = APR_SUCCESS;
    if (owner_is_dead(seen)) {
        *rv = BROOD_EOWNERDEAD;
        return take(word, seen, BROOD__LOCK_WAITERS);
    }
    if ((seen & BROOD__LOCK_WAITERS) == 0) {
        /* relaxed: the word itself is what the sleeper waits on */
        if (!atomic_compare_exchange_strong_explicit(
                word->word, &seen, seen | BROOD__LOCK_WAITERS, memory_order_relaxed,
                memory_order_relaxed)) {
            return 0;
        }
        seen |= BROOD__LOCK_WAITERS;
    }
    BROOD_KILL_POINT("lock.waiting");
    *rv = brood__wait_asleep(wait, word, seen);
    return 0;
}

static apr_status_t acquire(const brood_os_word_t *word, brood__wait_t *wait) {
    apr_status_t slept = APR_SUCCESS;
    for (;;) { /* ends with the lock, its loss, or the deadline */
        uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
        uint32_t waiters = wait->slept ? BROOD__LOCK_WAITERS : seen & BROOD__LOCK_WAITERS;
        if (owner_of(seen) == BROOD__LOCK_LOST) {
            return BROOD_EUNRECOVERABLE;
        }
        if (owner_of(seen) == 0) {
            if (take(word, seen, waiters)) {
                brood__wait_end(wait);
                return (seen & BROOD__LOCK_DIED) ? BROOD_EOWNERDEAD : APR_SUCCESS;
            }
            continue;
        }
        if (brood__deadline_is_now(wait->deadline)) {
            if (!owner_is_dead(seen)) {
                return APR_TIMEUP;
            }
            slept = APR_SUCCESS;
        } else if (slept == APR_TIMEUP) {
            return APR_TIMEUP;
        } else if (brood__wait_awake(wait)) {
            continue;
        }
        if (sleep_or_take_over(word, wait, seen, &slept)) {
            return slept;
        }
    }
}

apr_status_t brood__lockword_acquire_slowly(const brood_os_word_t *word,
                                            brood__pace_t *pace,
                                            brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(pace, deadline);
    apr_status_t rv = acquire(word, &wait);
    brood__wait_leave(&wait);
    return rv;
}

int brood__lockword_is_orphaned(const brood_os_word_t *word) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    return (seen & BROOD__LOCK_DIED) != 0 || owner_of(seen) == BROOD__LOCK_LOST ||
           (owner_of(seen) != 0 && owner_is_dead(seen));
}

int brood__lockword_abandon(const brood_os_word_t *word) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    do { /* ends with the loss, or when another owns it */
        if (owner_of(seen) != brood__self_id) {
            return 0;
        }
        /* release: what the owner did is seen by those who learn of the loss */
    } while (!atomic_compare_exchange_weak_explicit(
        word->word, &seen, BROOD__LOCK_LOST, memory_order_release, memory_order_relaxed));
    brood_os_unpark(word, INT_MAX);
    return 1;
}

void brood__lockword_sweep(const brood_os_word_t *word, uint32_t dead) {
    uint32_t seen = atomic_load_explicit(word->word, memory_order_relaxed);
    while (owner_of(seen) == dead) {
        /* acq_rel: the dead one's writes before, the next owner's acquire after */
        if (atomic_compare_exchange_weak_explicit(
                word->word, &seen, BROOD__LOCK_DIED | BROOD__LOCK_WAITERS,
                memory_order_acq_rel, memory_order_relaxed)) {
            brood_os_unpark(word, INT_MAX);
            return;
        }
    }
    /* It may have died between its release and the wake-up that it owed. */
    if (seen & BROOD__LOCK_WAITERS) {
        brood_os_unpark(word, 1);
    }
}
