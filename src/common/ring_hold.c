/* Ring: taking a message into one's hands, to be read where it lies. */
#include "payload.h"

#include "ring_steps.h"
#include <string.h>

/* What a consumer has on its way to a message. */
typedef struct hold_t {
    uint32_t hand;
    int64_t lease_ns;
    brood__held_t *held;
    brood__held_t spare; /* reserved for a message that lies in the ring */
    size_t spare_size;   /* 0: none */
    size_t wanted;       /* a spare of this size is wanted */
} hold_t;

/* A message in the ring is copied to the spare place; without one that is large enough,
 * APR_INCOMPLETE. */
static apr_status_t hold_inside(brood__ring_t *ring, const brood__found_t *found,
                                hold_t *hold) {
    void *place;
    uint32_t room;
    apr_status_t rv;
    hold->wanted = found->record.size == 0 ? 1 : found->record.size;
    if (hold->spare_size < hold->wanted) {
        return APR_INCOMPLETE;
    }
    rv = brood__payload_place(ring, &hold->spare, &place, &room);
    if (rv == APR_SUCCESS && room < found->record.size) {
        rv = brood__fail(BROOD_EFORGED, "a reserved place has become smaller");
    }
    if (rv == APR_SUCCESS) {
        memcpy(place, found->at + 1, found->record.size);
        brood__payload_set_size(ring, &hold->spare, found->record.size);
        (void)brood__payload_keep(ring, &hold->spare);
        *hold->held = hold->spare;
        hold->spare_size = 0;
    }
    return rv;
}

/* The first message that nobody has had, with get_lock held. */
static apr_status_t hold_record(brood__ring_t *ring, hold_t *hold) {
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t tail = brood__ring_tail_seen(ring);
    brood__found_t found;
    apr_status_t rv = brood__ring_find(ring, &tail, head, &found);
    while (rv == APR_SUCCESS && (found.record.flags & BROOD__RECORD_BESIDE)) {
        uint64_t record = *(const uint64_t *)(const void *)(found.at + 1);
        rv = brood__payload_reach(ring, record);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        if (brood__payload_take(ring, record, hold->hand, hold->lease_ns, hold->held)) {
            brood__ring_taken(ring, head, found.head, found.record.size);
            return APR_SUCCESS;
        }
        brood__ring_taken(ring, head, found.head, 0);
        head = found.head;
        rv = brood__ring_find(ring, &tail, head, &found);
    }
    if (rv == APR_SUCCESS) {
        rv = hold_inside(ring, &found, hold);
        if (rv == APR_SUCCESS) {
            brood__ring_taken(ring, head, found.head, found.record.size);
        }
    }
    return rv;
}

/* One try: APR_EAGAIN when there is no message. */
static apr_status_t hold_try(brood__ring_t *ring, hold_t *hold,
                             brood_os_deadline_t deadline) {
    uint32_t state;
    apr_status_t rv;
    if (brood__payload_is_time_to_look(ring) &&
        brood__ring_state(ring) != BROOD__RING_SHUT &&
        brood__payload_retake(ring, hold->hand, hold->lease_ns, hold->held)) {
        return APR_SUCCESS;
    }
    rv = brood__ring_lock(&ring->get_lock, &ring->get_pace, &ring->shared->get_deaths,
                          deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    /* Before the look at the messages: after it none comes any more. */
    state = brood__ring_state(ring);
    rv = state == BROOD__RING_SHUT ? APR_EOF : hold_record(ring, hold);
    (void)brood__lockword_release(&ring->get_lock);
    return brood__ring_get_status(ring, rv, state);
}

static void give_up_spare(brood__ring_t *ring, hold_t *hold) {
    if (hold->spare_size != 0) {
        hold->spare_size = 0;
        (void)brood__payload_free(ring, &hold->spare);
    }
}

apr_status_t brood__ring_hold(brood__ring_t *ring, uint32_t hand, int64_t lease_ns,
                              brood__held_t *held, brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->get_pace, deadline);
    hold_t hold = {hand, lease_ns, held, {0, 0}, 0, 0};
    apr_status_t rv = brood__payload_map(ring);
    if (rv == APR_SUCCESS) {
        rv = hold_try(ring, &hold, deadline);
    }
    /* ends with a message, the end, a failure or the deadline */
    while (rv == APR_EAGAIN || rv == APR_INCOMPLETE) {
        if (rv == APR_INCOMPLETE) {
            give_up_spare(ring, &hold);
            /* The limit is for producers: this one may be what they wait for. */
            rv = brood__payload_reserve(ring, hold.wanted, UINT64_MAX, &hold.spare,
                                        deadline);
            hold.spare_size = rv == APR_SUCCESS ? hold.wanted : 0;
            if (rv == APR_EAGAIN) {
                rv = brood__fail(APR_ENOSPC, "too many messages are in somebody's hands");
            }
        } else {
            /* Nobody sleeps with a place that a producer may need for the message. */
            give_up_spare(ring, &hold);
            rv = brood__ring_wait(ring, &wait);
        }
        if (rv == APR_SUCCESS) {
            rv = hold_try(ring, &hold, deadline);
        }
    }
    give_up_spare(ring, &hold);
    brood__ring_get_end(ring, &wait, rv == APR_SUCCESS);
    return rv;
}
