/* Ring: taking. ring.c says what holds if a consumer dies on its way. */
#include "ring.h"

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

/* A record at `head`, the unused end of the ring skipped. */
typedef struct found_t {
    brood__record_t *at;
    brood__record_t record; /* a copy: what is checked is what is used */
    uint64_t head;          /* after it */
    uint64_t where;         /* of a large message */
} found_t;

static apr_status_t record_find(const brood__ring_t *ring, uint64_t head,
                                found_t *found) {
    uint64_t bytes;
    found->at = brood__ring_record_at(ring, head);
    if (found->at->flags & BROOD__RECORD_SKIP) {
        uint64_t place = brood__mark_position(head) & (ring->capacity - 1);
        head = brood__mark_after(head, ring->capacity - place, 0);
        found->at = brood__ring_record_at(ring, head);
    }
    found->record = *found->at;
    bytes = brood__ring_record_size(ring, found->record.size);
    if ((brood__mark_position(head) & (ring->capacity - 1)) + bytes > ring->capacity) {
        return brood__fail(BROOD_EFORGED, "a message runs over the end of the ring");
    }
    found->head = brood__mark_after(head, bytes, 1);
    return APR_SUCCESS;
}

static apr_status_t record_drain(brood__ring_t *ring, found_t *found,
                                 const brood__ring_get_t *get) {
    if (found->record.size <= ring->inline_limit) {
        return get->drain(get->context, found->at + 1, found->record.size);
    }
    found->where = *(uint64_t *)(void *)(found->at + 1);
    return brood__bulk_read(ring, found->where, found->record.size, get->drain,
                            get->context);
}

/* Takes what is there out, with get_lock held. A large message is the last of its call:
 * after it its pages are given back. */
static apr_status_t records_get(brood__ring_t *ring, brood__ring_get_t *get) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t head = atomic_load_explicit(&shared->head, memory_order_relaxed);
    uint64_t bytes = 0;
    found_t found = {NULL, {0, 0}, head, 0};
    apr_status_t rv = APR_EAGAIN;
    int large = 0;
    while (get->done < get->most && !large && message_there(ring, head)) {
        rv = record_find(ring, head, &found);
        if (rv == APR_SUCCESS) {
            rv = record_drain(ring, &found, get);
        }
        if (rv != APR_SUCCESS) {
            break;
        }
        large = found.record.size > ring->inline_limit;
        head = found.head;
        bytes += found.record.size;
        get->done++;
    }
    if (get->done == 0) {
        return rv;
    }
    BROOD_KILL_POINT("queue.get.copied");
    /* release: gives the bytes back; pairs with the acquire of head in room_for() */
    atomic_store_explicit(&shared->head, head, memory_order_release);
    BROOD_KILL_POINT("queue.get.published");
    if (large) {
        brood__bulk_give_back(ring, found.where, found.record.size);
    }
    brood__ring_add(&shared->gets, get->done);
    brood__ring_add(&shared->get_bytes, bytes);
    return APR_SUCCESS;
}

/* One try with get_lock: APR_EAGAIN when there is no message. */
static apr_status_t get_try(brood__ring_t *ring, brood__ring_get_t *get,
                            brood_os_deadline_t deadline) {
    uint32_t state;
    apr_status_t rv = brood__ring_lock(&ring->get_lock, &ring->get_pace,
                                       &ring->shared->get_deaths, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.get.locked");
    /* Before the look at the messages: after it none comes any more. */
    state = brood__ring_state(ring);
    rv = state == BROOD__RING_SHUT ? APR_EOF : records_get(ring, get);
    brood__lockword_release(&ring->get_lock);
    return rv == APR_EAGAIN && state != BROOD__RING_OPEN ? APR_EOF : rv;
}

static int message_or_end(void *context, size_t size) {
    brood__ring_t *ring = context;
    (void)size;
    return brood__ring_has_items(ring) || brood__ring_state(ring) != BROOD__RING_OPEN;
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
        BROOD_KILL_POINT("queue.get.waiting");
        atomic_fetch_add_explicit(&ring->shared->get_waits, 1, memory_order_relaxed);
        rv = brood__eventcount_wait(&ring->items, &wait, message_or_end, ring, 0);
        if (rv == APR_SUCCESS) {
            rv = get_try(ring, get, deadline);
        }
    }
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("queue.get.unlocked");
        brood__wait_end(&wait);
        brood__eventcount_wake_unlocked(&ring->space);
        for (size_t i = 1; i < get->done && brood__eventcount_sleepers(&ring->space);
             i++) {
            brood__eventcount_wake(&ring->space);
        }
    }
    if (wait.slept && brood__ring_has_items(ring)) {
        brood__eventcount_wake(&ring->items);
    }
    return rv;
}
