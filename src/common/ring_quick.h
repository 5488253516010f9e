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

/* With put_lock held. */
static inline int brood__ring_put_one(brood__ring_t *ring, size_t size,
                                      brood__ring_fill_t *fill, void *context) {
    brood__room_t room = brood__ring_put_begin(ring);
    brood__record_t *record =
        brood__ring_state(ring) == BROOD__RING_OPEN
            ? brood__ring_record_begin(ring, &room, brood__record_bytes(size))
            : NULL;
    if (record == NULL) {
        return 0;
    }
    record->size = (uint32_t)size;
    record->flags = 0;
    fill(context, 0, record + 1, size);
    brood__ring_publish(ring, room.tail, 1, size);
    return 1;
}

/* Puts a message of `size` bytes. */
static inline int brood__ring_put_quickly(brood__ring_t *ring, size_t size,
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

/* With get_lock held. */
static inline int brood__ring_get_one(brood__ring_t *ring, brood__ring_accept_t *accept,
                                      brood__ring_drain_t *drain, void *context) {
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t tail = brood__ring_tail_seen(ring);
    brood__found_t found;
    /* The end before the look at the messages: after it none comes any more. */
    if (brood__ring_state(ring) == BROOD__RING_SHUT ||
        brood__ring_find(ring, &tail, head, &found) != APR_SUCCESS ||
        (found.record.flags & BROOD__RECORD_BESIDE) ||
        accept(context, found.record.size) != APR_SUCCESS) {
        return 0;
    }
    drain(context, found.at + 1, found.record.size);
    brood__ring_taken(ring, found.head, 1, found.record.size);
    return 1;
}

/* A guess from the consumers' own cache line, so that the producers keep theirs: 1, whoever has
 * get_lock finds out; 0, tail has to be looked at. */
static inline int brood__ring_has_items_seen(const brood__ring_t *ring) {
    return brood__mark_items(
               brood__ring_tail_seen(ring),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

/* Takes the oldest message. */
static inline int brood__ring_get_quickly(brood__ring_t *ring,
                                          brood__ring_accept_t *accept,
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
    if (done) {
        BROOD_KILL_POINT("queue.get.unlocked");
        brood__eventcount_wake_unlocked(&ring->space);
    }
    return done;
}

#endif
