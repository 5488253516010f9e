/* The ring's segment: making it, and opening one that has arrived.
 *
 * A ring that arrives is believed in nothing: what its head says is checked once and copied,
 * and the copies are what this process works with. */
#include "ring.h"

#include "os/handle.h"
#include "payload.h"
#include "ring_newest.h"
#include <string.h>

/* Of address space beside the ring, all of it mapped. */
#ifndef BROOD_QUEUE_SPACE_MIB
#define BROOD_QUEUE_SPACE_MIB 4096
#endif
#define SPACE_MOST ((uint64_t)BROOD_QUEUE_SPACE_MIB << 20)
#define SPACE_MOST_32 (SPACE_MOST < (128u << 20) ? SPACE_MOST : 128u << 20)
#define MESSAGE_MOST ((2ull << 30) - 4096)

/* How many messages can lie beside the ring: large ones; all of a queue with leases. */
#define PAYLOADS 1024u
#define PAYLOADS_LEASED 16384u

static void ring_sweep(brood__sweeper_t *sweeper, uint32_t dead) {
    brood__ring_t *ring = (brood__ring_t *)sweeper;
    brood__lockword_sweep(&ring->put_lock, dead);
    brood__lockword_sweep(&ring->get_lock, dead);
    brood__payload_sweep(ring, dead);
    /* The dead one may have owed a wake-up. */
    brood_os_unpark(&ring->items, INT32_MAX);
    brood_os_unpark(&ring->space, INT32_MAX);
    brood_os_unpark(&ring->places, INT32_MAX);
    brood_os_unpark(&ring->joined, INT32_MAX);
}

/* Those in the ring, if any lie there, that are no larger than the largest message. */
static size_t quick_below(const brood__ring_t *ring) {
    int64_t largest = (int64_t)ring->message_max;
    return 1 + (size_t)(ring->inline_limit < largest ? ring->inline_limit : largest);
}

/* So much a process can map. */
static uint64_t reach_most(void) {
    return sizeof(void *) == 4 ? SPACE_MOST_32 : SPACE_MOST;
}

static uint64_t space_most(void) {
    uint64_t sparse = brood_os_memory_sparse_limit();
    return sparse < reach_most() ? sparse : reach_most();
}

/* The largest message that the space beside the ring can take. */
static uint64_t largest(uint64_t space) {
    return space / 2 < MESSAGE_MOST ? space / 2 : MESSAGE_MOST;
}

/* The copies of what the head says, which nobody changes any more. */
static void ring_read(brood__ring_t *ring, brood__segment_t *segment) {
    brood__ring_shared_t *shared = (brood__ring_shared_t *)segment->base;
    memset(ring, 0, sizeof *ring);
    ring->segment = segment;
    ring->shared = shared;
    ring->capacity = shared->capacity;
    ring->payload_count = shared->payload_count;
    ring->payload_offset = shared->payload_offset;
    ring->payload_size = shared->payload_size;
    ring->message_max = shared->message_max;
    ring->payload_reach =
        ring->payload_size < reach_most() ? ring->payload_size : reach_most();
    if (ring->message_max > largest(ring->payload_reach)) {
        ring->message_max = largest(ring->payload_reach);
    }
    ring->max_items = shared->max_items;
    ring->flags = shared->flags;
    ring->deliveries_max = shared->deliveries_max;
}

/* Where the ring itself begins. */
static uint64_t data_offset(const brood__ring_t *ring) {
    return sizeof *ring->shared + brood__payload_table_size(ring->payload_count);
}

static void ring_bind(brood__ring_t *ring) {
    brood__segment_t *segment = ring->segment;
    brood__ring_shared_t *shared = ring->shared;
    ring->data = segment->base + data_offset(ring);
    ring->payloads = (brood__payload_t *)(void *)(segment->base + sizeof *shared);
    ring->inline_limit =
        (ring->flags & BROOD__RING_LEASES) ? -1 : (int64_t)(ring->capacity / 4);
    ring->quick_below = quick_below(ring);
    ring->put_lock = brood__segment_word(segment, &shared->put_lock);
    ring->get_lock = brood__segment_word(segment, &shared->get_lock);
    ring->items = brood__segment_word(segment, &shared->items);
    ring->space = brood__segment_word(segment, &shared->space);
    ring->places = brood__segment_word(segment, &shared->places);
    ring->joined = brood__segment_word(segment, &shared->joined);
    ring->sweeper.sweep = ring_sweep;
    brood__sweeper_add(&ring->sweeper);
}

