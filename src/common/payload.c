/* Payloads: how they change hands.
 *
 * Shared state: a word for each that says in whose hand it is, how often it was delivered, and
 * which tenancy this is, so that a CAS from what was seen never meets a later message. It
 * changes by CAS alone:
 *   FREE -> RESERVED      a producer takes it for itself.
 *   RESERVED -> QUEUED    by the producer, after the record that names it was published in the
 *                         ring. A producer that dies in between has put nothing yet: the sweep
 *                         frees the payload and whoever meets the record skips it, and where
 *                         messages are tasks, says that it is done (BROOD__RECORD_TRIED: no
 *                         consumer was there before who had it).
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
 * `returned` and `look_at_ns` only say when a look at the whole table is worth it: whoever
 * returns a payload sets the first; if it dies before that, the second finds it, every slice.
 * `size` and `until_ns` are written by the owner alone. */
#include "payload.h"

#include "eventcount.h"
#include "os/clock.h"
#include "os/fault.h"
#include "participant.h"
#include "session.h"

#define MAKE(owner, hand, deliveries, renewals, tenancy)                         \
    ((uint64_t)(owner) | (uint64_t)(hand) << 32 | (uint64_t)(deliveries) << 36 | \
     (uint64_t)(renewals) << 44 | (uint64_t)(tenancy) << 48)
#define RENEWALS(state) ((uint32_t)((state) >> 44) & 0xfu)

uint32_t brood__payload_highest(const brood__ring_t *ring) {
    /* relaxed: one that is not seen yet is found at the next look */
    uint32_t count =
        atomic_load_explicit(&ring->shared->payload_highest, memory_order_relaxed);
    return count < ring->payload_count ? count : ring->payload_count;
}

static uint64_t state_of(const brood__ring_t *ring, uint32_t index) {
    /* acquire: pairs with the release of whoever put it into this hand */
    return atomic_load_explicit(&ring->payloads[index].state, memory_order_acquire);
}

