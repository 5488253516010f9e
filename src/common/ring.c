/* Ring: putting, getting, waiting and waking.
 *
 * Shared state, and what holds if its writer dies between any two lines:
 *   tail    written only under put_lock, by one release store after the record and all its
 *           bytes: that store is the publication. Before it nothing has happened, after it
 *           the message is there with the count of messages one higher. Nothing needs
 *           repair: whoever gets put_lock with BROOD_EOWNERDEAD just goes on.
 *   head    the same for the consumers, under get_lock, after the bytes were copied out.
 *   *_seen  each side's copy of the other's mark, to keep from pulling its cache line at
 *           each message. Only ever behind the truth; guarded by the side's lock.
 *   items, space
 *           eventcounts (eventcount.c) for those who wait for a message, or for room.
 * Nobody sleeps while holding a lock of the ring. */
#include "ring.h"

#include "eventcount.h"
#include "os/fault.h"
#include "status.h"

/* One looking at the other end's mark, through the copy while that is good enough. */
static int room_for(brood__ring_t *ring, uint64_t tail, uint64_t bytes) {
    brood__ring_shared_t *shared = ring->shared;
    uint32_t items_most = ring->max_items != 0 ? ring->max_items : BROOD__MARK_COUNT_MASK;
    uint64_t head = atomic_load_explicit(&shared->head_seen, memory_order_relaxed);
    for (int fresh = 0; fresh < 2; fresh++) {
        if (brood__mark_bytes(tail, head) + bytes <= ring->capacity &&
            brood__mark_items(tail, head) < items_most) {
            return 1;
        }
        if (fresh == 0) {
            /* acquire: pairs with the release of head; the consumer is done with the bytes */
            head = atomic_load_explicit(&shared->head, memory_order_acquire);
            atomic_store_explicit(&shared->head_seen, head, memory_order_relaxed);
        }
    }
    return 0;
}

/* The unused end of the ring that a record of this size has to skip. */
static uint64_t gap_before(const brood__ring_t *ring, uint64_t tail, uint64_t bytes) {
    uint64_t at = brood__mark_position(tail) & (ring->capacity - 1);
    return at + bytes <= ring->capacity ? 0 : ring->capacity - at;
}

static uint64_t record_size(const brood__ring_t *ring, size_t size) {
    return brood__record_bytes(size > ring->inline_limit ? sizeof(uint64_t) : size);
}

int brood__ring_is_full(brood__ring_t *ring, size_t size) {
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_relaxed);
    /* acquire: pairs with the release of head: what it gives up has been copied out */
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    uint64_t bytes = record_size(ring, size);
    uint32_t items_most = ring->max_items != 0 ? ring->max_items : BROOD__MARK_COUNT_MASK;
    return brood__mark_bytes(tail, head) + bytes + gap_before(ring, tail, bytes) >
               ring->capacity ||
           brood__mark_items(tail, head) >= items_most ||
           (size > ring->inline_limit && !brood__bulk_has_room(ring, size));
}

uint32_t brood__ring_count(brood__ring_t *ring) {
    uint64_t head, tail, again;
    do { /* ends when head stood still meanwhile: then both were true at one moment */
        /* acquire: pairs with the releases of head and tail; keeps the three in order */
        head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
        tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
        again = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    } while (head != again);
    return brood__mark_items(tail, head);
}

static int has_items(brood__ring_t *ring) {
    return brood__mark_items(
               atomic_load_explicit(&ring->shared->tail, memory_order_relaxed),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

static int condition_items(void *ring, size_t size) {
    (void)size;
    return has_items(ring);
}

static int condition_space(void *ring, size_t size) {
    return !brood__ring_is_full(ring, size);
}

/* A death of the owner needs no repair: see the head of this file. */
static apr_status_t side_lock(const brood_os_word_t *lock, brood__pace_t *pace,
                              brood_os_deadline_t deadline) {
    apr_status_t rv = brood__lockword_acquire(lock, pace, deadline);
    return rv == BROOD_EOWNERDEAD ? APR_SUCCESS : rv;
}

static brood__record_t *record_at(const brood__ring_t *ring, uint64_t mark) {
    return (brood__record_t *)(ring->data +
                               (brood__mark_position(mark) & (ring->capacity - 1)));
}

/* Writes the record with put_lock held and room assured, and publishes it. */
static apr_status_t record_put(brood__ring_t *ring, uint64_t tail, uint64_t bytes,
                               size_t size, brood__ring_fill_t *fill, void *context) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t gap = gap_before(ring, tail, bytes);
    brood__record_t *record;
    if (gap != 0) {
        record_at(ring, tail)->size = 0;
        record_at(ring, tail)->flags = BROOD__RECORD_SKIP;
        tail = brood__mark_after(tail, gap, 0);
    }
    record = record_at(ring, tail);
    record->size = (uint32_t)size;
    record->flags = 0;
    BROOD_KILL_POINT("queue.put.reserved");
    if (size > ring->inline_limit) {
        uint64_t next_tail;
        apr_status_t rv = brood__bulk_write(ring, size, fill, context,
                                            (uint64_t *)(void *)(record + 1), &next_tail);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        atomic_store_explicit(&shared->bulk_tail, next_tail, memory_order_relaxed);
    } else {
        fill(context, record + 1, size);
    }
    BROOD_KILL_POINT("queue.put.copied");
    /* release: publishes the record; pairs with the acquire of tail in message_there */
    atomic_store_explicit(&shared->tail, brood__mark_after(tail, bytes, 1),
                          memory_order_release);
    BROOD_KILL_POINT("queue.put.published");
    return APR_SUCCESS;
}

/* One try with put_lock: APR_EAGAIN when there is no room. */
static apr_status_t put_try(brood__ring_t *ring, size_t size, brood__ring_fill_t *fill,
                            void *context, brood_os_deadline_t deadline) {
    uint64_t bytes = record_size(ring, size);
    uint64_t tail;
    apr_status_t rv = side_lock(&ring->put_lock, &ring->put_pace, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.put.locked");
    tail = atomic_load_explicit(&ring->shared->tail, memory_order_relaxed);
    if (!room_for(ring, tail, bytes + gap_before(ring, tail, bytes)) ||
        (size > ring->inline_limit && !brood__bulk_has_room(ring, size))) {
        rv = APR_EAGAIN;
    } else {
        rv = record_put(ring, tail, bytes, size, fill, context);
    }
    (void)brood__lockword_release(&ring->put_lock);
    return rv;
}

apr_status_t brood__ring_put(brood__ring_t *ring, size_t size, brood__ring_fill_t *fill,
                             void *context, brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->put_pace, deadline);
    apr_status_t rv = put_try(ring, size, fill, context, deadline);
    while (rv == APR_EAGAIN) { /* ends with room, a failure or the deadline */
        BROOD_KILL_POINT("queue.put.waiting");
        rv = brood__eventcount_wait(&ring->space, &wait, condition_space, ring, size);
        if (rv == APR_SUCCESS) {
            rv = put_try(ring, size, fill, context, deadline);
        }
    }
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("queue.put.unlocked");
        brood__wait_end(&wait);
        brood__eventcount_wake_unlocked(&ring->items);
        if (wait.slept && !brood__ring_is_full(ring, 0)) {
            brood__eventcount_wake(&ring->space);
        }
    }
    return rv;
}

