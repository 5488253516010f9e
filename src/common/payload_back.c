/* Payloads: those that come back, and what the dead leave. payload.c says how a payload changes
 * hands.
 *
 * `returned`, `returned_seen` and `look_at_ns` only say when a look at the whole table is worth
 * it: whoever returns a payload counts up the first, and while some are there it differs from
 * the second; if it dies before that, the third finds the payload, every slice. */
#include "os/clock.h"
#include "participant.h"
#include "payload_word.h"

int brood__payload_is_time_to_look(const brood__ring_t *ring) {
    const brood__ring_shared_t *shared = ring->shared;
    if (!(ring->flags & BROOD__RING_LEASES)) {
        return 0;
    }
    /* acquire: pairs with the release of brood__payload_let_go() */
    return atomic_load_explicit(&shared->returned, memory_order_acquire) !=
               atomic_load_explicit(&shared->returned_seen, memory_order_relaxed) ||
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

int brood__payload_retake(brood__ring_t *ring, uint32_t hand, int64_t lease_ns,
                          brood__held_t *held) {
    brood__ring_shared_t *shared = ring->shared;
    int64_t now = brood_os_now_ns();
    uint32_t count = brood__payload_highest(ring);
    /* acquire: before the look; pairs with the release of brood__payload_let_go(). Whatever is
     * returned from now on asks for another look. */
    uint32_t returned = atomic_load_explicit(&shared->returned, memory_order_acquire);
    atomic_store_explicit(&shared->look_at_ns, now + BROOD__SLICE_NS,
                          memory_order_relaxed);
    for (held->index = 0; held->index < count; held->index++) {
        held->state = brood__payload_state(ring, held->index);
        if (BROOD__PAYLOAD_HAND(held->state) != BROOD__PAYLOAD_RETURNED &&
            !is_fallen(ring, held, now)) {
            continue;
        }
        BROOD_KILL_POINT("queue.retaking");
        if (brood__payload_redeliver(ring, held, hand, lease_ns)) {
            return 1; /* there may be more: the next one looks, too */
        }
    }
    atomic_store_explicit(&shared->returned_seen, returned, memory_order_relaxed);
    return 0;
}

int brood__payload_has_returned(brood__ring_t *ring) {
    int64_t now = brood_os_now_ns();
    uint32_t count = brood__payload_highest(ring);
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        if (BROOD__PAYLOAD_HAND(held.state) != BROOD__PAYLOAD_RETURNED &&
            !is_fallen(ring, &held, now)) {
            continue;
        }
        if (!brood__payload_is_worn_out(ring, held.state)) {
            return 1;
        }
        (void)brood__payload_turn(
            ring, &held, brood__payload_in_hand(held.state, 0, BROOD__PAYLOAD_FAILED));
    }
    return 0;
}

/* Whether one has failed, or is about to: nobody has looked at it since it came back. */
static int has_failed(const brood__ring_t *ring, const brood__held_t *held, int64_t now) {
    uint32_t hand = BROOD__PAYLOAD_HAND(held->state);
    return hand == BROOD__PAYLOAD_FAILED ||
           (brood__payload_is_worn_out(ring, held->state) &&
            (hand == BROOD__PAYLOAD_RETURNED || is_fallen(ring, held, now)));
}

int brood__payload_take_failed(brood__ring_t *ring, brood__held_t *held) {
    int64_t now = brood_os_now_ns();
    uint32_t count = brood__payload_highest(ring);
    for (held->index = 0; held->index < count; held->index++) {
        held->state = brood__payload_state(ring, held->index);
        if (has_failed(ring, held, now) &&
            brood__payload_turn(ring, held,
                                brood__payload_in_hand(held->state, brood__self_id,
                                                       BROOD__PAYLOAD_TAKEN))) {
            return 1;
        }
    }
    return 0;
}

int brood__payload_renew(brood__ring_t *ring, brood__held_t *held, int64_t lease_ns) {
    uint64_t state = held->state;
    if (BROOD__PAYLOAD_HAND(state) != BROOD__PAYLOAD_LEASED ||
        !brood__payload_turn(
            ring, held,
            brood__payload_in_hand(state, brood__self_id, BROOD__PAYLOAD_LEASING))) {
        return 0;
    }
    brood__payload_set_lease(ring, held, lease_ns);
    /* Another word than before: whoever compared the old end with the time fails. */
    return brood__payload_turn(
        ring, held,
        BROOD__PAYLOAD_MAKE(
            brood__self_id, BROOD__PAYLOAD_LEASED, BROOD__PAYLOAD_DELIVERIES(state),
            (BROOD__PAYLOAD_RENEWALS(state) + 1) & 0xfu, BROOD__PAYLOAD_TENANCY(state)));
}

