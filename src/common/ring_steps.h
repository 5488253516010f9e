/* Ring: the steps that every put and get is made of. Internal.
 *
 * Each is done with the lock of its side held; ring.c says which order makes them safe. */
#ifndef BROOD_COMMON_RING_STEPS_H
#define BROOD_COMMON_RING_STEPS_H

#include "ring_newest.h"

/* Everything up to `tail` is put, `bytes` of messages. What is said of the newest one stays. */
static inline void brood__ring_publish_newest(brood__ring_t *ring, uint64_t tail,
                                              uint64_t bytes) {
    brood__ring_shared_t *shared = ring->shared;
    BROOD_KILL_POINT("queue.put.copied");
    /* release: publishes the records; pairs with the acquire of tail in
     * brood__ring_see_tail() */
    atomic_store_explicit(&shared->tail, tail, memory_order_release);
    BROOD_KILL_POINT("queue.put.published");
    brood__ring_add(&shared->put_bytes, bytes);
}

/* The same, without a copy of the newest one. */
static inline void brood__ring_publish(brood__ring_t *ring, uint64_t tail,
                                       uint64_t bytes) {
    brood__newest_clear(ring->shared);
    brood__ring_publish_newest(ring, tail, bytes);
}

/* Everything from `from` up to `head` has been taken, `bytes` of messages. */
static inline void brood__ring_taken(brood__ring_t *ring, uint64_t from, uint64_t head,
                                     uint64_t bytes) {
    brood__ring_shared_t *shared = ring->shared;
    BROOD_KILL_POINT("queue.get.copied");
    /* release: gives the bytes back; pairs with the acquire in
     * brood__ring_see_head() */
    atomic_store_explicit(&shared->head, head, memory_order_release);
    BROOD_KILL_POINT("queue.get.published");
    brood__ring_add(&shared->gets, brood__mark_items(head, from));
    brood__ring_add(&shared->get_bytes, bytes);
}

/* Whether one more record fits between these marks. */
static inline int brood__ring_fits(const brood__ring_t *ring, uint64_t tail,
                                   uint64_t head, uint64_t bytes) {
    return brood__mark_bytes(tail, head) + bytes <= ring->capacity &&
           brood__mark_items(tail, head) < brood__ring_items_most(ring);
}

/* Whether these marks have a message between them, and can be. */
static inline int brood__ring_holds(const brood__ring_t *ring, uint64_t tail,
                                    uint64_t head) {
    return brood__mark_items(tail, head) != 0 &&
           brood__mark_bytes(tail, head) <= ring->capacity;
}

/* The other end's mark, read anew and kept. */
uint64_t brood__ring_see_head(brood__ring_t *ring, uint64_t tail);
uint64_t brood__ring_see_tail(brood__ring_t *ring, uint64_t head);

/* Room for a record of `bytes` behind `tail`, with put_lock held. Looks at the consumers' mark
 * through the copy while that is good enough. */
static inline int brood__ring_room(brood__ring_t *ring, uint64_t tail, uint64_t bytes) {
    uint64_t head = atomic_load_explicit(&ring->shared->head_seen, memory_order_relaxed);
    return brood__ring_fits(ring, tail, head, bytes) ||
           brood__ring_fits(ring, tail, brood__ring_see_head(ring, tail), bytes);
}

/* Whether a message is at `head`, with get_lock held. The same from the other side. */
static inline int brood__ring_has_more(brood__ring_t *ring, uint64_t head) {
    uint64_t tail = atomic_load_explicit(&ring->shared->tail_seen, memory_order_relaxed);
    return brood__ring_holds(ring, tail, head) ||
           brood__ring_holds(ring, brood__ring_see_tail(ring, head), head);
}

/* A mark counts 24 bits of messages; no more may be unfinished, or they could not be told
 * from none. */
static inline int brood__ring_room_for_task(const brood__ring_t *ring, uint64_t tail) {
    return !(ring->flags & BROOD__RING_JOINABLE) ||
           /* relaxed: only ever grows, and with it the room */
           ((brood__mark_count(tail) -
             atomic_load_explicit(&ring->shared->done, memory_order_relaxed)) &
            BROOD__MARK_COUNT_MASK) < BROOD__MARK_COUNT_MASK;
}

#endif
