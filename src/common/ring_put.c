/* Ring: putting. ring.c says what holds if a producer dies on its way. */
#include "ring.h"

#include "eventcount.h"
#include "os/fault.h"

/* Room for a record, looking at the other end's mark through the copy while that is good
 * enough. */
static int room_for(brood__ring_t *ring, uint64_t tail, uint64_t bytes) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t head = atomic_load_explicit(&shared->head_seen, memory_order_relaxed);
    for (int fresh = 0; fresh < 2; fresh++) {
        if (brood__mark_bytes(tail, head) + bytes <= ring->capacity &&
            brood__mark_items(tail, head) < brood__ring_items_most(ring)) {
            return 1;
        }
        if (fresh == 0) {
            /* acquire: pairs with the release of head; the consumer is done with the bytes */
            head = atomic_load_explicit(&shared->head, memory_order_acquire);
            atomic_store_explicit(&shared->head_seen, head, memory_order_relaxed);
            brood__ring_seen(ring, tail, head);
        }
    }
    return 0;
}

/* A mark counts 24 bits of messages; no more may be unfinished, or they could not be told
 * from none. */
static int room_for_task(const brood__ring_t *ring, uint64_t tail) {
    /* relaxed: only ever grows, and with it the room */
    uint32_t done = atomic_load_explicit(&ring->shared->done, memory_order_relaxed);
    return !(ring->flags & BROOD__RING_JOINABLE) ||
           ((brood__mark_count(tail) - done) & BROOD__MARK_COUNT_MASK) <
               BROOD__MARK_COUNT_MASK;
}

/* Writes the next message behind *tail, with put_lock held, and moves *tail on. APR_EAGAIN:
 * there is no room. Nobody sees it before it is published. */
static apr_status_t record_write(brood__ring_t *ring, uint64_t *tail,
                                 const brood__ring_put_t *put) {
    size_t size = brood__ring_put_size(put);
    uint64_t bytes = brood__ring_record_size(ring, size);
    uint64_t gap = brood__ring_gap_before(ring, *tail, bytes);
    uint64_t at = *tail;
    brood__record_t *record;
    if (!room_for(ring, at, bytes + gap) || !room_for_task(ring, at) ||
        (size > ring->inline_limit && !brood__bulk_has_room(ring, size))) {
        return APR_EAGAIN;
    }
    if (gap != 0) {
        brood__ring_record_at(ring, at)->size = 0;
        brood__ring_record_at(ring, at)->flags = BROOD__RECORD_SKIP;
        at = brood__mark_after(at, gap, 0);
    }
    record = brood__ring_record_at(ring, at);
    record->size = (uint32_t)size;
    record->flags = 0;
    BROOD_KILL_POINT("queue.put.reserved");
    if (size > ring->inline_limit) {
        uint64_t next_tail;
        apr_status_t rv =
            brood__bulk_write(ring, put, (uint64_t *)(void *)(record + 1), &next_tail);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        atomic_store_explicit(&ring->shared->bulk_tail, next_tail, memory_order_relaxed);
    } else {
        put->fill(put->context, put->done, record + 1, size);
    }
    *tail = brood__mark_after(at, bytes, 1);
    return APR_SUCCESS;
}

/* Writes and publishes what there is room for, with put_lock held. */
static apr_status_t records_put(brood__ring_t *ring, brood__ring_put_t *put) {
    brood__ring_shared_t *shared = ring->shared;
    uint64_t tail = atomic_load_explicit(&shared->tail, memory_order_relaxed);
    uint64_t bytes = 0;
    size_t before = put->done;
    apr_status_t rv = APR_SUCCESS;
    if (brood__ring_state(ring) != BROOD__RING_OPEN) {
        return brood__fail(BROOD_ESHUTDOWN, "the queue has been shut down");
    }
    while (put->done < put->count) {
        rv = record_write(ring, &tail, put);
        if (rv != APR_SUCCESS) {
            break;
        }
        bytes += brood__ring_put_size(put);
        put->done++;
    }
    if (put->done == before) {
        return rv;
    }
    BROOD_KILL_POINT("queue.put.copied");
    /* release: publishes the records; pairs with the acquire of tail in message_there() */
    atomic_store_explicit(&shared->tail, tail, memory_order_release);
    BROOD_KILL_POINT("queue.put.published");
    brood__ring_add(&shared->puts, put->done - before);
    brood__ring_add(&shared->put_bytes, bytes);
    return rv;
}

/* One try with put_lock: APR_EAGAIN when there is no room for all. */
static apr_status_t put_try(brood__ring_t *ring, brood__ring_put_t *put,
                            brood_os_deadline_t deadline) {
    apr_status_t rv = brood__ring_lock(&ring->put_lock, &ring->put_pace,
                                       &ring->shared->put_deaths, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    BROOD_KILL_POINT("queue.put.locked");
    rv = records_put(ring, put);
    brood__lockword_release(&ring->put_lock);
    return rv;
}

static int room_or_end(void *ring, size_t size) {
    return !brood__ring_is_full(ring, size) ||
           brood__ring_state(ring) != BROOD__RING_OPEN;
}

/* As many consumers as there are new messages may be asleep. */
static void wake_consumers(brood__ring_t *ring, size_t messages) {
    brood__eventcount_wake_unlocked(&ring->items);
    for (size_t i = 1; i < messages && brood__eventcount_sleepers(&ring->items); i++) {
        brood__eventcount_wake(&ring->items);
    }
}

apr_status_t brood__ring_put(brood__ring_t *ring, brood__ring_put_t *put,
                             brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->put_pace, deadline);
    apr_status_t rv = put_try(ring, put, deadline);
    while (rv == APR_EAGAIN) { /* ends with room, a failure or the deadline */
        BROOD_KILL_POINT("queue.put.waiting");
        if (put->done > 0) {
            wake_consumers(ring, put->done);
        }
        atomic_fetch_add_explicit(&ring->shared->put_waits, 1, memory_order_relaxed);
        rv = brood__eventcount_wait(&ring->space, &wait, room_or_end, ring,
                                    brood__ring_put_size(put));
        if (rv == APR_SUCCESS) {
            rv = put_try(ring, put, deadline);
        }
    }
    if (put->done > 0) {
        BROOD_KILL_POINT("queue.put.unlocked");
        wake_consumers(ring, put->done);
    }
    if (rv == APR_SUCCESS) {
        brood__wait_end(&wait);
    }
    if (wait.slept && !brood__ring_is_full(ring, 0)) {
        brood__eventcount_wake(&ring->space);
    }
    return rv;
}
