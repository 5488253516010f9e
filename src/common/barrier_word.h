/* The word of a barrier: its layout, and the steps from one phase to the next. What each step
 * means, and what a death between two leaves, is said in barrier.c. Internal. */
#ifndef BROOD_COMMON_BARRIER_WORD_H
#define BROOD_COMMON_BARRIER_WORD_H

#include "os/fault.h"
#include "os/park.h"
#include <limits.h>

enum { FILLING = 0, ACTING = 1, BROKEN = 2 };

#define STATE(seen) ((seen)&3u)
#define ASLEEP 4u
#define ARRIVED_ONE 8u
#define ARRIVED(seen) (((seen) >> 3) & 0x3ffu)
#define PHASE_ONE 0x2000u
#define PHASE(seen) ((seen) & ~(PHASE_ONE - 1u))
#define NEXT_PHASE(seen) (PHASE(seen) + PHASE_ONE) /* FILLING, nobody there */

/* Why it is broken. */
enum { REASON_TIME = 1, REASON_ABORT, REASON_ACTION, REASON_DEATH, REASON_RESET };

static inline uint32_t look(const brood_os_word_t *word) {
    /* acquire: pairs with the releases in change() */
    return atomic_load_explicit(word->word, memory_order_acquire);
}

/* CAS from what was seen. All who may sleep are woken when their phase is over or broken. */
static inline int change(const brood_os_word_t *word, uint32_t seen, uint32_t next) {
    /* acq_rel: what each party did before it came is seen by all when they go; pairs with
     * itself and with look() */
    return atomic_compare_exchange_strong_explicit(
        word->word, &seen, next, memory_order_acq_rel, memory_order_relaxed);
}

static inline int end_phase(const brood_os_word_t *word, uint32_t seen, uint32_t next) {
    if (!change(word, seen, next)) {
        return 0;
    }
    BROOD_KILL_POINT("barrier.opening");
    if (seen & ASLEEP) {
        brood_os_unpark(word, INT_MAX);
    }
    return 1;
}

static inline int break_phase(const brood_os_word_t *word, uint32_t seen,
                              uint32_t reason) {
    return end_phase(word, seen, PHASE(seen) | reason * ARRIVED_ONE | BROKEN);
}

#endif
