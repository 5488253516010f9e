/* Payloads: messages that lie beside the ring, in memory of their own. Internal.
 *
 * The ring's segment has a table of them and, behind its committed part, address space for
 * their bytes. A payload is in one hand at a time: a producer's who writes it, the queue's, a
 * consumer's who reads it. payload.c says how they change hands. */
#ifndef BROOD_COMMON_PAYLOAD_H
#define BROOD_COMMON_PAYLOAD_H

#include "ring.h"

/* Whose hand a payload is in. */
enum {
    BROOD__PAYLOAD_FREE = 0,
    BROOD__PAYLOAD_RESERVED = 1, /* a producer's */
    BROOD__PAYLOAD_QUEUED = 2,   /* nobody's: its record is in the ring */
    BROOD__PAYLOAD_TAKEN = 3,    /* a consumer's; gone with him */
    BROOD__PAYLOAD_LEASED = 4,   /* a consumer's; comes back without him */
    BROOD__PAYLOAD_RETURNED = 5, /* nobody's: to be delivered again */
    BROOD__PAYLOAD_FAILED = 6,   /* nobody's: delivered too often */
    BROOD__PAYLOAD_LEASING = 7   /* as LEASED, until the end of the lease is written */
};

/* {owner 32, hand 4, deliveries 8, renewals 4, tenancy 16} from the low end. */
#define BROOD__PAYLOAD_OWNER(state) ((uint32_t)(state))
#define BROOD__PAYLOAD_HAND(state) ((uint32_t)((state) >> 32) & 0xfu)
#define BROOD__PAYLOAD_DELIVERIES(state) ((uint32_t)((state) >> 36) & 0xffu)
#define BROOD__PAYLOAD_DELIVERIES_MOST 0xffu
#define BROOD__PAYLOAD_TENANCY(state) ((uint32_t)((state) >> 48))

struct brood__payload_t {
    _Atomic uint64_t state;
    /* {place in units of 64 bytes 32, order 8, units of memory committed from the start 24}; 0:
     * it has no memory. Written by the owner alone, and only while put_lock is held but for
     * the last part. */
    _Atomic uint64_t chunk;
    _Atomic uint32_t size; /* of the message; written by the producer */
    uint32_t unused;
    /* LEASED: when the lease ends. RESERVED: where its record in the ring is, or is about to be,
     * a position plus one; 0: nowhere yet. Written by the owner. */
    _Atomic int64_t until_ns;
};

_Static_assert(sizeof(struct brood__payload_t) == 32, "two payloads are one cache line");

/* A payload in the caller's hand. */
typedef struct brood__held_t {
    uint32_t index;
    uint64_t state;
} brood__held_t;

/* How many bytes the table takes, rounded to lines. */
static inline uint64_t brood__payload_table_size(uint64_t count) {
    return (count * sizeof(struct brood__payload_t) + 63) & ~UINT64_C(63);
}

/* So many bytes may lie beside any ring. A queue that is full of large messages does not grow
 * out of the processor's caches, and the memory it keeps is enough for all of them. */
#define BROOD__PAYLOADS_LEAST (8u << 20)

/* A payload with room for a message of `size` bytes, RESERVED. Unless it is the only one, it takes
 * no more room than makes `most` bytes of all in use. APR_EAGAIN: there is none now; APR_ENOSPC
 * or APR_ENOMEM: the system has no memory for it. */
apr_status_t brood__payload_reserve(brood__ring_t *ring, size_t size, uint64_t most,
                                    brood__held_t *held, brood_os_deadline_t deadline);

/* Maps the bytes of all of them in this process: what can fail on the way to a message, before
 * one is in anybody's hand. */
apr_status_t brood__payload_map(brood__ring_t *ring);

/* Its bytes, mapped in this process, and how many the message has: what is checked is what is
 * returned. BROOD_EFORGED: they are not the queue's. */
apr_status_t brood__payload_place(brood__ring_t *ring, const brood__held_t *held,
                                  void **place, uint32_t *size);
uint32_t brood__payload_size(const brood__ring_t *ring, const brood__held_t *held);
void brood__payload_set_size(brood__ring_t *ring, const brood__held_t *held,
                             uint32_t size);

/* From the caller's hand back to the queue: QUEUED, when its record is published; RETURNED, when
 * it is to be delivered again, and FAILED instead if that was so often enough. 0: it was not in the caller's hand any more. */
int brood__payload_let_go(brood__ring_t *ring, brood__held_t *held, uint32_t hand);

