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

/* The other end's mark, read anew and kept. */
uint64_t brood__ring_see_head(brood__ring_t *ring, uint64_t tail);
uint64_t brood__ring_see_tail(brood__ring_t *ring, uint64_t head);

/* ---- putting ------------------------------------------------------------------------ */

/* How far a put can go without another look at the consumers' mark. */
typedef struct brood__room_t {
    uint64_t tail; /* where it has got to; not published yet */
    uint64_t bytes;
    uint32_t items;
} brood__room_t;

/* A mark counts 24 bits of messages; no more may be unfinished, or they could not be told
 * from none. */
static inline uint32_t brood__ring_tasks_most(const brood__ring_t *ring, uint64_t tail) {
    /* relaxed: only ever grows, and with it the room */
    uint32_t done = atomic_load_explicit(&ring->shared->done, memory_order_relaxed);
    return BROOD__MARK_COUNT_MASK -
           ((brood__mark_count(tail) - done) & BROOD__MARK_COUNT_MASK);
}

static inline brood__room_t brood__ring_room(const brood__ring_t *ring, uint64_t tail,
                                             uint64_t head) {
    uint64_t used = brood__mark_bytes(tail, head);
    uint32_t items = brood__mark_items(tail, head), most = brood__ring_items_most(ring);
    brood__room_t room = {tail, used < ring->capacity ? ring->capacity - used : 0,
                          items < most ? most - items : 0};
    if (ring->flags & BROOD__RING_JOINABLE) {
        uint32_t tasks = brood__ring_tasks_most(ring, tail);
        room.items = tasks < room.items ? tasks : room.items;
    }
    return room;
}

/* With put_lock held. */
static inline brood__room_t brood__ring_put_begin(const brood__ring_t *ring) {
    brood__ring_shared_t *shared = ring->shared;
    return brood__ring_room(
        ring, atomic_load_explicit(&shared->tail, memory_order_relaxed),
        atomic_load_explicit(&shared->head_seen, memory_order_relaxed));
}

/* A record of `bytes` behind the others. NULL: there is no room, also after another look. Nobody
 * sees it before it is published. */
static inline brood__record_t *brood__ring_record_begin(brood__ring_t *ring,
                                                        brood__room_t *room,
                                                        uint64_t bytes) {
    uint64_t gap = brood__ring_gap_before(ring, room->tail, bytes);
    brood__record_t *record;
    if (room->bytes < gap + bytes || room->items == 0) {
        *room =
            brood__ring_room(ring, room->tail, brood__ring_see_head(ring, room->tail));
        if (room->bytes < gap + bytes || room->items == 0) {
            return NULL;
        }
    }
    record = brood__ring_record_at(ring, room->tail);
    if (gap != 0) {
        record->size = 0;
        record->flags = BROOD__RECORD_SKIP;
        record = (brood__record_t *)(void *)ring->data;
    }
    room->bytes -= gap + bytes;
    room->items--;
    room->tail = brood__mark_after(room->tail, gap + bytes, 1);
    BROOD_KILL_POINT("queue.put.reserved");
    return record;
}

/* ---- taking ------------------------------------------------------------------------- */

/* A record, the unused end of the ring before it skipped. */
typedef struct brood__found_t {
    const brood__record_t *at;
    brood__record_t record; /* a copy: what is checked is what is used */
    uint64_t head;          /* after it */
} brood__found_t;

/* Whether these marks have a message between them, and can be. */
static inline int brood__ring_holds(const brood__ring_t *ring, uint64_t tail,
                                    uint64_t head) {
    return brood__mark_items(tail, head) != 0 &&
           brood__mark_bytes(tail, head) <= ring->capacity;
}

/* The producers' mark as last read by a consumer. */
static inline uint64_t brood__ring_tail_seen(const brood__ring_t *ring) {
    return atomic_load_explicit(&ring->shared->tail_seen, memory_order_relaxed);
}

/* Whether there is a message at `head`, with get_lock held. *tail is the producers' mark as last
 * read; it is read anew when nothing is left before it. */
static inline int brood__ring_has_more(brood__ring_t *ring, uint64_t *tail,
                                       uint64_t head) {
    if (brood__ring_holds(ring, *tail, head)) {
        return 1;
    }
    *tail = brood__ring_see_tail(ring, head);
    return brood__ring_holds(ring, *tail, head);
}

/* The record at `head`, which is there. */
static inline apr_status_t brood__ring_read(const brood__ring_t *ring, uint64_t head,
                                            brood__found_t *found) {
    uint64_t bytes;
    found->at = brood__ring_record_at(ring, head);
    if (found->at->flags & BROOD__RECORD_SKIP) {
        head = brood__mark_after(head, ring->capacity - brood__ring_place(ring, head), 0);
        found->at = brood__ring_record_at(ring, head);
    }
    found->record = *found->at;
    bytes = brood__record_bytes((found->record.flags & BROOD__RECORD_BESIDE)
                                    ? sizeof(uint64_t)
                                    : found->record.size);
    found->head = brood__mark_after(head, bytes, 1);
    return brood__ring_gap_before(ring, head, bytes) == 0
               ? APR_SUCCESS
               : brood__fail(BROOD_EFORGED, "a message runs over the end of the ring");
}

/* Both. APR_EAGAIN: there is none. */
static inline apr_status_t brood__ring_find(brood__ring_t *ring, uint64_t *tail,
                                            uint64_t head, brood__found_t *found) {
    if (brood__ring_has_more(ring, tail, head)) {
        return brood__ring_read(ring, head, found);
    }
    if (brood__mark_items(*tail, head) == 0) {
        return APR_EAGAIN;
    }
    (void)brood__fail(BROOD_EFORGED, "the ends of a queue make no sense");
    return BROOD_EFORGED;
}

#endif
