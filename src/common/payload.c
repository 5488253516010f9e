/* Payloads: how they change hands.
 *
 * Shared state: a word for each that says in whose hand it is, how often it was delivered, and
 * which tenancy this is, so that a CAS from what was seen never meets a later message. It
 * changes by CAS alone:
 *   FREE -> RESERVED      a producer takes it for itself.
 *   RESERVED -> QUEUED    by the producer, after the record that names it was published in the
 *                         ring. If it dies in between, the message is there all the same, and
 *                         counts as put: the sweep finds the record where `until_ns` says, and
 *                         does this for it.
 *   QUEUED, or RESERVED and published -> LEASED -> TAKEN
 *                         by a consumer with get_lock, who copies the bytes in between and moves
 *                         `head` past the record afterwards. Of one that dies before TAKEN the
 *                         next consumer takes the payload over, at the same record; of one that
 *                         dies after it the bytes are out, and whoever meets the record skips
 *                         it. Who takes a message into his hands does it in one step, TAKEN or
 *                         LEASED, before he moves `head`.
 *   LEASED -> RETURNED    by the consumer, or by whoever finds it dead or late.
 *   RETURNED -> LEASED, TAKEN, FAILED
 *                         by a consumer, without a lock.
 *   LEASED -> TAKEN       by the consumer that is done with it: nobody returns it any more.
 *   any hand -> FREE      by its owner; by whoever learns that the owner is dead, unless it is
 *                         LEASED (or LEASING, on the way to it), which is RETURNED then.
 * payload_back.c says how those that have come back are found.
 * `size` and `until_ns` are written by the owner alone. */
#include "eventcount.h"
#include "os/fault.h"
#include "participant.h"
#include "payload_word.h"

int brood__payload_is_free(const brood__ring_t *ring, uint32_t index) {
    return BROOD__PAYLOAD_HAND(brood__payload_state(ring, index)) == BROOD__PAYLOAD_FREE;
}

int brood__payload_seize(brood__ring_t *ring, uint32_t index, brood__held_t *held) {
    held->index = index;
    held->state = brood__payload_state(ring, index);
    return BROOD__PAYLOAD_HAND(held->state) == BROOD__PAYLOAD_FREE &&
           brood__payload_turn(
               ring, held,
               BROOD__PAYLOAD_MAKE(brood__self_id, BROOD__PAYLOAD_RESERVED, 0, 0,
                                   BROOD__PAYLOAD_TENANCY(held->state) + 1));
}

void brood__payload_put_at(brood__ring_t *ring, const brood__held_t *held,
                           uint64_t position) {
    /* relaxed: published together with the record */
    atomic_store_explicit(&ring->payloads[held->index].until_ns,
                          (int64_t)(position & BROOD__MARK_POSITION_MASK) + 1,
                          memory_order_relaxed);
}

void brood__payload_undeliver(brood__ring_t *ring, brood__held_t *held) {
    uint64_t state = held->state;
    if (brood__payload_turn(ring, held,
                            BROOD__PAYLOAD_MAKE(0, BROOD__PAYLOAD_RETURNED,
                                                BROOD__PAYLOAD_DELIVERIES(state) - 1,
                                                BROOD__PAYLOAD_RENEWALS(state),
                                                BROOD__PAYLOAD_TENANCY(state)))) {
        brood__payload_ask_for_look(ring);
    }
}

int brood__payload_let_go(brood__ring_t *ring, brood__held_t *held, uint32_t hand) {
    int comes_back = hand == BROOD__PAYLOAD_RETURNED;
    if (comes_back && brood__payload_is_worn_out(ring, held->state)) {
        hand = BROOD__PAYLOAD_FAILED;
    }
    if (!brood__payload_turn(ring, held, brood__payload_in_hand(held->state, 0, hand))) {
        return 0;
    }
    if (comes_back) {
        BROOD_KILL_POINT("queue.returned");
        brood__payload_ask_for_look(ring);
    }
    return 1;
}

void brood__payload_ask_for_look(brood__ring_t *ring) {
    /* release: pairs with the acquire in brood__payload_is_time_to_look() and _retake() */
    atomic_fetch_add_explicit(&ring->shared->returned, 1, memory_order_release);
    brood__ring_wake(ring);
}

uint64_t brood__payload_record(const brood__held_t *held) {
    return held->index | (uint64_t)BROOD__PAYLOAD_TENANCY(held->state) << 32;
}

