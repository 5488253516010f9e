/* Payloads of the dead: what becomes of those whose owner was killed.
 *
 *   LEASED, LEASING -> RETURNED   by whoever learns of the death.
 *   TAKEN -> FREE                 the same; the dead one has had the message.
 *   RESERVED -> QUEUED or FREE    by whoever learns of the death, with put_lock: then no record is
 *                                 written, and the records between head and tail say whether the
 *                                 dead producer published this one. If it did, the message has
 *                                 been put, and counts as one.
 * Nobody need learn of a death: a producer that finds no free payload asks whether the owners of
 * the others live, once in a slice. Each step is a CAS from what was seen; killed between two of
 * them, one leaves the rest to the next who looks. */
#include "payload.h"

#include "os/clock.h"
#include "participant.h"
#include "session.h"

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

int brood__payload_reclaim(brood__ring_t *ring) {
    uint32_t count = brood__payload_highest(ring);
    asked_t asked = {{0}, 0};
    int freed = 0;
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        uint32_t hand = BROOD__PAYLOAD_HAND(held.state);
        if ((hand != BROOD__PAYLOAD_RESERVED && hand != BROOD__PAYLOAD_TAKEN) ||
            !is_dead(&asked, BROOD__PAYLOAD_OWNER(held.state))) {
            continue;
        }
        if (hand == BROOD__PAYLOAD_RESERVED &&
            brood__ring_has_record(ring, brood__payload_record(&held))) {
            (void)brood__payload_let_go(ring, &held, BROOD__PAYLOAD_QUEUED);
        } else {
            freed |= brood__payload_drop(ring, &held);
        }
    }
    return freed;
}

int brood__payload_is_time_to_reclaim(brood__ring_t *ring) {
    int64_t now = brood_os_now_ns();
    /* relaxed: private to this process; two threads may both find that it is time */
    if (now < atomic_load_explicit(&ring->reclaim_at_ns, memory_order_relaxed)) {
        return 0;
    }
    atomic_store_explicit(&ring->reclaim_at_ns, now + BROOD__SLICE_NS,
                          memory_order_relaxed);
    return 1;
}

/* Where another holds the lock for long, they are left to the next one who needs a payload. */
static void sweep_reserved(brood__ring_t *ring) {
    if (brood__ring_lock(&ring->put_lock, &ring->put_pace, &ring->shared->put_deaths,
                         brood_os_now_ns() + BROOD__SLICE_NS) == APR_SUCCESS) {
        (void)brood__payload_reclaim(ring);
        (void)brood__lockword_release(&ring->put_lock);
    }
}

void brood__payload_sweep(brood__ring_t *ring, uint32_t dead) {
    uint32_t count = brood__payload_highest(ring);
    int reserved = 0;
    for (uint32_t i = 0; i < count; i++) {
        brood__held_t held = {i, brood__payload_state(ring, i)};
        if (BROOD__PAYLOAD_OWNER(held.state) != dead) {
            continue;
        }
        switch (BROOD__PAYLOAD_HAND(held.state)) {
        case BROOD__PAYLOAD_LEASED:
        case BROOD__PAYLOAD_LEASING:
            (void)brood__payload_let_go(ring, &held, BROOD__PAYLOAD_RETURNED);
            break;
        case BROOD__PAYLOAD_TAKEN: (void)brood__payload_drop(ring, &held); break;
        case BROOD__PAYLOAD_RESERVED: reserved = 1; break;
        default: break;
        }
    }
    if (reserved) {
        sweep_reserved(ring);
    }
    if (count != 0) {
        brood__payload_count_idle(ring);
    }
}
