/* Ring: the newest message beside tail, when it is a small one. Internal.
 *
 * Whoever waits for a message waits for tail, and gets this copy of it with the same cache
 * line. The record in the ring is the message; the copy may be missing, and is not used unless
 * it stood still while it was read (the order of a sequence lock). It is written with put_lock
 * held, before the message is published; a producer that dies in between leaves a copy of
 * nothing, which the next one clears or replaces before it publishes. */
#ifndef BROOD_COMMON_RING_NEWEST_H
#define BROOD_COMMON_RING_NEWEST_H

#include "ring.h"
#include <string.h>

/* No place: positions are multiples of eight, and sizes small. */
#define BROOD__NEWEST_NONE UINT64_MAX

/* A message of up to so many bytes is copied. */
#define BROOD__NEWEST_MOST (BROOD__NEWEST_WORDS * sizeof(uint64_t))

/* {position of the record, size}: what is a count in the mark is the size here. */
static inline uint64_t brood__newest_place(uint64_t mark, size_t size) {
    return (mark & ~(uint64_t)BROOD__MARK_COUNT_MASK) | size;
}

static inline void brood__newest_clear(brood__ring_shared_t *shared) {
    if (atomic_load_explicit(&shared->newest_at, memory_order_relaxed) !=
        BROOD__NEWEST_NONE) {
        atomic_store_explicit(&shared->newest_at, BROOD__NEWEST_NONE,
                              memory_order_relaxed);
    }
}

/* Copies the message at `mark`, which is padded to whole words, as those in the ring are. What
 * lies behind it is not touched: it may be in the consumers' caches. */
static inline void brood__newest_keep(brood__ring_shared_t *shared, uint64_t mark,
                                      const void *message, size_t size) {
    const char *from = message;
    atomic_store_explicit(&shared->newest_at, BROOD__NEWEST_NONE, memory_order_relaxed);
    /* release: whoever reads a new word finds the place changed; pairs with the acquire fence
     * in brood__newest_read() */
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i * sizeof(uint64_t) < size; i++) {
        uint64_t word;
        memcpy(&word, from + i * sizeof word, sizeof word);
        atomic_store_explicit(&shared->newest[i], word, memory_order_relaxed);
    }
    /* release: the words before the place; pairs with the acquire in brood__newest_read() */
    atomic_store_explicit(&shared->newest_at, brood__newest_place(mark, size),
                          memory_order_release);
}

/* Reads the copy of the message at `mark`; 0: there is none. */
static inline int brood__newest_read(const brood__ring_shared_t *shared, uint64_t mark,
                                     uint64_t words[BROOD__NEWEST_WORDS], size_t *size) {
    /* acquire: pairs with the release in brood__newest_keep() */
    uint64_t place = atomic_load_explicit(&shared->newest_at, memory_order_acquire);
    *size = (size_t)(place & BROOD__MARK_COUNT_MASK);
    if (*size > BROOD__NEWEST_MOST || place != brood__newest_place(mark, *size)) {
        return 0;
    }
    for (size_t i = 0; i * sizeof(uint64_t) < *size; i++) {
        words[i] = atomic_load_explicit(&shared->newest[i], memory_order_relaxed);
    }
    /* acquire: the words before the second look; pairs with the release fence there */
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&shared->newest_at, memory_order_relaxed) == place;
}

#endif