uint32_t brood__payload_fallen(const brood__ring_t *ring) {
    int64_t now = brood_os_now_ns();
    uint32_t count = brood__payload_highest(ring);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        found += BROOD__PAYLOAD_HAND(held.state) == BROOD__PAYLOAD_RETURNED ||
                 is_fallen(ring, &held, now);
    }
    return found;
}

uint32_t brood__payload_count(const brood__ring_t *ring, uint32_t hand) {
    uint32_t count = brood__payload_highest(ring);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        found += BROOD__PAYLOAD_HAND(brood__payload_state(ring, i)) == hand;
    }
    return found;
}

int brood__payload_may_return(const brood__ring_t *ring) {
    uint32_t count = brood__payload_highest(ring);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t state = brood__payload_state(ring, i);
        uint32_t hand = BROOD__PAYLOAD_HAND(state);
        if (hand == BROOD__PAYLOAD_RETURNED ||
            ((hand == BROOD__PAYLOAD_LEASED || hand == BROOD__PAYLOAD_LEASING) &&
             BROOD__PAYLOAD_OWNER(state) != brood__self_id)) {
            return 1;
        }
    }
    return 0;
}

/* Whether the record of one that a producer has left is in the ring. */
static int is_published(const brood__ring_t *ring, const brood__held_t *held) {
    int64_t at =
        atomic_load_explicit(&ring->payloads[held->index].until_ns, memory_order_relaxed);
    uint64_t mark = (uint64_t)(at - 1) << BROOD__MARK_COUNT_BITS;
    /* acquire, both: pair with the releases that moved them */
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
    const brood__record_t *record;
    if (at <= 0 ||
        brood__ring_place(ring, mark) + brood__record_bytes(sizeof(uint64_t)) >
            ring->capacity ||
        brood__mark_bytes(mark, head) >= brood__mark_bytes(tail, head)) {
        return 0;
    }
    /* If it is consumed now, and something else written there, its state is another, too. */
    record = brood__ring_record_at(ring, mark);
    return record->flags == BROOD__RECORD_BESIDE &&
           *(const uint64_t *)(const void *)(record + 1) == brood__payload_record(held);
}

/* What becomes of one whose owner is dead. 1: it is free. */
static int bury(brood__ring_t *ring, brood__held_t *held) {
    switch (BROOD__PAYLOAD_HAND(held->state)) {
    case BROOD__PAYLOAD_LEASED:
    case BROOD__PAYLOAD_LEASING:
        (void)brood__payload_let_go(ring, held, BROOD__PAYLOAD_RETURNED);
        return 0;
    case BROOD__PAYLOAD_RESERVED:
        if (is_published(ring, held)) {
            (void)brood__payload_let_go(ring, held, BROOD__PAYLOAD_QUEUED);
            brood__ring_wake(ring);
            return 0;
        }
        break;
    default: break;
    }
    if (!brood__payload_turn(ring, held, brood__payload_as_free(held->state))) {
        return 0;
    }
    atomic_fetch_add_explicit(&ring->shared->payload_frees, 1, memory_order_relaxed);
    return 1;
}

void brood__payload_sweep(brood__ring_t *ring, uint32_t dead) {
    uint32_t count = brood__payload_highest(ring);
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        if (brood__payload_has_owner(BROOD__PAYLOAD_HAND(held.state)) &&
            BROOD__PAYLOAD_OWNER(held.state) == dead) {
            (void)bury(ring, &held);
        }
    }
    if (count != 0) {
        brood__payload_count_idle(ring);
    }
}

/* Owners that were alive when they were asked about, so that each is asked about once. */
#define ASKED 8u
typedef struct asked_t {
    uint32_t alive[ASKED];
    uint32_t next;
} asked_t;

static int is_dead(asked_t *asked, uint32_t owner) {
    for (uint32_t i = 0; i < ASKED; i++) {
        if (asked->alive[i] == owner) {
            return 0;
        }
    }
    if (owner != brood__self_id && brood__participant_is_dead(owner)) {
        return 1;
    }
    asked->alive[asked->next++ % ASKED] = owner;
    return 0;
}

static int is_time_to_reclaim(brood__ring_t *ring) {
    int64_t now = brood_os_now_ns();
    /* relaxed: private to this process; two threads may both find that it is time */
    if (now < atomic_load_explicit(&ring->reclaim_at_ns, memory_order_relaxed)) {
        return 0;
    }
    atomic_store_explicit(&ring->reclaim_at_ns, now + BROOD__SLICE_NS,
                          memory_order_relaxed);
    return 1;
}

int brood__payload_reclaim(brood__ring_t *ring) {
    uint32_t count = brood__payload_highest(ring);
    asked_t asked = {{0}, 0};
    int freed = 0;
    if (!is_time_to_reclaim(ring)) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        if (brood__payload_has_owner(BROOD__PAYLOAD_HAND(held.state)) &&
            is_dead(&asked, BROOD__PAYLOAD_OWNER(held.state))) {
            freed |= bury(ring, &held);
        }
    }
    return freed;
}