static uint32_t payloads_of(const brood__ring_limits_t *limits) {
    if (!(limits->flags & BROOD__RING_LEASES)) {
        return PAYLOADS;
    }
    return limits->max_items == 0 || limits->max_items > PAYLOADS_LEASED
               ? PAYLOADS_LEASED
               : limits->max_items + PAYLOADS / 16;
}

static void describe(brood__ring_shared_t *shared, const brood__ring_limits_t *limits) {
    shared->capacity = limits->capacity;
    shared->max_items = limits->max_items;
    atomic_store_explicit(&shared->newest_at, BROOD__NEWEST_NONE, memory_order_relaxed);
    shared->flags = limits->flags;
    shared->deliveries_max = limits->deliveries_max;
    shared->payload_count = payloads_of(limits);
    shared->data_offset =
        sizeof *shared + brood__payload_table_size(shared->payload_count);
    shared->message_max = largest(shared->payload_size);
    if (limits->message_max != 0 && limits->message_max < shared->message_max) {
        shared->message_max = limits->message_max;
    }
}

apr_status_t brood__ring_create(brood__ring_t *ring, const brood__ring_limits_t *limits) {
    brood__segment_t *segment;
    brood__ring_shared_t *shared;
    uint64_t unit = brood_os_memory_granularity();
    uint64_t committed = sizeof *shared + brood__payload_table_size(payloads_of(limits)) +
                         limits->capacity;
    uint64_t offset = (committed + unit - 1) / unit * unit;
    apr_status_t rv = brood__session_ensure();
    if (rv == APR_SUCCESS) {
        rv = brood__segment_create(&segment, BROOD__SEGMENT_QUEUE, offset + space_most(),
                                   (size_t)committed);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    shared = (brood__ring_shared_t *)segment->base;
    shared->payload_offset = offset;
    shared->payload_size = space_most();
    describe(shared, limits);
    ring_read(ring, segment);
    ring_bind(ring);
    return APR_SUCCESS;
}

static int payloads_are_sane(const brood__ring_t *ring) {
    uint64_t unit = brood_os_memory_granularity();
    const brood__segment_t *segment = ring->segment;
    return ring->payload_count <= PAYLOADS_LEASED && ring->payload_offset % unit == 0 &&
           ring->payload_offset >= segment->mapped && ring->payload_size % unit == 0 &&
           ring->payload_size <= SPACE_MOST && ring->payload_offset <= segment->size &&
           ring->payload_size <= segment->size - ring->payload_offset &&
           ring->shared->message_max <= largest(ring->payload_size) &&
           ring->deliveries_max <= BROOD__PAYLOAD_DELIVERIES_MOST;
}

static int layout_is_sane(const brood__ring_t *ring) {
    const brood__segment_t *segment = ring->segment;
    return payloads_are_sane(ring) && ring->capacity >= 4096 &&
           (ring->capacity & (ring->capacity - 1)) == 0 &&
           ring->shared->data_offset == data_offset(ring) &&
           data_offset(ring) <= segment->mapped &&
           ring->capacity <= segment->mapped - data_offset(ring) &&
           ring->max_items <= BROOD__MARK_COUNT_MASK &&
           (ring->flags & ~(BROOD__RING_JOINABLE | BROOD__RING_LEASES)) == 0;
}

apr_status_t brood__ring_attach(brood__ring_t *ring, brood_os_handle_t memory) {
    brood__segment_t *segment;
    apr_status_t rv = brood__segment_attach(&segment, BROOD__SEGMENT_QUEUE, memory);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (segment->mapped <= sizeof *ring->shared) {
        brood__segment_release(segment);
        return brood__fail(BROOD_EFORGED, "a queue that arrived has no head");
    }
    ring_read(ring, segment);
    if (!layout_is_sane(ring)) {
        brood__segment_release(segment);
        return brood__fail(BROOD_EFORGED, "a queue that arrived has impossible sizes");
    }
    ring_bind(ring);
    return APR_SUCCESS;
}

void brood__ring_close(brood__ring_t *ring) {
    brood__sweeper_remove(&ring->sweeper);
    brood__payload_close(ring);
    brood__segment_release(ring->segment);
    ring->segment = NULL;
}
