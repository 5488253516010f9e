/* Ring: taking copies. ring.c says what holds if a consumer dies on its way. */
#include "payload.h"

#include "eventcount.h"
#include "os/fault.h"
#include "ring_quick.h"

/* Copies a payload that is LEASED out. Afterwards it is TAKEN. */
static void drain_payload(brood__ring_t *ring, brood__held_t *held,
                          const brood__ring_get_t *get, const void *place, size_t size) {
    get->drain(get->context, place, size);
    BROOD_KILL_POINT("queue.get.drained");
    (void)brood__payload_keep(ring, held);
}

/* Where its bytes are. A forged one is free afterwards, one that only others can map comes
 * back for them. */
static apr_status_t find_place(brood__ring_t *ring, brood__held_t *held, void **place,
                               uint32_t *size) {
    apr_status_t rv = brood__payload_place(ring, held, place, size);
    if (APR_STATUS_IS_ENOMEM(rv)) {
        brood__payload_undeliver(ring, held);
    } else if (rv != APR_SUCCESS) {
        (void)brood__payload_free(ring, held);
    }
    return rv;
}

/* The message beside the ring that was found: into `held`, or skipped when somebody has had
 * it: APR_EAGAIN. */
static apr_status_t get_beside(brood__ring_t *ring, const brood__found_t *found,
                               brood__ring_get_t *get, brood__held_t *held) {
    uint64_t record = *(const uint64_t *)(const void *)(found->at + 1);
    void *place;
    uint32_t size;
    apr_status_t rv = brood__payload_reach(ring, record);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!brood__payload_take(ring, record, BROOD__PAYLOAD_LEASED, 0, held)) {
        return APR_EAGAIN;
    }
    rv = find_place(ring, held, &place, &size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (size != found->record.size) {
        (void)brood__payload_free(ring, held);
        return brood__fail(BROOD_EFORGED,
                           "a large message has another size than was said");
    }
    drain_payload(ring, held, get, place, size);
    return APR_SUCCESS;
}

/* Takes the message that was found. */
static apr_status_t get_found(brood__ring_t *ring, const brood__found_t *found,
                              brood__ring_get_t *get, brood__held_t *held) {
    if (found->record.flags & BROOD__RECORD_BESIDE) {
        return get_beside(ring, found, get, held);
    }
    get->drain(get->context, found->at + 1, found->record.size);
    return APR_SUCCESS;
}

/* Takes what is there, with get_lock held. A message beside the ring is the last one of its
 * turn: 1 in *beside, and its payload is to be freed. */
static apr_status_t records_get(brood__ring_t *ring, brood__ring_get_t *get,
                                brood__held_t *held, int *beside) {
    uint64_t first = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    uint64_t head = first;
    uint64_t tail = brood__ring_tail_seen(ring);
    uint64_t bytes = 0;
    apr_status_t rv = APR_SUCCESS;
    while (get->done < get->most && !*beside) {
        brood__found_t found;
        rv = brood__ring_find(ring, &tail, head, &found);
        if (rv == APR_SUCCESS) {
            rv = get->accept(get->context, found.record.size);
        }
        if (rv != APR_SUCCESS) {
            break;
        }
        rv = get_found(ring, &found, get, held);
        if (rv != APR_SUCCESS && rv != APR_EAGAIN) {
            break;
        }
        head = found.head;
        if (rv == APR_EAGAIN) {
            continue;
        }
        *beside = (found.record.flags & BROOD__RECORD_BESIDE) != 0;
        bytes += found.record.size;
        get->done++;
    }
    if (head != first) {
        brood__ring_taken(ring, first, head, bytes);
    }
    return get->done != 0 ? APR_SUCCESS : rv;
}

/* One that has come back, if there is one. APR_EAGAIN: there is none. */
static apr_status_t get_returned(brood__ring_t *ring, brood__ring_get_t *get) {
    brood__held_t held;
    void *place;
    uint32_t size;
    apr_status_t rv;
    if (!brood__payload_is_time_to_look(ring) ||
        brood__ring_state(ring) == BROOD__RING_SHUT) {
        return APR_EAGAIN;
    }
    rv = brood__payload_map(ring);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!brood__payload_retake(ring, BROOD__PAYLOAD_LEASED, 0, &held)) {
        return APR_EAGAIN;
    }
    rv = find_place(ring, &held, &place, &size);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = get->accept(get->context, size);
    if (rv != APR_SUCCESS) {
        brood__payload_undeliver(ring, &held);
        return rv;
    }
    drain_payload(ring, &held, get, place, size);
    get->done++;
    (void)brood__payload_free(ring, &held);
    return APR_SUCCESS;
}

