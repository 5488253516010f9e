/* Ring: a bounded queue of messages in shared memory, whole under any death. Internal.
 *
 * Many producers, many consumers, first in first out. ring.c says how it stays whole; this
 * header says what lies where. */
#ifndef BROOD_COMMON_RING_H
#define BROOD_COMMON_RING_H

#include "eventcount.h"
#include "lockword.h"
#include "pace.h"
#include "segment.h"
#include "status.h"
#include <stdalign.h>

/* Where an end of the ring stands: a position in bytes that only grows (40 bits) and a count
 * of messages that only grows (24 bits), in one word, so that one store publishes a message
 * together with the new number of messages. */
#define BROOD__MARK_COUNT_BITS 24
#define BROOD__MARK_COUNT_MASK ((1u << BROOD__MARK_COUNT_BITS) - 1)
#define BROOD__MARK_POSITION_MASK ((1ull << 40) - 1)

/* What fits into the cache line of tail. */
#define BROOD__NEWEST_WORDS 6

typedef struct brood__ring_shared_t {
    brood__segment_head_t head_of_segment;
    /* Written once by the creator. */
    uint64_t capacity;       /* of the ring, a power of two */
    uint64_t data_offset;    /* of the ring in the segment */
    uint64_t payload_offset; /* of the space for messages beside the ring */
    uint64_t payload_size;
    uint64_t message_max; /* the largest message */
    uint32_t max_items;
    uint32_t flags;          /* BROOD__RING_… */
    uint32_t payload_count;  /* how many there can be */
    uint32_t deliveries_max; /* of a leased message; 0: any number */
    uint64_t spare;
    /* The producers' side, guarded by put_lock. Deaths (of its owners) and counts are for
     * people. */
    alignas(64) _Atomic uint32_t put_lock;
    _Atomic uint32_t put_deaths;
    _Atomic uint64_t head_seen; /* the consumers' mark as last read by a producer */
    _Atomic uint64_t put_bytes;
    uint64_t put_unused[5];
    /* Theirs, too; apart from their lock, since who waits for a message looks here all the
     * time. A release store of tail, a mark, publishes the messages before it; newest is a copy
     * of the message at newest_at (ring_newest.h). */
    alignas(64) _Atomic uint64_t tail;
    _Atomic uint64_t newest_at;
    _Atomic uint64_t newest[BROOD__NEWEST_WORDS];
    /* The consumers' side, guarded by get_lock. */
    alignas(64) _Atomic uint32_t get_lock;
    _Atomic uint32_t get_deaths;
    _Atomic uint64_t head;      /* mark; a release store gives the space back */
    _Atomic uint64_t tail_seen; /* the producers' mark as last read by a consumer */
    _Atomic uint64_t get_bytes;
    _Atomic uint64_t gets;
    _Atomic uint64_t get_waits;
    uint64_t get_unused[2];
    /* Eventcounts of those who wait for a message, and for room. */
    alignas(64) _Atomic uint32_t items;
    _Atomic uint32_t bells; /* somebody is to be rung for a message (ring_wait.c) */
    alignas(64) _Atomic uint32_t space;
    /* Tasks, and the end (ring_end.c): an eventcount of those who wait for all to be done; how
     * many messages are done with, low 24 bits; {count of the last message that counts,
     * BROOD__RING_…}. */
    alignas(64) _Atomic uint32_t joined;
    _Atomic uint32_t done;
    _Atomic uint32_t shutdown;
    uint32_t end_unused[13];
    /* Messages beside the ring (payload.c and its neighbours), and counts that seldom
     * change. */
    alignas(64) _Atomic uint32_t payload_highest;
    _Atomic uint32_t payload_frees; /* counts up whenever one becomes free */
    _Atomic uint32_t returned;      /* counts up whenever one comes back */
    _Atomic uint32_t returned_seen; /* what it was before the last look that found none */
    _Atomic uint64_t payload_idle;
    _Atomic int64_t look_at_ns;
    _Atomic uint64_t put_waits;
    _Atomic uint32_t most_items; /* that have been in the ring at once */
    _Atomic uint32_t places;     /* eventcount of those who wait until one becomes free */
    uint32_t payload_spare[4];
    _Atomic uint32_t freed[32];
} brood__ring_shared_t;

