/* Ring: putting. ring.c says what holds if a producer dies on its way. */
#include "payload.h"

#include "eventcount.h"
#include "os/clock.h"
#include "os/fault.h"
#include "ring_steps.h"

static apr_status_t is_shut(const brood__ring_t *ring) {
    return brood__ring_state(ring) == BROOD__RING_OPEN
               ? APR_SUCCESS
               : brood__fail(BROOD_ESHUTDOWN, "the queue has been shut down");
}

/* ---- in the ring -------------------------------------------------------------------- */

/* Writes and publishes what there is room for, up to a message that goes beside the ring. */
static apr_status_t records_put(brood__ring_t *ring, brood__ring_put_t *put) {
    brood__room_t room = brood__ring_put_begin(ring);
    uint64_t bytes = 0;
    size_t before = put->done;
    apr_status_t rv = is_shut(ring);
    while (rv == APR_SUCCESS && put->done < put->count) {
        size_t size = brood__ring_put_size(put);
        brood__record_t *record;
        if (brood__ring_is_beside(ring, size)) {
            break;
        }
        record = brood__ring_record_begin(ring, &room, brood__record_bytes(size));
        if (record == NULL) {
            rv = APR_EAGAIN;
            break;
        }
        record->size = (uint32_t)size;
        record->flags = 0;
        put->fill(put->context, put->done, record + 1, size);
        bytes += size;
        put->done++;
    }
    if (put->done != before) {
        brood__ring_publish(ring, room.tail, bytes);
    }
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
    (void)brood__lockword_release(&ring->put_lock);
    return rv;
}

static int room_or_end(void *ring, size_t size) {
    return !brood__ring_is_full(ring, size) ||
           brood__ring_state(ring) != BROOD__RING_OPEN;
}

/* Waits for room for a record of a message of that size. */
static apr_status_t wait_for_room(brood__ring_t *ring, brood__wait_t *wait, size_t size) {
    BROOD_KILL_POINT("queue.put.waiting");
    atomic_fetch_add_explicit(&ring->shared->put_waits, 1, memory_order_relaxed);
    return brood__fail_plainly(
        brood__eventcount_wait(&ring->space, wait, room_or_end, ring, size));
}

/* After a put that may have slept: the wake-up of one who has died is passed on. */
static void put_end(brood__ring_t *ring, brood__wait_t *wait, apr_status_t rv) {
    if (rv == APR_SUCCESS) {
        brood__wait_end(wait);
    }
    if (wait->slept && !brood__ring_is_full(ring, 0)) {
        brood__eventcount_wake(&ring->space);
    }
}

/* Those up to a message that goes beside the ring. */
static apr_status_t put_inside(brood__ring_t *ring, brood__ring_put_t *put,
                               brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->put_pace, deadline);
    size_t told = put->done;
    apr_status_t rv = put_try(ring, put, deadline);
    while (rv == APR_EAGAIN) { /* ends with room, a failure or the deadline */
        if (put->done != told) {
            brood__ring_wake_unlocked(ring, put->done - told);
            told = put->done;
        }
        rv = wait_for_room(ring, &wait, brood__ring_put_size(put));
        if (rv == APR_SUCCESS) {
            rv = put_try(ring, put, deadline);
        }
    }
    if (put->done != told) {
        BROOD_KILL_POINT("queue.put.unlocked");
        brood__ring_wake_unlocked(ring, put->done - told);
    }
    put_end(ring, &wait, rv);
    return rv;
}

/* ---- beside the ring ---------------------------------------------------------------- */

/* One try with put_lock to publish the record of a payload. */
static apr_status_t payload_try(brood__ring_t *ring, const brood__held_t *held,
                                brood_os_deadline_t deadline) {
    uint32_t size = brood__payload_size(ring, held);
    apr_status_t rv = brood__ring_lock(&ring->put_lock, &ring->put_pace,
                                       &ring->shared->put_deaths, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = is_shut(ring);
    if (rv == APR_SUCCESS) {
        brood__room_t room = brood__ring_put_begin(ring);
        brood__record_t *record =
            brood__ring_record_begin(ring, &room, brood__record_bytes(sizeof(uint64_t)));
        if (record != NULL) {
            record->size = size;
            record->flags = BROOD__RECORD_BESIDE;
            *(uint64_t *)(void *)(record + 1) = brood__payload_record(held);
            brood__payload_put_at(ring, held,
                                  brood__mark_position(room.tail) -
                                      brood__record_bytes(sizeof(uint64_t)));
            brood__ring_publish(ring, room.tail, size);
        } else {
            rv = APR_EAGAIN;
        }
    }
    (void)brood__lockword_release(&ring->put_lock);
    return rv;
}

apr_status_t brood__ring_put_payload(brood__ring_t *ring, brood__held_t *held,
                                     brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->put_pace, deadline);
    apr_status_t rv = payload_try(ring, held, deadline);
    while (rv == APR_EAGAIN) { /* ends with room, a failure or the deadline */
        rv = wait_for_room(ring, &wait, SIZE_MAX / 2);
        if (rv == APR_SUCCESS) {
            rv = payload_try(ring, held, deadline);
        }
    }
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("queue.put.unlocked");
        /* A consumer may have it already. */
        (void)brood__payload_let_go(ring, held, BROOD__PAYLOAD_QUEUED);
        brood__ring_wake(ring);
    }
    put_end(ring, &wait, rv);
    return rv;
}

