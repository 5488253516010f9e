/* Ring: the short way of one message, when nothing stands in it. Internal.
 *
 * It does what brood__ring_put() and brood__ring_get() do, in the order of ring.c, without what
 * only many messages, large ones and waiting need; and it is compiled together with the function
 * that copies. 0: something stands in the way, and nothing has happened; the long way finds out
 * what it is. */
#ifndef BROOD_COMMON_RING_QUICK_H
#define BROOD_COMMON_RING_QUICK_H

#include "eventcount.h"
#include "ring_steps.h"

/* Compilers that are left to choose make calls of it, and of the copying, too. */
#if defined(__GNUC__)
#define BROOD__AS_ONE static inline __attribute__((always_inline))
#else
#define BROOD__AS_ONE static inline
#endif

/* With put_lock held: a copy of the newest message, which ends at `tail`, beside that; or none
 * of another one. */
BROOD__AS_ONE void brood__ring_keep_newest(brood__ring_t *ring, uint64_t tail,
                                           const brood__record_t *record, size_t size) {
    uint64_t position = brood__mark_position(tail) - brood__record_bytes(size);
    uint64_t mark = position << BROOD__MARK_COUNT_BITS;
    if (size <= BROOD__NEWEST_MOST) {
        brood__newest_keep(ring->shared, mark, record + 1, size);
    } else {
        brood__newest_clear(ring->shared);
    }
}

/* Asks for the cache lines of the records after this one, to write them: the consumers have had
 * them, and the lock is not given back before the other cores have let go of what was written. */
static inline void brood__ring_ask_for(const brood__record_t *record, uint64_t bytes) {
    const char *later = (const char *)record + bytes + 128;
#if defined(__GNUC__) && defined(__x86_64__)
    /* the compiler's own asks for reading, unless it may assume more than any x86-64 has */
    __asm__ volatile("prefetchw %0" : : "m"(*later));
#elif defined(__GNUC__)
    __builtin_prefetch(later, 1);
#endif
}

/* With put_lock held. */
BROOD__AS_ONE int brood__ring_put_one(brood__ring_t *ring, size_t size,
                                      brood__ring_fill_t *fill, void *context) {
    brood__room_t room = brood__ring_put_begin(ring);
    brood__record_t *record =
        brood__ring_state(ring) == BROOD__RING_OPEN
            ? brood__ring_record_begin(ring, &room, brood__record_bytes(size))
            : NULL;
    if (record == NULL) {
        return 0;
    }
    brood__ring_ask_for(record, brood__record_bytes(size));
    record->size = (uint32_t)size;
    record->flags = 0;
    fill(context, 0, record + 1, size);
    brood__ring_keep_newest(ring, room.tail, record, size);
    brood__ring_publish_newest(ring, room.tail, size);
    return 1;
}

/* Puts a message of `size` bytes. */
BROOD__AS_ONE int brood__ring_put_quickly(brood__ring_t *ring, size_t size,
                                          brood__ring_fill_t *fill, void *context) {
    int done;
    if (size >= ring->quick_below || !brood__lockword_try(&ring->put_lock)) {
        return 0;
    }
    BROOD_KILL_POINT("queue.put.locked");
    done = brood__ring_put_one(ring, size, fill, context);
    (void)brood__lockword_release(&ring->put_lock);
    if (done) {
        BROOD_KILL_POINT("queue.put.unlocked");
        brood__ring_wake_unlocked(ring, 1);
    }
    return done;
}

/* A guess from the consumers' own cache line, so that the producers keep theirs: 1, whoever has
 * get_lock finds out; 0, tail has to be looked at. */
static inline int brood__ring_has_items_seen(const brood__ring_t *ring) {
    return brood__mark_items(
               brood__ring_tail_seen(ring),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

/* With get_lock held. */
BROOD__AS_ONE int brood__ring_get_one(brood__ring_t *ring, brood__ring_accept_t *accept,
                                      brood__ring_drain_t *drain, void *context) {
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t tail = brood__ring_tail_seen(ring);
    uint64_t after, copy[BROOD__NEWEST_WORDS];
    const void *message = copy;
    size_t size;
    /* The end before the look at the messages: after it none comes any more. */
    if (brood__ring_state(ring) == BROOD__RING_SHUT ||
        !brood__ring_has_more(ring, &tail, head)) {
        return 0;
    }
    /* With more than one there tail's cache line is left to the producers. */
    if (brood__mark_items(tail, head) == 1 &&
        brood__newest_read(ring->shared, head, copy, &size)) {
        after = brood__mark_after(head, brood__record_bytes(size), 1);
    } else {
        brood__found_t found;
        if (brood__ring_read(ring, head, &found) != APR_SUCCESS ||
            (found.record.flags & BROOD__RECORD_BESIDE)) {
            return 0;
        }
        message = found.at + 1;
        size = found.record.size;
        after = found.head;
    }
    if (accept(context, size) != APR_SUCCESS) {
        return 0;
    }
    drain(context, message, size);
    brood__ring_taken(ring, head, after, size);
    return 1;
}

/* Takes the oldest message, and wakes nobody. */
BROOD__AS_ONE int brood__ring_get_now(brood__ring_t *ring, brood__ring_accept_t *accept,
                                      brood__ring_drain_t *drain, void *context) {
    int done;
    if (ring->quick_below == 0 ||
        !(brood__ring_has_items_seen(ring) || brood__ring_has_items(ring)) ||
        !brood__lockword_try(&ring->get_lock)) {
        return 0;
    }
    BROOD_KILL_POINT("queue.get.locked");
    done = brood__ring_get_one(ring, accept, drain, context);
    (void)brood__lockword_release(&ring->get_lock);
    return done;
}

/* Takes the oldest message. */
BROOD__AS_ONE int brood__ring_get_quickly(brood__ring_t *ring,
                                          brood__ring_accept_t *accept,
                                          brood__ring_drain_t *drain, void *context) {
    if (!brood__ring_get_now(ring, accept, drain, context)) {
        return 0;
    }
    BROOD_KILL_POINT("queue.get.unlocked");
    brood__eventcount_wake_unlocked(&ring->space);
    return 1;
}

#endif
