/* Which thread holds the lock in a cell: for people, and for finding deadlocks. Internal.
 *
 * The lock word alone says which process holds a plain lock, and is all that counts. Beside it
 * lies, as for a recursive lock, {participant id, thread number}: written by who has just taken
 * the word, cleared before the word is given back, so that it is either the holder's or, between
 * those steps and after a death, not that of the word's owner or 0. */
#ifndef BROOD_COMMON_HOLDER_H
#define BROOD_COMMON_HOLDER_H

#include "object.h"
#include "session.h"
#include "waiter.h"

static inline void brood__holder_set(brood__cell_t *cell) {
    atomic_store_explicit(&cell->holder,
                          (uint64_t)brood__self_id << 32 | brood__thread_number(),
                          memory_order_relaxed);
}

static inline void brood__holder_clear(brood__cell_t *cell) {
    atomic_store_explicit(&cell->holder, 0, memory_order_relaxed);
}

/* The detail line of an acquire whose time was over; returns APR_TIMEUP. */
apr_status_t brood__holder_timeup(const brood__hold_t *hold);

#endif
