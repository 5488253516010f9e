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

/* A record of this size begins at the place of `mark` and does not run over the end. */
static inline int brood__ring_is_whole(const brood__ring_t *ring, uint64_t mark,
                                       uint64_t bytes) {
    return brood__ring_place(ring, mark) + bytes <= ring->capacity;
}

/* With put_lock held. */
static inline int brood__ring_put_at(brood__ring_t *ring, uint64_t tail, size_t size,
                                     brood__ring_fill_t *fill, void *context) {
    uint64_t bytes = brood__record_bytes(size);
    brood__record_t *record = brood__ring_record_at(ring, tail);
    if (!brood__ring_is_whole(ring, tail, bytes) ||
        brood__ring_state(ring) != BROOD__RING_OPEN ||
        !brood__ring_room_for_task(ring, tail) || !brood__ring_room(ring, tail, bytes)) {
        return 0;
    }
    record->size = (uint32_t)size;
    record->flags = 0;
    BROOD_KILL_POINT("queue.put.reserved");
    fill(context, 0, record + 1, size);
    brood__ring_publish(ring, brood__mark_after(tail, bytes, 1), 1, size);
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
    done = brood__ring_put_at(
        ring, atomic_load_explicit(&ring->shared->tail, memory_order_relaxed), size, fill,
        context);
    (void)brood__lockword_release(&ring->put_lock);
    if (done) {
        BROOD_KILL_POINT("queue.put.unlocked");
        brood__eventcount_wake_unlocked(&ring->items);
    }
    return done;
}

/* With get_lock held. */
static inline int brood__ring_get_at(brood__ring_t *ring, uint64_t head,
                                     brood__ring_accept_t *accept,
                                     brood__ring_drain_t *drain, void *context) {
    const brood__record_t *at = brood__ring_record_at(ring, head);
    brood__record_t record;
    uint64_t bytes;
    /* The end before the look at the messages: after it none comes any more. */
    if (brood__ring_state(ring) == BROOD__RING_SHUT ||
        !brood__ring_has_more(ring, head)) {
        return 0;
    }
    record = *at; /* what is checked is what is used */
    bytes = brood__record_bytes(record.size);
    if (record.flags != 0 || !brood__ring_is_whole(ring, head, bytes) ||
        accept(context, record.size) != APR_SUCCESS) {
        return 0;
    }
    drain(context, at + 1, record.size);
    brood__ring_taken(ring, brood__mark_after(head, bytes, 1), 1, record.size);
    return 1;
}

/* A guess from the consumers' own cache line, so that the producers keep theirs: 1, whoever has
 * get_lock finds out; 0, tail has to be looked at. */
static inline int brood__ring_has_items_seen(const brood__ring_t *ring) {
    return brood__mark_items(
               atomic_load_explicit(&ring->shared->tail_seen, memory_order_relaxed),
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
    done = brood__ring_get_at(
        ring, atomic_load_explicit(&ring->shared->head, memory_order_relaxed), accept,
        drain, context);
    (void)brood__lockword_release(&ring->get_lock);
    if (done) {
        BROOD_KILL_POINT("queue.get.unlocked");
        brood__eventcount_wake_unlocked(&ring->space);
    }
    return done;
}

#endif
