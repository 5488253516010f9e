/* Payloads: the word that says in whose hand one is, and its changes. Internal to payload.c and
 * payload_back.c. */
#ifndef BROOD_COMMON_PAYLOAD_WORD_H
#define BROOD_COMMON_PAYLOAD_WORD_H

#include "os/clock.h"
#include "os/fault.h"
#include "payload.h"
#include "session.h"

#define BROOD__PAYLOAD_MAKE(owner, hand, deliveries, renewals, tenancy)          \
    ((uint64_t)(owner) | (uint64_t)(hand) << 32 | (uint64_t)(deliveries) << 36 | \
     (uint64_t)(renewals) << 44 | (uint64_t)(tenancy) << 48)
#define BROOD__PAYLOAD_RENEWALS(state) ((uint32_t)((state) >> 44) & 0xfu)

static inline uint64_t brood__payload_state(const brood__ring_t *ring, uint32_t index) {
    /* acquire: pairs with the release of whoever put it into this hand */
    return atomic_load_explicit(&ring->payloads[index].state, memory_order_acquire);
}

/* CAS from what was seen. */
static inline int brood__payload_turn(brood__ring_t *ring, brood__held_t *held,
                                      uint64_t next) {
    /* acq_rel: what was done with the bytes before it is seen by whoever has them next */
    if (!atomic_compare_exchange_strong_explicit(&ring->payloads[held->index].state,
                                                 &held->state, next, memory_order_acq_rel,
                                                 memory_order_relaxed)) {
        return 0;
    }
    held->state = next;
    return 1;
}

/* The same tenancy in another hand. */
static inline uint64_t brood__payload_in_hand(uint64_t state, uint32_t owner,
                                              uint32_t hand) {
    return BROOD__PAYLOAD_MAKE(owner, hand, BROOD__PAYLOAD_DELIVERIES(state),
                               BROOD__PAYLOAD_RENEWALS(state),
                               BROOD__PAYLOAD_TENANCY(state));
}

/* The same, delivered once more. */
static inline uint64_t brood__payload_delivered(uint64_t state, uint32_t hand) {
    uint32_t deliveries = BROOD__PAYLOAD_DELIVERIES(state);
    deliveries += deliveries < BROOD__PAYLOAD_DELIVERIES_MOST;
    return BROOD__PAYLOAD_MAKE(brood__self_id, hand, deliveries,
                               BROOD__PAYLOAD_RENEWALS(state),
                               BROOD__PAYLOAD_TENANCY(state));
}

static inline uint64_t brood__payload_as_free(uint64_t state) {
    return BROOD__PAYLOAD_MAKE(0, BROOD__PAYLOAD_FREE, 0, 0,
                               BROOD__PAYLOAD_TENANCY(state));
}

static inline int brood__payload_has_owner(uint32_t hand) {
    return hand == BROOD__PAYLOAD_RESERVED || hand == BROOD__PAYLOAD_TAKEN ||
           hand == BROOD__PAYLOAD_LEASED || hand == BROOD__PAYLOAD_LEASING;
}

static inline int brood__payload_is_worn_out(const brood__ring_t *ring, uint64_t state) {
    return ring->deliveries_max != 0 &&
           BROOD__PAYLOAD_DELIVERIES(state) >= ring->deliveries_max;
}

/* A lease begins when the message is in the caller's hand, however long that took. */
static inline void brood__payload_set_lease(brood__ring_t *ring,
                                            const brood__held_t *held, int64_t lease_ns) {
    atomic_store_explicit(&ring->payloads[held->index].until_ns,
                          lease_ns == 0 ? 0 : brood_os_now_ns() + lease_ns,
                          memory_order_relaxed);
}

/* Delivers to the caller what was seen. Until the end of a lease is written nobody compares
 * it with the time. */
static inline int brood__payload_deliver(brood__ring_t *ring, brood__held_t *held,
                                         uint32_t hand, int64_t lease_ns) {
    if (hand == BROOD__PAYLOAD_TAKEN) {
        return brood__payload_turn(ring, held,
                                   brood__payload_delivered(held->state, hand));
    }
    if (!brood__payload_turn(
            ring, held, brood__payload_delivered(held->state, BROOD__PAYLOAD_LEASING))) {
        return 0;
    }
    BROOD_KILL_POINT("queue.leasing");
    brood__payload_set_lease(ring, held, lease_ns);
    return brood__payload_turn(
        ring, held,
        brood__payload_in_hand(held->state, brood__self_id, BROOD__PAYLOAD_LEASED));
}

/* The same, of one that may have come back: one that was delivered too often becomes FAILED
 * instead. */
static inline int brood__payload_redeliver(brood__ring_t *ring, brood__held_t *held,
                                           uint32_t hand, int64_t lease_ns) {
    if (brood__payload_is_worn_out(ring, held->state)) {
        (void)brood__payload_turn(
            ring, held, brood__payload_in_hand(held->state, 0, BROOD__PAYLOAD_FAILED));
        return 0;
    }
    return brood__payload_deliver(ring, held, hand, lease_ns);
}

#endif