/* Whether a consumer with get_lock has a message at `head`. */
static int message_there(brood__ring_t *ring, uint64_t head) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t tail = atomic_load_explicit(&shared->tail_seen, memory_order_relaxed);
    if (brood__mark_items(tail, head) == 0 ||
        brood__mark_bytes(tail, head) > ring->capacity) {
        /* acquire: pairs with the release that published */
        tail = atomic_load_explicit(&shared->tail, memory_order_acquire);
        atomic_store_explicit(&shared->tail_seen, tail, memory_order_relaxed);
    }
    return brood__mark_items(tail, head) != 0;
}

/* Takes the message at `head` out, with get_lock held. */
static apr_status_t record_get(brood__ring_t *ring, uint64_t head,
                               brood__ring_drain_t *drain, void *context) {
    brood__record_t *at = record_at(ring, head);
    brood__record_t record;
    uint64_t where = 0;
    uint64_t bytes;
    apr_status_t rv;
    if (at->flags & BROOD__RECORD_SKIP) {
        uint64_t place = brood__mark_position(head) & (ring->capacity - 1);
        head = brood__mark_after(head, ring->capacity - place, 0);
        at = record_at(ring, head);
    }
    record = *at;
    bytes = record_size(ring, record.size);
    if ((brood__mark_position(head) & (ring->capacity - 1)) + bytes > ring->capacity) {
        return brood__fail(BROOD_EFORGED, "a message runs over the end of the ring");
    }
    if (record.size > ring->inline_limit) {
        where = *(uint64_t *)(void *)(at + 1);
        rv = brood__bulk_read(ring, where, record.size, drain, context);
    } else {
        rv = drain(context, at + 1, record.size);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.get.copied");
    /* release: gives the bytes back; pairs with the acquire of head in room_for */
    atomic_store_explicit(&ring->shared->head, brood__mark_after(head, bytes, 1),
                          memory_order_release);
    BROOD_KILL_POINT("queue.get.published");
    if (record.size > ring->inline_limit) {
        brood__bulk_give_back(ring, where, record.size);
    }
    return APR_SUCCESS;
}

/* One try with get_lock: APR_EAGAIN when there is no message. */
static apr_status_t get_try(brood__ring_t *ring, brood__ring_drain_t *drain,
                            void *context, brood_os_deadline_t deadline) {
    uint64_t head;
    apr_status_t rv = side_lock(&ring->get_lock, &ring->get_pace, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.get.locked");
    head = atomic_load_explicit(&ring->shared->head, memory_order_relaxed);
    rv = message_there(ring, head) ? record_get(ring, head, drain, context) : APR_EAGAIN;
    (void)brood__lockword_release(&ring->get_lock);
    return rv;
}

/* A guess from the consumers' own cache line, so that the producers keep theirs: 1, get_try()
 * finds out; 0, tail has to be looked at. */
static int has_items_seen(brood__ring_t *ring) {
    return brood__mark_items(
               atomic_load_explicit(&ring->shared->tail_seen, memory_order_relaxed),
               atomic_load_explicit(&ring->shared->head, memory_order_relaxed)) != 0;
}

apr_status_t brood__ring_get(brood__ring_t *ring, brood__ring_drain_t *drain,
                             void *context, brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->get_pace, deadline);
    apr_status_t rv = has_items_seen(ring) || has_items(ring)
                          ? get_try(ring, drain, context, deadline)
                          : APR_EAGAIN;
    while (rv == APR_EAGAIN) { /* ends with a message, a failure or the deadline */
        BROOD_KILL_POINT("queue.get.waiting");
        rv = brood__eventcount_wait(&ring->items, &wait, condition_items, ring, 0);
        if (rv == APR_SUCCESS) {
            rv = get_try(ring, drain, context, deadline);
        }
    }
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("queue.get.unlocked");
        brood__wait_end(&wait);
        brood__eventcount_wake_unlocked(&ring->space);
    }
    if (wait.slept && has_items(ring)) {
        brood__eventcount_wake(&ring->items);
    }
    return rv;
}
