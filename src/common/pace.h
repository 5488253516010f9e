/* Pace: how long to spin, then yield, before sleeping. Internal.
 *
 * Waking a sleeper costs tens of microseconds, a line handed over by spinning less than one.
 * So a wait spins about half a microsecond, yields for a while that follows what has paid
 * lately, and only then sleeps. What is learned is private to the process's handle. */
#ifndef BROOD_COMMON_PACE_H
#define BROOD_COMMON_PACE_H

#include "os/park.h"
#include "waiter.h"
#include <stdatomic.h>

/* No death and no lost wake-up costs a waiter more than this: every sleep is sliced. */
#define BROOD__SLICE_NS (50 * 1000000LL)

/* What a handle has learned. Zero at the start; any thread may read and write it. */
typedef struct brood__pace_t {
    _Atomic uint32_t budget_ns;
    _Atomic uint32_t waits;  /* with the least budget */
    _Atomic uint32_t seldom; /* one of so many of those yields all the same */
} brood__pace_t;

/* One wait. */
typedef struct brood__wait_t {
    brood__pace_t *pace;
    brood_os_deadline_t deadline;
    int64_t until; /* end of yielding; 0: not yet begun */
    unsigned rounds;
    int slept;
    brood__waiter_t *record; /* from the first sleep on; NULL: none yet, or none free */
    int without;             /* none was free */
} brood__wait_t;

/* The deadline of a timeout in microseconds: negative for ever, huge ones cut. */
brood_os_deadline_t brood__deadline(int64_t timeout_us);

static inline brood__wait_t brood__wait_begin(brood__pace_t *pace,
                                              brood_os_deadline_t deadline) {
    brood__wait_t wait = {pace, deadline, 0, 0, 0, NULL, 0};
    return wait;
}

/* Passes a moment awake. 1: look again; 0: the time for that is over, announce and sleep. */
int brood__wait_awake(brood__wait_t *wait);

/* It goes to sleep now: what it has spent awake did not pay. */
void brood__wait_sleeps(brood__wait_t *wait);

/* Sleeps while the word holds `expected`, for a slice at the most, and says in a record of the
 * session that it does; brood__wait_leave() frees that. APR_SUCCESS: look again.
 * APR_TIMEUP: the wait's own deadline has passed; look once more all the same. */
apr_status_t brood__wait_asleep(brood__wait_t *wait, const brood_os_word_t *word,
                                uint32_t expected);

/* Nobody sleeps any more, for now: to be called on every way out after a sleep. */
static inline void brood__wait_leave(brood__wait_t *wait) {
    if (wait->record != NULL) {
        brood__waiter_end(wait->record);
        wait->record = NULL;
    }
}

/* The wait has got what it waited for. */
void brood__wait_end(brood__wait_t *wait);

/* A deadline that lies in the past: try once. */
static inline int brood__deadline_is_now(brood_os_deadline_t deadline) {
    return deadline <= 0;
}

#endif