_Static_assert(sizeof(brood__ring_shared_t) == 64 * 11,
               "the ring's head is eleven lines");

typedef struct brood__payload_t brood__payload_t;
struct brood__held_t;

/* In `flags`: messages are tasks, and `done` counts. */
#define BROOD__RING_JOINABLE 1u
/* All messages lie beside the ring, so that they can be leased. */
#define BROOD__RING_LEASES 2u

/* The low bits of `shutdown`. */
enum {
    BROOD__RING_OPEN = 0,
    BROOD__RING_DRAINING = 1, /* nothing more comes in; what is there goes out */
    BROOD__RING_SHUT = 2,     /* what was there has been dropped */
    BROOD__RING_STATE = 3
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics work between processes");

/* A ring as this process sees it. */
typedef struct brood__ring_t {
    brood__sweeper_t sweeper;
    brood__segment_t *segment;
    brood__ring_shared_t *shared;
    uint8_t *data;
    uint64_t capacity; /* checked copies of what the shared head says */
    uint64_t payload_offset;
    uint64_t payload_size;
    uint64_t
        payload_reach; /* so much of it is mapped here; a process may have less room */
    uint64_t message_max;
    int64_t inline_limit; /* messages over it lie beside the ring */
    size_t quick_below;   /* smaller ones may go the short way (ring_quick.h) */
    uint32_t max_items;
    uint32_t flags;
    uint32_t payload_count;
    uint32_t deliveries_max;
    brood__payload_t *payloads;
    _Atomic(uint8_t *) payload_space; /* mapped; NULL: not yet */
    _Atomic int64_t reclaim_at_ns;    /* when to look for payloads of the dead again */
    brood_os_word_t put_lock;
    brood_os_word_t get_lock;
    brood_os_word_t items;
    brood_os_word_t space;
    brood_os_word_t places;
    brood_os_word_t joined;
    brood__pace_t put_pace;
    brood__pace_t get_pace;
    brood__pace_t join_pace;
} brood__ring_t;

typedef struct brood__ring_limits_t {
    uint64_t capacity; /* of the ring, a power of two */
    uint32_t max_items;
    uint32_t flags;
    uint64_t message_max; /* 0: as large as can be */
    uint32_t deliveries_max;
} brood__ring_limits_t;

/* Makes a ring in a segment of its own, or opens one that has arrived (the handle is the
 * ring's from then on, also on failure). */
apr_status_t brood__ring_create(brood__ring_t *ring, const brood__ring_limits_t *limits);
apr_status_t brood__ring_attach(brood__ring_t *ring, brood_os_handle_t memory);
void brood__ring_close(brood__ring_t *ring);

/* Writes message `number` of a put, of `size` bytes, to its place. */
typedef void brood__ring_fill_t(void *context, size_t number, void *place, size_t size);
/* Whether the caller takes a message of `size` bytes: APR_SUCCESS. Any other status leaves it in
 * the ring, and is returned unless messages were taken before it in the same call. */
typedef apr_status_t brood__ring_accept_t(void *context, size_t size);
/* Copies a message that was accepted. */
typedef void brood__ring_drain_t(void *context, const void *place, size_t size);

/* What is to be put: `count` messages. */
typedef struct brood__ring_put_t {
    size_t count;
    size_t done;         /* so many are in the ring; 0 at the start */
    const size_t *sizes; /* the first one's; the next one's is `stride` bytes on */
    size_t stride;
    brood__ring_fill_t *fill;
    void *context;
} brood__ring_put_t;

/* The size of the message that is next. */
static inline size_t brood__ring_put_size(const brood__ring_put_t *put) {
    const char *sizes = (const char *)put->sizes;
    return *(const size_t *)(const void *)(sizes + put->done * put->stride);
}

/* Puts them all, as many at a time as there is room for. BROOD_ESHUTDOWN. */
apr_status_t brood__ring_put(brood__ring_t *ring, brood__ring_put_t *put,
                             brood_os_deadline_t deadline);

/* What is to be taken: from one to `most` messages. */
typedef struct brood__ring_get_t {
    size_t most;
    size_t done; /* so many were taken; 0 at the start */
    brood__ring_accept_t *accept;
    brood__ring_drain_t *drain;
    void *context;
} brood__ring_get_t;

/* Takes the oldest message, and those after it that are there. APR_EOF: the ring was shut
 * down, and nothing is left. */
apr_status_t brood__ring_get(brood__ring_t *ring, brood__ring_get_t *get,
                             brood_os_deadline_t deadline);

/* Messages between tail and head at one moment, also those that a shutdown dropped. */
uint32_t brood__ring_between(const brood__ring_t *ring);

/* Messages in the queue at one moment. */
uint32_t brood__ring_count(brood__ring_t *ring);

/* Whether a message of `size` bytes would have to wait now. */
int brood__ring_is_full(brood__ring_t *ring, size_t size);

/* Nothing more comes in; with `drop`, nothing goes out either. */
apr_status_t brood__ring_shutdown(brood__ring_t *ring, int drop,
                                  brood_os_deadline_t deadline);

/* One more message is done with. BROOD_EOVERDONE: there was none. */
apr_status_t brood__ring_task_done(brood__ring_t *ring);
uint32_t brood__ring_unfinished(const brood__ring_t *ring);
/* Waits until that is 0. */
apr_status_t brood__ring_join(brood__ring_t *ring, brood_os_deadline_t deadline);

/* ---- between the files of the ring ---- */

/* What stands before each message in the ring. */
typedef struct brood__record_t {
    uint32_t size;  /* of the message in bytes */
    uint32_t flags; /* 0 or one of these */
} brood__record_t;

_Static_assert(sizeof(brood__record_t) == 8, "records are multiples of eight bytes");

/* No message: the rest of the ring up to its end is unused. */
#define BROOD__RECORD_SKIP 1u
/* The message lies beside the ring; the eight bytes after this say where. */
#define BROOD__RECORD_BESIDE 2u

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

static inline int brood__ring_is_beside(const brood__ring_t *ring, size_t size) {
    return (int64_t)size > ring->inline_limit;
}

/* What a message of this size takes of the ring. */
static inline uint64_t brood__ring_record_size(const brood__ring_t *ring, size_t size) {
    return brood__record_bytes(brood__ring_is_beside(ring, size) ? sizeof(uint64_t)
                                                                 : size);
}

/* The place of a mark in the ring. Records are multiples of eight bytes; whatever a mark says,
 * it is the place of a whole head of one. */
static inline uint64_t brood__ring_place(const brood__ring_t *ring, uint64_t mark) {
    return brood__mark_position(mark) & (ring->capacity - sizeof(brood__record_t));
}

static inline brood__record_t *brood__ring_record_at(const brood__ring_t *ring,
                                                     uint64_t mark) {
    return (brood__record_t *)(ring->data + brood__ring_place(ring, mark));
}

/* The unused end of the ring that a record of this size has to skip. */
static inline uint64_t brood__ring_gap_before(const brood__ring_t *ring, uint64_t tail,
                                              uint64_t bytes) {
    uint64_t at = brood__ring_place(ring, tail);
    return at + bytes <= ring->capacity ? 0 : ring->capacity - at;
}

static inline uint32_t brood__ring_items_most(const brood__ring_t *ring) {
    return ring->max_items != 0 ? ring->max_items : BROOD__MARK_COUNT_MASK;
}

/* Whoever holds the lock of a side is through in a moment, also where there is no time to wait
 * for a message or for room: so long it is waited for in any case. */
#define BROOD__RING_PATIENCE_NS (200 * 1000000LL)

apr_status_t brood__ring_lock_slowly(const brood_os_word_t *lock, brood__pace_t *pace,
                                     brood_os_deadline_t deadline);

/* Takes the lock of one side. Its owner's death needs no repair (ring.c), but is counted.
 * APR_TIMEUP: somebody has held it until the deadline, and for BROOD__RING_PATIENCE_NS at the
 * least. */
static inline apr_status_t brood__ring_lock(const brood_os_word_t *lock,
                                            brood__pace_t *pace, _Atomic uint32_t *deaths,
                                            brood_os_deadline_t deadline) {
    apr_status_t rv = brood__lockword_try(lock)
                          ? APR_SUCCESS
                          : brood__ring_lock_slowly(lock, pace, deadline);
    if (rv == BROOD_EOWNERDEAD) {
        atomic_fetch_add_explicit(deaths, 1, memory_order_relaxed);
        rv = APR_SUCCESS;
    }
    return rv;
}

/* Adds to a number of which one process at a time is the writer. */
static inline void brood__ring_add(_Atomic uint64_t *number, uint64_t more) {
    atomic_store_explicit(number,
                          atomic_load_explicit(number, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static inline uint32_t brood__ring_state(const brood__ring_t *ring) {
    /* acquire: pairs with the release of shutdown; what was put before it is seen then */
    return atomic_load_explicit(&ring->shared->shutdown, memory_order_acquire) &
           BROOD__RING_STATE;
}

int brood__ring_has_items(const brood__ring_t *ring);

/* Whether a get that does not wait would have something to return now: a message, or the end. */
int brood__ring_is_ready(brood__ring_t *ring);

/* From now on, until it has been done once, whoever puts a message rings the bells of those who
 * wait for `items`. A look at the ring has to follow. */
void brood__ring_ask_for_bells(brood__ring_t *ring);

/* A payload in the caller's hand, as soon as there is one (payload.h). */
apr_status_t brood__ring_reserve(brood__ring_t *ring, size_t size,
                                 struct brood__held_t *held,
                                 brood_os_deadline_t deadline);

/* Takes the oldest message into the caller's hand, BROOD__PAYLOAD_TAKEN or _LEASED. One that
 * lies in the ring gets a place beside it first. APR_EOF as brood__ring_get(). */
apr_status_t brood__ring_hold(brood__ring_t *ring, uint32_t hand, int64_t lease_ns,
                              struct brood__held_t *held, brood_os_deadline_t deadline);

/* What a look at the messages says, which found the ring in this state before: APR_EOF instead
 * of APR_EAGAIN when none comes any more, nor comes back from another process. */
apr_status_t brood__ring_get_status(brood__ring_t *ring, apr_status_t rv, uint32_t state);

/* Rings the bells of all who have asked for it. */
void brood__ring_bells(brood__ring_t *ring);

/* After the fence of an eventcount's wake: brood__ring_bells() if somebody has asked. */
static inline void brood__ring_bells_asked(brood__ring_t *ring) {
    if (atomic_load_explicit(&ring->shared->bells, memory_order_relaxed) != 0) {
        brood__ring_bells(ring);
    }
}

/* Wakes those who wait for a message, after a lock was released: as many as there are new ones,
 * and all who are to be rung. */
static inline void brood__ring_wake_unlocked(brood__ring_t *ring, size_t messages) {
    brood__eventcount_wake_unlocked(&ring->items);
    for (size_t i = 1; i < messages && brood__eventcount_sleepers(&ring->items); i++) {
        brood__eventcount_wake(&ring->items);
    }
    brood__ring_bells_asked(ring);
}

/* The same for one message, with a fence of its own. */
static inline void brood__ring_wake(brood__ring_t *ring) {
    brood__eventcount_wake(&ring->items);
    brood__ring_bells_asked(ring);
}

/* Waits for a message, one that has come back or the end. */
apr_status_t brood__ring_wait(brood__ring_t *ring, brood__wait_t *wait);

/* After a get: wakes producers, and passes on the wake-up of one who has died. */
void brood__ring_get_end(brood__ring_t *ring, brood__wait_t *wait, size_t taken);

/* Publishes the record of a payload in the caller's hand. */
apr_status_t brood__ring_put_payload(brood__ring_t *ring, struct brood__held_t *held,
                                     brood_os_deadline_t deadline);

#endif