/* CAS from what was seen. */
static int turn(brood__ring_t *ring, brood__held_t *held, uint64_t next) {
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
static uint64_t in_hand(uint64_t state, uint32_t owner, uint32_t hand) {
    return MAKE(owner, hand, BROOD__PAYLOAD_DELIVERIES(state), RENEWALS(state),
                BROOD__PAYLOAD_TENANCY(state));
}

/* The same, delivered once more. */
static uint64_t delivered(uint64_t state, uint32_t hand) {
    uint32_t deliveries = BROOD__PAYLOAD_DELIVERIES(state);
    deliveries += deliveries < BROOD__PAYLOAD_DELIVERIES_MOST;
    return MAKE(brood__self_id, hand, deliveries, RENEWALS(state),
                BROOD__PAYLOAD_TENANCY(state));
}

static uint64_t freed(uint64_t state) {
    return MAKE(0, BROOD__PAYLOAD_FREE, 0, 0, BROOD__PAYLOAD_TENANCY(state));
}

static int has_owner(uint32_t hand) {
    return hand == BROOD__PAYLOAD_RESERVED || hand == BROOD__PAYLOAD_TAKEN ||
           hand == BROOD__PAYLOAD_LEASED || hand == BROOD__PAYLOAD_LEASING;
}

/* Delivers to the caller what was seen. Until the end of a lease is written nobody compares
 * it with the time. */
static int deliver(brood__ring_t *ring, brood__held_t *held, uint32_t hand,
                   int64_t until_ns) {
    if (hand == BROOD__PAYLOAD_TAKEN) {
        return turn(ring, held, delivered(held->state, hand));
    }
    if (!turn(ring, held, delivered(held->state, BROOD__PAYLOAD_LEASING))) {
        return 0;
    }
    BROOD_KILL_POINT("queue.leasing");
    atomic_store_explicit(&ring->payloads[held->index].until_ns, until_ns,
                          memory_order_relaxed);
    return turn(ring, held, in_hand(held->state, brood__self_id, BROOD__PAYLOAD_LEASED));
}

int brood__payload_is_free(const brood__ring_t *ring, uint32_t index) {
    return BROOD__PAYLOAD_HAND(state_of(ring, index)) == BROOD__PAYLOAD_FREE;
}

int brood__payload_seize(brood__ring_t *ring, uint32_t index, brood__held_t *held) {
    held->index = index;
    held->state = state_of(ring, index);
    return BROOD__PAYLOAD_HAND(held->state) == BROOD__PAYLOAD_FREE &&
           turn(ring, held,
                MAKE(brood__self_id, BROOD__PAYLOAD_RESERVED, 0, 0,
                     BROOD__PAYLOAD_TENANCY(held->state) + 1));
}

int brood__payload_let_go(brood__ring_t *ring, brood__held_t *held, uint32_t hand) {
    if (!turn(ring, held, in_hand(held->state, 0, hand))) {
        return 0;
    }
    if (hand == BROOD__PAYLOAD_RETURNED) {
        BROOD_KILL_POINT("queue.returned");
        brood__payload_ask_for_look(ring);
    }
    return 1;
}

void brood__payload_undeliver(brood__ring_t *ring, brood__held_t *held) {
    uint64_t state = held->state;
    if (turn(ring, held,
             MAKE(0, BROOD__PAYLOAD_RETURNED, BROOD__PAYLOAD_DELIVERIES(state) - 1,
                  RENEWALS(state), BROOD__PAYLOAD_TENANCY(state)))) {
        BROOD_KILL_POINT("queue.returned");
        brood__payload_ask_for_look(ring);
    }
}

void brood__payload_ask_for_look(brood__ring_t *ring) {
    atomic_store_explicit(&ring->shared->returned, 1, memory_order_relaxed);
    brood__eventcount_wake(&ring->items);
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
                        int64_t until_ns, brood__held_t *held) {
    held->index = (uint32_t)record;
    if (held->index >= ring->payload_count) {
        return 0;
    }
    held->state = state_of(ring, held->index);
    for (
        ;
        ;) { /* ends: others change it a few times, then it is the caller's or is not there */
        if (BROOD__PAYLOAD_TENANCY(held->state) != (uint32_t)(record >> 32) ||
            !is_there(held->state)) {
            return 0;
        }
        if (deliver(ring, held, hand, until_ns)) {
            return 1;
        }
    }
}

int brood__payload_keep(brood__ring_t *ring, brood__held_t *held) {
    return turn(ring, held, in_hand(held->state, brood__self_id, BROOD__PAYLOAD_TAKEN));
}

int brood__payload_free(brood__ring_t *ring, const brood__held_t *held) {
    brood__held_t mine = *held;
    /* A lease may end at any moment; what was TAKEN is the caller's alone. */
    if (!turn(ring, &mine, in_hand(mine.state, brood__self_id, BROOD__PAYLOAD_TAKEN))) {
        return 0;
    }
    BROOD_KILL_POINT("queue.freeing");
    brood__payload_give_memory_back(ring, mine.index);
    (void)turn(ring, &mine, freed(mine.state));
    brood__payload_freed(ring, mine.index);
    BROOD_KILL_POINT("queue.freed");
    brood__eventcount_wake(&ring->space);
    /* It may have been the last one that others waited for before they end. */
    if ((ring->flags & BROOD__RING_LEASES) &&
        brood__ring_state(ring) == BROOD__RING_DRAINING) {
        brood__payload_ask_for_look(ring);
    }
    return 1;
}

/* ---- those that come back ----------------------------------------------------------- */

int brood__payload_is_time_to_look(const brood__ring_t *ring) {
    const brood__ring_shared_t *shared = ring->shared;
    if (!(ring->flags & BROOD__RING_LEASES)) {
        return 0;
    }
    return atomic_load_explicit(&shared->returned, memory_order_relaxed) != 0 ||
           brood_os_now_ns() >=
               atomic_load_explicit(&shared->look_at_ns, memory_order_relaxed);
}

/* Whether its owner has let it fall. */
static int is_fallen(const brood__ring_t *ring, const brood__held_t *held, int64_t now) {
    uint32_t owner = BROOD__PAYLOAD_OWNER(held->state);
    uint32_t hand = BROOD__PAYLOAD_HAND(held->state);
    int64_t until;
    if (hand != BROOD__PAYLOAD_LEASED && hand != BROOD__PAYLOAD_LEASING) {
        return 0;
    }
    /* relaxed: a renewal changes the state, too, and the CAS from what was seen fails */
    until =
        atomic_load_explicit(&ring->payloads[held->index].until_ns, memory_order_relaxed);
    return (hand == BROOD__PAYLOAD_LEASED && until != 0 && now > until) ||
           (owner != brood__self_id && brood__participant_is_dead(owner));
}

static int is_worn_out(const brood__ring_t *ring, uint64_t state) {
    return ring->deliveries_max != 0 &&
           BROOD__PAYLOAD_DELIVERIES(state) >= ring->deliveries_max;
}

/* What one that has come back becomes. 1: the caller's. */
static int retake_one(brood__ring_t *ring, uint32_t hand, int64_t until_ns,
                      brood__held_t *held) {
    if (is_worn_out(ring, held->state)) {
        (void)turn(ring, held, in_hand(held->state, 0, BROOD__PAYLOAD_FAILED));
        return 0;
    }
    return deliver(ring, held, hand, until_ns);
}

int brood__payload_retake(brood__ring_t *ring, uint32_t hand, int64_t until_ns,
                          brood__held_t *held) {
    brood__ring_shared_t *shared = ring->shared;
    int64_t now = brood_os_now_ns();
    uint32_t count = brood__payload_highest(ring);
    /* First: whatever is returned from now on asks for another look. */
    atomic_store_explicit(&shared->returned, 0, memory_order_relaxed);
    atomic_store_explicit(&shared->look_at_ns, now + BROOD__SLICE_NS,
                          memory_order_relaxed);
    /* seq_cst: before the look; pairs with the CAS and store of brood__payload_let_go() */
    atomic_thread_fence(memory_order_seq_cst);
    for (held->index = 0; held->index < count; held->index++) {
        held->state = state_of(ring, held->index);
        if (BROOD__PAYLOAD_HAND(held->state) != BROOD__PAYLOAD_RETURNED &&
            !is_fallen(ring, held, now)) {
            continue;
        }
        BROOD_KILL_POINT("queue.retaking");
        if (retake_one(ring, hand, until_ns, held)) {
            /* There may be more. */
            atomic_store_explicit(&shared->returned, 1, memory_order_relaxed);
            return 1;
        }
    }
    return 0;
}

int brood__payload_take_failed(brood__ring_t *ring, brood__held_t *held) {
    uint32_t count = brood__payload_highest(ring);
    for (held->index = 0; held->index < count; held->index++) {
        held->state = state_of(ring, held->index);
        if (BROOD__PAYLOAD_HAND(held->state) == BROOD__PAYLOAD_FAILED &&
            turn(ring, held,
                 in_hand(held->state, brood__self_id, BROOD__PAYLOAD_TAKEN))) {
            return 1;
        }
    }
    return 0;
}

int brood__payload_renew(brood__ring_t *ring, brood__held_t *held, int64_t until_ns) {
    uint64_t state = held->state;
    if (BROOD__PAYLOAD_HAND(state) != BROOD__PAYLOAD_LEASED ||
        !turn(ring, held, in_hand(state, brood__self_id, BROOD__PAYLOAD_LEASING))) {
        return 0;
    }
    atomic_store_explicit(&ring->payloads[held->index].until_ns, until_ns,
                          memory_order_relaxed);
    /* Another word than before: whoever compared the old end with the time fails. */
    return turn(ring, held,
                MAKE(brood__self_id, BROOD__PAYLOAD_LEASED,
                     BROOD__PAYLOAD_DELIVERIES(state), (RENEWALS(state) + 1) & 0xfu,
                     BROOD__PAYLOAD_TENANCY(state)));
}

uint32_t brood__payload_count(const brood__ring_t *ring, uint32_t hand) {
    uint32_t count = brood__payload_highest(ring);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        found += BROOD__PAYLOAD_HAND(state_of(ring, i)) == hand;
    }
    return found;
}

