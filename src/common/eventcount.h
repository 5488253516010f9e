/* Eventcount: sleeping until something that somebody else changes may have changed. Internal.
 *
 * One 32-bit word beside the data: how many sleepers have announced themselves (10 bits) and
 * an epoch (22 bits). It says nothing about the data; it only makes sure that whoever changes
 * the data and whoever waits for it cannot miss each other. */
#ifndef BROOD_COMMON_EVENTCOUNT_H
#define BROOD_COMMON_EVENTCOUNT_H

#include "os/park.h"
#include "pace.h"
#include <stdatomic.h>

#define BROOD__EVENTCOUNT_SLEEPERS 0x3ffu /* the bits that count them */

/* Whether what is waited for may be there. It is called often and must be cheap. */
typedef int brood__condition_t(void *context, size_t size);

/* Waits until the condition holds: awake for a while, then asleep. APR_SUCCESS, or
 * APR_TIMEUP: the wait's deadline has passed and it does not. */
apr_status_t brood__eventcount_wait(const brood_os_word_t *word, brood__wait_t *wait,
                                    brood__condition_t *condition, void *context,
                                    size_t size);

/* After a change of the data: wakes one of those who sleep for it. One fence and one load
 * when nobody does. */
void brood__eventcount_wake(const brood_os_word_t *word);

/* The same, for all of them. */
void brood__eventcount_wake_all(const brood_os_word_t *word);

/* Whether somebody has announced to sleep for it. No fence: for those who have just had one. */
static inline int brood__eventcount_sleepers(const brood_os_word_t *word) {
    return (atomic_load_explicit(word->word, memory_order_relaxed) &
            BROOD__EVENTCOUNT_SLEEPERS) != 0;
}

/* As brood__eventcount_wake(), right after the change was followed by the release of a lock.
 * On x86 the instruction that does that is the fence already: loads do not pass an instruction
 * with a lock prefix. */
static inline void brood__eventcount_wake_unlocked(const brood_os_word_t *word) {
#if defined(__x86_64__) || defined(__i386__)
    atomic_signal_fence(memory_order_seq_cst);
#else
    /* seq_cst: the change before the number; pairs with the fence in asleep() */
    atomic_thread_fence(memory_order_seq_cst);
#endif
    if (brood__eventcount_sleepers(word)) {
        brood__eventcount_wake(word);
    }
}

#endif
