/* The recursive robust lock: a lock word, and which thread holds it how often. Internal.
 *
 * It lies in a cell: `word` as lockword.c says; `holder`, {participant id, thread number}, and
 * `depth`, both written by the owner of the word alone. */
#ifndef BROOD_COMMON_RLOCKWORD_H
#define BROOD_COMMON_RLOCKWORD_H

#include "arena.h"
#include "lockword.h"
#include "status.h"

/* A cell's recursive lock as a process uses it. */
typedef struct brood__rlockword_t {
    brood_os_word_t word;
    brood__cell_t *cell;
} brood__rlockword_t;

static inline brood__rlockword_t brood__rlockword(const brood__hold_t *hold) {
    brood__rlockword_t lock = {brood__segment_word(hold->segment, &hold->cell->word),
                               hold->cell};
    return lock;
}

/* Whether the calling thread holds it. */
int brood__rlockword_is_mine(const brood__rlockword_t *lock);

/* Takes it, or once more. As brood__lockword_acquire(); BROOD_ERANGE: held 2^32 - 1 times. */
apr_status_t brood__rlockword_acquire(const brood__rlockword_t *lock, brood__pace_t *pace,
                                      brood_os_deadline_t deadline);

/* Gives back one level, or all. Only for the thread that holds it. Returns how many levels
 * there were. */
uint32_t brood__rlockword_release(const brood__rlockword_t *lock);
uint32_t brood__rlockword_release_all(const brood__rlockword_t *lock);

/* Gives back all levels for good: nobody gets it any more. Only for the thread that holds it. */
void brood__rlockword_abandon(const brood__rlockword_t *lock);

/* The calling thread has just taken it, and holds it `depth` times. */
void brood__rlockword_restore(const brood__rlockword_t *lock, uint32_t depth);

#endif