int brood__payload_may_return(const brood__ring_t *ring) {
    uint32_t count = brood__payload_highest(ring);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t state = state_of(ring, i);
        uint32_t hand = BROOD__PAYLOAD_HAND(state);
        if (hand == BROOD__PAYLOAD_RETURNED ||
            ((hand == BROOD__PAYLOAD_LEASED || hand == BROOD__PAYLOAD_LEASING) &&
             BROOD__PAYLOAD_OWNER(state) != brood__self_id)) {
            return 1;
        }
    }
    return 0;
}

void brood__payload_sweep(brood__ring_t *ring, uint32_t dead) {
    uint32_t count = brood__payload_highest(ring);
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, state_of(ring, i)};
        uint32_t hand = BROOD__PAYLOAD_HAND(held.state);
        if (!has_owner(hand) || BROOD__PAYLOAD_OWNER(held.state) != dead) {
            continue;
        }
        if (hand == BROOD__PAYLOAD_LEASED || hand == BROOD__PAYLOAD_LEASING) {
            (void)brood__payload_let_go(ring, &held, BROOD__PAYLOAD_RETURNED);
        } else {
            (void)turn(ring, &held, freed(held.state));
            atomic_fetch_add_explicit(&ring->shared->payload_frees, 1,
                                      memory_order_relaxed);
        }
    }
    if (count != 0) {
        brood__payload_count_idle(ring);
    }
}