/* The caller is about to publish its record at this position, with put_lock held. */
void brood__payload_put_at(brood__ring_t *ring, const brood__held_t *held,
                           uint64_t position);

/* From the caller's hand, where it was delivered, back to RETURNED as if it had not been. */
void brood__payload_undeliver(brood__ring_t *ring, brood__held_t *held);

/* What its record in the ring says, and the other way: from the queue to the caller's hand,
 * with get_lock held. 0: the record is of a payload that somebody has had already. */
uint64_t brood__payload_record(const brood__held_t *held);
int brood__payload_take(brood__ring_t *ring, uint64_t record, uint32_t hand,
                        int64_t lease_ns, brood__held_t *held);

/* Whether this process can map it: to be asked before it is in anybody's hand. APR_ENOMEM: only
 * others can. */
apr_status_t brood__payload_reach(brood__ring_t *ring, uint64_t record);

/* Whether that would be there to be taken. */
int brood__payload_is_there(const brood__ring_t *ring, uint64_t record);

/* Whether it still is in the caller's hand: a lease may end at any moment. */
int brood__payload_is_held(const brood__ring_t *ring, const brood__held_t *held);

/* Whether nobody has had the payload of a record yet, dead or alive. */
int brood__payload_is_new(const brood__ring_t *ring, uint64_t record);

/* From the caller's hand, LEASED, or RESERVED for a message that is delivered with this, to TAKEN:
 * it does not come back any more. 0: it was not in the caller's hand any more. */
int brood__payload_keep(brood__ring_t *ring, brood__held_t *held);

/* Out of the caller's hand; its memory is kept, or given back when there is much of it. 0: it
 * was not in the caller's hand any more. */
int brood__payload_free(brood__ring_t *ring, const brood__held_t *held);

/* Whether it is worth looking for one that has come back; and: it is, and one consumer that
 * sleeps is woken to do so. */
int brood__payload_is_time_to_look(const brood__ring_t *ring);
void brood__payload_ask_for_look(brood__ring_t *ring);

/* One that has come back, TAKEN, or LEASED for so long (0: for ever): of those returned, of
 * the dead, and of those whose time is over. One that was delivered too often becomes FAILED
 * instead. 0: there is none. */
int brood__payload_retake(brood__ring_t *ring, uint32_t hand, int64_t lease_ns,
                          brood__held_t *held);

/* Whether there is one that has come back. One that was delivered too often becomes FAILED. */
int brood__payload_has_returned(brood__ring_t *ring);

/* One that was delivered too often, TAKEN. 0: there is none. */
int brood__payload_take_failed(brood__ring_t *ring, brood__held_t *held);

/* The caller's lease lasts so long from now on, instead. 0: it is over. */
int brood__payload_renew(brood__ring_t *ring, brood__held_t *held, int64_t lease_ns);

/* How many are in this hand, at about one moment. */
uint32_t brood__payload_count(const brood__ring_t *ring, uint32_t hand);

/* How many have come back, or would if somebody looked, at about one moment. */
uint32_t brood__payload_fallen(const brood__ring_t *ring);

/* Whether one may still come back: it has, or another process has it on lease. */
int brood__payload_may_return(const brood__ring_t *ring);

/* A participant is dead. */
void brood__payload_sweep(brood__ring_t *ring, uint32_t dead);

/* The same for whoever is dead, when none is free: nobody may have learned of it, or nobody who
 * did may have this queue. Looks once in a slice. 1: one is free now. */
int brood__payload_reclaim(brood__ring_t *ring);

/* ---- between the files of the payloads ---------------------------------------------- */

/* One that is FREE becomes the caller's, RESERVED. 0: it is not free. */
int brood__payload_seize(brood__ring_t *ring, uint32_t index, brood__held_t *held);

/* The memory of one in the caller's hand, when much lies idle already; and: it is free. */
void brood__payload_give_memory_back(brood__ring_t *ring, uint32_t index);
void brood__payload_freed(brood__ring_t *ring, uint32_t index);
int brood__payload_is_free(const brood__ring_t *ring, uint32_t index);

/* How many have ever been used. */
static inline uint32_t brood__payload_highest(const brood__ring_t *ring) {
    /* relaxed: one that is not seen yet is found at the next look */
    uint32_t count =
        atomic_load_explicit(&ring->shared->payload_highest, memory_order_relaxed);
    return count < ring->payload_count ? count : ring->payload_count;
}

void brood__payload_count_idle(brood__ring_t *ring);

void brood__payload_close(brood__ring_t *ring);

#endif