/* Waiting for a payload to become free. */
typedef struct frees_t {
    brood__ring_t *ring;
    uint32_t seen;
    int64_t again_ns; /* and then in any case: who frees one may die before it says so */
} frees_t;

static int frees_moved(void *context, size_t size) {
    frees_t *frees = context;
    (void)size;
    return atomic_load_explicit(&frees->ring->shared->payload_frees,
                                memory_order_relaxed) != frees->seen ||
           brood__ring_state(frees->ring) != BROOD__RING_OPEN ||
           brood_os_now_ns() >= frees->again_ns;
}

/* How many bytes of messages may lie beside the ring. */
static uint64_t most_beside(const brood__ring_t *ring) {
    return ring->capacity > BROOD__PAYLOADS_LEAST ? ring->capacity
                                                  : BROOD__PAYLOADS_LEAST;
}

/* Another may be free, or this one have been woken for nothing. */
static void reserve_end(brood__ring_t *ring, brood__wait_t *wait, apr_status_t rv) {
    if (rv == APR_SUCCESS) {
        brood__wait_end(wait);
    }
    if (wait->slept) {
        brood__eventcount_wake(&ring->places);
    }
}

apr_status_t brood__ring_reserve(brood__ring_t *ring, size_t size, brood__held_t *held,
                                 brood_os_deadline_t deadline) {
    brood__wait_t wait = brood__wait_begin(&ring->put_pace, deadline);
    apr_status_t rv;
    for (;;) { /* ends with a payload, a failure, the end or the deadline */
        frees_t frees = {ring, 0, brood_os_now_ns() + BROOD__SLICE_NS};
        /* acquire: before the look; pairs with the fence of brood__eventcount_wake() */
        frees.seen =
            atomic_load_explicit(&ring->shared->payload_frees, memory_order_acquire);
        rv = is_shut(ring);
        if (rv == APR_SUCCESS) {
            rv = brood__payload_reserve(ring, size, most_beside(ring), held, deadline);
        }
        if (rv == APR_EAGAIN) {
            rv = brood__fail_plainly(
                brood__eventcount_wait(&ring->places, &wait, frees_moved, &frees, 0));
            if (rv == APR_SUCCESS) {
                continue;
            }
        }
        reserve_end(ring, &wait, rv);
        return rv;
    }
}

static apr_status_t put_beside(brood__ring_t *ring, brood__ring_put_t *put,
                               brood_os_deadline_t deadline) {
    size_t size = brood__ring_put_size(put);
    brood__held_t held;
    void *place;
    uint32_t room;
    apr_status_t rv = brood__ring_reserve(ring, size, &held, deadline);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__payload_place(ring, &held, &place, &room);
    if (rv == APR_SUCCESS && room < size) {
        rv = brood__fail(BROOD_EFORGED, "a reserved place has become smaller");
    }
    if (rv == APR_SUCCESS) {
        put->fill(put->context, put->done, place, size);
        rv = brood__ring_put_payload(ring, &held, deadline);
    }
    if (rv != APR_SUCCESS) {
        (void)brood__payload_free(ring, &held);
        return rv;
    }
    put->done++;
    return APR_SUCCESS;
}

apr_status_t brood__ring_put(brood__ring_t *ring, brood__ring_put_t *put,
                             brood_os_deadline_t deadline) {
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS && put->done < put->count) {
        rv = brood__ring_is_beside(ring, brood__ring_put_size(put))
                 ? put_beside(ring, put, deadline)
                 : put_inside(ring, put, deadline);
    }
    return rv;
}
