/* Ring: a bounded queue of messages in shared memory, whole under any death. Internal.
 *
 * Many producers, many consumers, first in first out. ring.c says how it stays whole; this
 * header says what lies where. */
#ifndef BROOD_COMMON_RING_H
#define BROOD_COMMON_RING_H

#include "lockword.h"
#include "pace.h"
#include "segment.h"
#include <stdalign.h>

/* Where an end of the ring stands: a position in bytes that only grows (40 bits) and a count
 * of messages that only grows (24 bits), in one word, so that one store publishes a message
 * together with the new number of messages. */
#define BROOD__MARK_COUNT_BITS 24
#define BROOD__MARK_COUNT_MASK ((1u << BROOD__MARK_COUNT_BITS) - 1)
#define BROOD__MARK_POSITION_MASK ((1ull << 40) - 1)

typedef struct brood__ring_shared_t {
    brood__segment_head_t head_of_segment;
    /* Written once by the creator. */
    uint64_t capacity;    /* of the ring, a power of two */
    uint64_t data_offset; /* of the ring in the segment */
    uint64_t bulk_offset; /* of the space for large messages */
    uint64_t bulk_size;
    uint32_t max_items;
    uint32_t unused;
    uint64_t spare[2];
    _Atomic uint64_t
        bulk_warm; /* under put_lock: so much of the bulk space keeps pages */
    /* The producers' side, guarded by put_lock. */
    alignas(64) _Atomic uint32_t put_lock;
    uint32_t put_unused;
    _Atomic uint64_t tail; /* mark; a release store publishes the message before it */
    _Atomic uint64_t head_seen; /* the consumers' mark as last read by a producer */
    _Atomic uint64_t bulk_tail; /* where the next large message may begin */
    /* The consumers' side, guarded by get_lock. */
    alignas(64) _Atomic uint32_t get_lock;
    uint32_t get_unused;
    _Atomic uint64_t head;      /* mark; a release store gives the space back */
    _Atomic uint64_t tail_seen; /* the producers' mark as last read by a consumer */
    _Atomic uint64_t bulk_head; /* large messages before this have been given back */
    /* Eventcounts of those who wait for a message, and for room. */
    alignas(64) _Atomic uint32_t items;
    alignas(64) _Atomic uint32_t space;
    alignas(64) uint8_t end[64];
} brood__ring_shared_t;

_Static_assert(sizeof(brood__ring_shared_t) == 64 * 7, "the ring's head is seven lines");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics work between processes");

/* A ring as this process sees it. */
typedef struct brood__ring_t {
    brood__sweeper_t sweeper;
    brood__segment_t *segment;
    brood__ring_shared_t *shared;
    uint8_t *data;
    uint64_t capacity; /* checked copies of what the shared head says */
    uint64_t bulk_offset;
    uint64_t bulk_size;
    uint64_t inline_limit; /* messages over it go out of line */
    uint32_t max_items;
    brood_os_word_t put_lock;
    brood_os_word_t get_lock;
    brood_os_word_t items;
    brood_os_word_t space;
    uint8_t *warm_put; /* the warm part of the bulk space, mapped by who held put_lock */
    uint8_t *warm_get; /* and by who held get_lock; NULL: not yet */
    brood__pace_t put_pace;
    brood__pace_t get_pace;
} brood__ring_t;

/* Makes a ring in a segment of its own, or opens one that has arrived (the handle is the
 * ring's from then on, also on failure). */
apr_status_t brood__ring_create(brood__ring_t *ring, uint64_t capacity,
                                uint32_t max_items);
apr_status_t brood__ring_attach(brood__ring_t *ring, brood_os_handle_t memory);
void brood__ring_close(brood__ring_t *ring);

/* Where a message's bytes are to be written by the putter, or read by the getter. */
typedef void brood__ring_fill_t(void *context, void *place, size_t size);
/* Called with the message still in the ring. APR_SUCCESS takes it out; any other status
 * leaves it there and is returned. */
typedef apr_status_t brood__ring_drain_t(void *context, const void *place, size_t size);

/* Puts a message of `size` bytes that `fill` writes. */
apr_status_t brood__ring_put(brood__ring_t *ring, size_t size, brood__ring_fill_t *fill,
                             void *context, brood_os_deadline_t deadline);

/* Takes the oldest message through `drain`. */
apr_status_t brood__ring_get(brood__ring_t *ring, brood__ring_drain_t *drain,
                             void *context, brood_os_deadline_t deadline);

/* Messages in the ring at one moment. */
uint32_t brood__ring_count(brood__ring_t *ring);

/* Whether a message of `size` bytes would have to wait now. */
int brood__ring_is_full(brood__ring_t *ring, size_t size);

/* The largest message. */
size_t brood__ring_limit(const brood__ring_t *ring);

/* ---- between the files of the ring ---- */

/* What stands before each message in the ring. */
typedef struct brood__record_t {
    uint32_t size;  /* of the message in bytes; one over the inline limit lies in the bulk
                       space, and the eight bytes after this say where */
    uint32_t flags; /* 0 or BROOD__RECORD_SKIP */
} brood__record_t;

#define BROOD__RECORD_SKIP \
    1u /* no message: the rest of the ring up to its end is unused */

static inline uint64_t brood__mark_position(uint64_t mark) {
    return mark >> BROOD__MARK_COUNT_BITS;
}

static inline uint32_t brood__mark_count(uint64_t mark) {
    return (uint32_t)mark & BROOD__MARK_COUNT_MASK;
}

/* The mark after `bytes` more bytes and `messages` more messages. */
static inline uint64_t brood__mark_after(uint64_t mark, uint64_t bytes,
                                         uint32_t messages) {
    uint64_t position = (brood__mark_position(mark) + bytes) & BROOD__MARK_POSITION_MASK;
    uint32_t count = (brood__mark_count(mark) + messages) & BROOD__MARK_COUNT_MASK;
    return (position << BROOD__MARK_COUNT_BITS) | count;
}

static inline uint64_t brood__mark_bytes(uint64_t tail, uint64_t head) {
    return (brood__mark_position(tail) - brood__mark_position(head)) &
           BROOD__MARK_POSITION_MASK;
}

static inline uint32_t brood__mark_items(uint64_t tail, uint64_t head) {
    return (brood__mark_count(tail) - brood__mark_count(head)) & BROOD__MARK_COUNT_MASK;
}

static inline uint64_t brood__record_bytes(uint64_t payload) {
    return (sizeof(brood__record_t) + payload + 7) & ~(uint64_t)7;
}

/* Bulk: the space beside the ring for large messages (ring_bulk.c). */
apr_status_t brood__bulk_write(brood__ring_t *ring, size_t size, brood__ring_fill_t *fill,
                               void *context, uint64_t *where, uint64_t *next_tail);
apr_status_t brood__bulk_read(brood__ring_t *ring, uint64_t where, size_t size,
                              brood__ring_drain_t *drain, void *context);
void brood__bulk_give_back(brood__ring_t *ring, uint64_t where, size_t size);
int brood__bulk_has_room(brood__ring_t *ring, size_t size);
void brood__bulk_close(brood__ring_t *ring);

#endif