/* Whether the payload of the record at the head of the ring is there to be taken: nobody has had
 * it, or whoever was about to has died before he moved on. */
static int is_there(uint64_t state) {
    switch (BROOD__PAYLOAD_HAND(state)) {
    case BROOD__PAYLOAD_RESERVED:
    case BROOD__PAYLOAD_QUEUED:
    case BROOD__PAYLOAD_RETURNED: return 1;
    case BROOD__PAYLOAD_LEASED:
    case BROOD__PAYLOAD_LEASING:
        return brood__participant_is_dead(BROOD__PAYLOAD_OWNER(state));
    default: return 0;
    }
}

int brood__payload_take(brood__ring_t *ring, uint64_t record, uint32_t hand,
                        int64_t lease_ns, brood__held_t *held) {
    held->index = (uint32_t)record;
    if (held->index >= ring->payload_count) {
        return 0;
    }
    held->state = brood__payload_state(ring, held->index);
    /* ends: others change it a few times, then it is the caller's or is not there */
    for (;;) {
        if (BROOD__PAYLOAD_TENANCY(held->state) != (uint32_t)(record >> 32) ||
            !is_there(held->state)) {
            return 0;
        }
        if (brood__payload_redeliver(ring, held, hand, lease_ns)) {
            return 1;
        }
    }
}

apr_status_t brood__payload_reach(brood__ring_t *ring, uint64_t record) {
    brood__held_t held = {(uint32_t)record, 0};
    void *place;
    uint32_t size;
    apr_status_t rv = held.index < ring->payload_count
                          ? brood__payload_place(ring, &held, &place, &size)
                          : APR_SUCCESS;
    return rv == BROOD_EFORGED ? APR_SUCCESS : rv; /* who takes it says so */
}

int brood__payload_is_there(const brood__ring_t *ring, uint64_t record) {
    uint64_t state;
    if ((uint32_t)record >= ring->payload_count) {
        return 0;
    }
    state = brood__payload_state(ring, (uint32_t)record);
    return BROOD__PAYLOAD_TENANCY(state) == (uint32_t)(record >> 32) && is_there(state) &&
           !brood__payload_is_worn_out(ring, state);
}

int brood__payload_is_new(const brood__ring_t *ring, uint64_t record) {
    uint64_t state;
    uint32_t hand;
    if ((uint32_t)record >= ring->payload_count) {
        return 0;
    }
    state = brood__payload_state(ring, (uint32_t)record);
    hand = BROOD__PAYLOAD_HAND(state);
    return BROOD__PAYLOAD_TENANCY(state) == (uint32_t)(record >> 32) &&
           (hand == BROOD__PAYLOAD_RESERVED || hand == BROOD__PAYLOAD_QUEUED);
}

int brood__payload_is_held(const brood__ring_t *ring, const brood__held_t *held) {
    /* acquire: what was read of it before this look was read before; pairs with the CAS by which
     * another takes it */
    atomic_thread_fence(memory_order_acquire);
    return brood__payload_state(ring, held->index) == held->state;
}

int brood__payload_keep(brood__ring_t *ring, brood__held_t *held) {
    uint64_t state = held->state;
    return brood__payload_turn(
        ring, held,
        BROOD__PAYLOAD_HAND(state) == BROOD__PAYLOAD_RESERVED
            ? brood__payload_delivered(state, BROOD__PAYLOAD_TAKEN)
            : brood__payload_in_hand(state, brood__self_id, BROOD__PAYLOAD_TAKEN));
}

int brood__payload_free(brood__ring_t *ring, const brood__held_t *held) {
    brood__held_t mine = *held;
    /* A lease may end at any moment; what was TAKEN is the caller's alone. */
    if (!brood__payload_turn(
            ring, &mine,
            brood__payload_in_hand(mine.state, brood__self_id, BROOD__PAYLOAD_TAKEN))) {
        return 0;
    }
    BROOD_KILL_POINT("queue.freeing");
    brood__payload_give_memory_back(ring, mine.index);
    (void)brood__payload_turn(ring, &mine, brood__payload_as_free(mine.state));
    brood__payload_freed(ring, mine.index);
    BROOD_KILL_POINT("queue.freed");
    brood__eventcount_wake(&ring->places);
    /* It may have been the last one that others waited for before they end. */
    if ((ring->flags & BROOD__RING_LEASES) &&
        brood__ring_state(ring) == BROOD__RING_DRAINING) {
        brood__payload_ask_for_look(ring);
    }
    return 1;
}