apr_status_t brood__ring_get_status(brood__ring_t *ring, apr_status_t rv,
                                    uint32_t state) {
    if (rv != APR_EAGAIN || state == BROOD__RING_OPEN) {
        return rv;
    }
    if (!(ring->flags & BROOD__RING_LEASES)) {
        return APR_EOF;
    }
    if (brood__payload_may_return(ring)) {
        return APR_EAGAIN;
    }
    /* The next one who waits ends, too, and tells the one after it. */
    brood__payload_ask_for_look(ring);
    return APR_EOF;
}

/* One try: APR_EAGAIN when there is no message. */
static apr_status_t get_try(brood__ring_t *ring, brood__ring_get_t *get,
                            brood_os_deadline_t deadline) {
    brood__held_t held;
    uint32_t state;
    int beside = 0;
    apr_status_t rv;
    if (get->most == 1 &&
        brood__ring_get_now(ring, get->accept, get->drain, get->context)) {
        get->done = 1;
        return APR_SUCCESS;
    }
    rv = get_returned(ring, get);
    if (rv != APR_EAGAIN) {
        return rv;
    }
    rv = brood__ring_lock(&ring->get_lock, &ring->get_pace, &ring->shared->get_deaths,
                          deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.get.locked");
    /* Before the look at the messages: after it none comes any more. */
    state = brood__ring_state(ring);
    rv = state == BROOD__RING_SHUT ? APR_EOF : records_get(ring, get, &held, &beside);
    (void)brood__lockword_release(&ring->get_lock);
    if (beside) {
        (void)brood__payload_free(ring, &held);
    }
    return brood__ring_get_status(ring, rv, state);
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Where messages can come back, the end is not there before a look says so. */
static int message_or_end(void *context, size_t size) {
    brood__ring_t *ring = context;
    uint32_t state = brood__ring_state(ring);
    (void)size;
    return brood__ring_has_items(ring) || state == BROOD__RING_SHUT ||
           (state == BROOD__RING_DRAINING && !(ring->flags & BROOD__RING_LEASES)) ||
           brood__payload_is_time_to_look(ring);
}

apr_status_t brood__ring_wait(brood__ring_t *ring, brood__wait_t *wait) {
    BROOD_KILL_POINT("queue.get.waiting");
    atomic_fetch_add_explicit(&ring->shared->get_waits, 1, memory_order_relaxed);
    return brood__fail_plainly(
        brood__eventcount_wait(&ring->items, wait, message_or_end, ring, 0));
}

void brood__ring_get_end(brood__ring_t *ring, brood__wait_t *wait, size_t taken) {
    if (taken != 0) {
        BROOD_KILL_POINT("queue.get.unlocked");
        brood__wait_end(wait);
        brood__eventcount_wake_unlocked(&ring->space);
    }
    for (size_t i = 1; i < taken && brood__eventcount_sleepers(&ring->space); i++) {
        brood__eventcount_wake(&ring->space);
    }
    if (wait->slept && brood__ring_has_items(ring)) {
        brood__eventcount_wake(&ring->items);
    }
}

apr_status_t brood__ring_get(brood__ring_t *ring, brood__ring_get_t *get,
                             brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->get_pace, deadline);
    apr_status_t rv = brood__ring_has_items_seen(ring) || message_or_end(ring, 0) ||
                              brood__ring_state(ring) != BROOD__RING_OPEN
                          ? get_try(ring, get, deadline)
                          : APR_EAGAIN;
    /* ends with a message, the end, a failure or the deadline */
    while (rv == APR_EAGAIN) {
        rv = brood__ring_wait(ring, &wait);
        if (rv == APR_SUCCESS) {
            rv = get_try(ring, get, deadline);
        }
    }
    brood__ring_get_end(ring, &wait, get->done);
    return rv;
}
