/* Ring: taking copies. ring.c says what holds if a consumer dies on its way. */
#include "payload.h"

#include "eventcount.h"
#include "os/fault.h"

/* Whether a consumer with get_lock has a message at `head`. */
static int message_there(brood__ring_t *ring, uint64_t head) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t tail = atomic_load_explicit(&shared->tail_seen, memory_order_relaxed);
    if (brood__mark_items(tail, head) == 0 ||
        brood__mark_bytes(tail, head) > ring->capacity) {
        /* acquire: pairs with the release that published */
        tail = atomic_load_explicit(&shared->tail, memory_order_acquire);
        atomic_store_explicit(&shared->tail_seen, tail, memory_order_relaxed);
        brood__ring_seen(ring, tail, head);
    }
    return brood__mark_items(tail, head) != 0;
}

apr_status_t brood__ring_find(brood__ring_t *ring, uint64_t head, brood__found_t *found) {
    uint64_t payload;
    if (!message_there(ring, head)) {
        return APR_EAGAIN;
    }
    found->at = brood__ring_record_at(ring, head);
    if (found->at->flags & BROOD__RECORD_SKIP) {
        uint64_t place = brood__mark_position(head) & (ring->capacity - 1);
        head = brood__mark_after(head, ring->capacity - place, 0);
        found->at = brood__ring_record_at(ring, head);
    }
    found->record = *found->at;
    payload = (found->record.flags & BROOD__RECORD_BESIDE) ? sizeof(uint64_t)
                                                           : found->record.size;
    found->head = brood__mark_after(head, brood__record_bytes(payload), 1);
    if ((brood__mark_position(head) & (ring->capacity - 1)) +
            brood__record_bytes(payload) >
        ring->capacity) {
        return brood__fail(BROOD_EFORGED, "a message runs over the end of the ring");
    }
    return APR_SUCCESS;
}

void brood__ring_taken(brood__ring_t *ring, uint64_t head, size_t count, uint64_t bytes) {
    BROOD_KILL_POINT("queue.get.copied");
    /* release: gives the bytes back; pairs with the acquire of head in room_for() */
    atomic_store_explicit(&ring->shared->head, head, memory_order_release);
    BROOD_KILL_POINT("queue.get.published");
    brood__ring_add(&ring->shared->gets, count);
    brood__ring_add(&ring->shared->get_bytes, bytes);
}

/* Copies a payload that is LEASED out. Afterwards it is TAKEN; a forged one is free. */
static apr_status_t drain_payload(brood__ring_t *ring, brood__held_t *held,
                                  const brood__ring_get_t *get) {
    void *place;
    apr_status_t rv = brood__payload_place(ring, held, &place);
    if (rv != APR_SUCCESS) {
        (void)brood__payload_free(ring, held);
        return rv;
    }
    get->drain(get->context, place, brood__payload_size(ring, held));
    BROOD_KILL_POINT("queue.get.drained");
    (void)brood__payload_keep(ring, held);
    return APR_SUCCESS;
}

/* The message beside the ring that was found: into `held`, or skipped when somebody has had
 * it: APR_EAGAIN. */
static apr_status_t get_beside(brood__ring_t *ring, const brood__found_t *found,
                               brood__ring_get_t *get, brood__held_t *held) {
    uint64_t record = *(const uint64_t *)(const void *)(found->at + 1);
    apr_status_t rv = brood__payload_map(ring);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!brood__payload_take(ring, record, BROOD__PAYLOAD_LEASED, 0, held)) {
        return APR_EAGAIN;
    }
    if (brood__payload_size(ring, held) != found->record.size) {
        (void)brood__payload_free(ring, held);
        return brood__fail(BROOD_EFORGED,
                           "a large message has another size than was said");
    }
    return drain_payload(ring, held, get);
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
    uint64_t bytes = 0;
    apr_status_t rv = APR_SUCCESS;
    while (get->done < get->most && !*beside) {
        brood__found_t found;
        rv = brood__ring_find(ring, head, &found);
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
        brood__ring_taken(ring, head, get->done, bytes);
    }
    return get->done != 0 ? APR_SUCCESS : rv;
}

/* One that has come back, if there is one. APR_EAGAIN: there is none. */
static apr_status_t get_returned(brood__ring_t *ring, brood__ring_get_t *get) {
    brood__held_t held;
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
    rv = get->accept(get->context, brood__payload_size(ring, &held));
    if (rv != APR_SUCCESS) {
        brood__payload_undeliver(ring, &held);
        return rv;
    }
    rv = drain_payload(ring, &held, get);
    if (rv == APR_SUCCESS) {
        get->done++;
        (void)brood__payload_free(ring, &held);
    }
    return rv;
}

/* One try: APR_EAGAIN when there is no message. */
static apr_status_t get_try(brood__ring_t *ring, brood__ring_get_t *get,
                            brood_os_deadline_t deadline) {
    brood__held_t held;
    uint32_t state;
    int beside = 0;
    apr_status_t rv = get_returned(ring, get);
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
    return rv == APR_EAGAIN && state != BROOD__RING_OPEN ? APR_EOF : rv;
}

/* ---- waiting ------------------------------------------------------------------------ */

static int message_or_end(void *context, size_t size) {
    brood__ring_t *ring = context;
    (void)size;
    return brood__ring_has_items(ring) || brood__ring_state(ring) != BROOD__RING_OPEN ||
           brood__payload_is_time_to_look(ring);
}

apr_status_t brood__ring_wait(brood__ring_t *ring, brood__wait_t *wait) {
    BROOD_KILL_POINT("queue.get.waiting");
    atomic_fetch_add_explicit(&ring->shared->get_waits, 1, memory_order_relaxed);
    return brood__eventcount_wait(&ring->items, wait, message_or_end, ring, 0);
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

/* A guess from the consumers' own cache line, so that the producers keep theirs: 1, get_try()
 * finds out; 0, tail has to be looked at. */
static int has_items_seen(brood__ring_t *ring) {
    return brood__mark_items(
               atomic_load_explicit(&ring->shared->tail_seen, memory_order_relaxed),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

apr_status_t brood__ring_get(brood__ring_t *ring, brood__ring_get_t *get,
                             brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->get_pace, deadline);
    apr_status_t rv = has_items_seen(ring) || message_or_end(ring, 0)
                          ? get_try(ring, get, deadline)
                          : APR_EAGAIN;
    while (rv ==
           APR_EAGAIN) { /* ends with a message, the end, a failure or the deadline */
        rv = brood__ring_wait(ring, &wait);
        if (rv == APR_SUCCESS) {
            rv = get_try(ring, get, deadline);
        }
    }
    brood__ring_get_end(ring, &wait, get->done);
    return rv;
}
