/* The ring's segment: making it, and opening one that has arrived.
 *
 * A ring that arrives is believed in nothing: what its head says is checked once and copied,
 * and the copies are what this process works with. */
#include "ring.h"

#include "os/handle.h"
#include "status.h"
#include <string.h>

#define BULK_MOST (4ull << 30)
#define MESSAGE_MOST ((2ull << 30) - 4096)

static void ring_sweep(brood__sweeper_t *sweeper, uint32_t dead) {
    brood__ring_t *ring = (brood__ring_t *)sweeper;
    brood__lockword_sweep(&ring->put_lock, dead);
    brood__lockword_sweep(&ring->get_lock, dead);
    /* The dead one may have owed a wake-up. */
    brood_os_unpark(&ring->items, INT32_MAX);
    brood_os_unpark(&ring->space, INT32_MAX);
    brood_os_unpark(&ring->joined, INT32_MAX);
}

static void ring_bind(brood__ring_t *ring, brood__segment_t *segment) {
    brood__ring_shared_t *shared = (brood__ring_shared_t *)segment->base;
    memset(ring, 0, sizeof *ring);
    ring->segment = segment;
    ring->shared = shared;
    ring->capacity = shared->capacity;
    ring->data = segment->base + sizeof *shared;
    ring->bulk_offset = shared->bulk_offset;
    ring->bulk_size = shared->bulk_size;
    ring->inline_limit = shared->capacity / 4;
    ring->message_max = shared->message_max;
    ring->max_items = shared->max_items;
    ring->flags = shared->flags;
    ring->put_lock = brood__segment_word(segment, &shared->put_lock);
    ring->get_lock = brood__segment_word(segment, &shared->get_lock);
    ring->items = brood__segment_word(segment, &shared->items);
    ring->space = brood__segment_word(segment, &shared->space);
    ring->joined = brood__segment_word(segment, &shared->joined);
    ring->sweeper.sweep = ring_sweep;
    brood__sweeper_add(&ring->sweeper);
}

/* The largest message that the space beside the ring can take. */
static uint64_t largest(uint64_t bulk_size) {
    uint64_t limit = bulk_size / 2 < MESSAGE_MOST ? bulk_size / 2 : MESSAGE_MOST;
    return limit < SIZE_MAX / 2 ? limit : SIZE_MAX / 2;
}

apr_status_t brood__ring_create(brood__ring_t *ring, const brood__ring_limits_t *limits) {
    brood__segment_t *segment;
    brood__ring_shared_t *shared;
    uint64_t unit = brood_os_memory_granularity();
    uint64_t committed = sizeof *shared + limits->capacity;
    uint64_t sparse = brood_os_memory_sparse_limit();
    uint64_t bulk_offset = (committed + unit - 1) / unit * unit;
    uint64_t bulk_size = sparse < BULK_MOST ? sparse : BULK_MOST;
    apr_status_t rv = brood__session_ensure();
    if (rv == APR_SUCCESS) {
        rv = brood__segment_create(&segment, BROOD__SEGMENT_QUEUE,
                                   bulk_offset + bulk_size, (size_t)committed);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    shared = (brood__ring_shared_t *)segment->base;
    shared->capacity = limits->capacity;
    shared->data_offset = sizeof *shared;
    shared->bulk_offset = bulk_offset;
    shared->bulk_size = bulk_size;
    shared->max_items = limits->max_items;
    shared->flags = limits->flags;
    shared->message_max = largest(bulk_size);
    if (limits->message_max != 0 && limits->message_max < shared->message_max) {
        shared->message_max = limits->message_max;
    }
    ring_bind(ring, segment);
    return APR_SUCCESS;
}

static int layout_is_sane(const brood__segment_t *segment) {
    const brood__ring_shared_t *shared = (const brood__ring_shared_t *)segment->base;
    uint64_t unit = brood_os_memory_granularity();
    return segment->mapped > sizeof *shared && shared->capacity >= 4096 &&
           (shared->capacity & (shared->capacity - 1)) == 0 &&
           shared->capacity <= segment->mapped - sizeof *shared &&
           shared->data_offset == sizeof *shared && shared->bulk_offset % unit == 0 &&
           shared->bulk_offset >= segment->mapped && shared->bulk_size % unit == 0 &&
           shared->bulk_offset <= segment->size &&
           shared->bulk_size <= segment->size - shared->bulk_offset &&
           shared->max_items <= BROOD__MARK_COUNT_MASK &&
           shared->message_max <= largest(shared->bulk_size) &&
           (shared->flags & ~BROOD__RING_JOINABLE) == 0;
}

apr_status_t brood__ring_attach(brood__ring_t *ring, brood_os_handle_t memory) {
    brood__segment_t *segment;
    apr_status_t rv = brood__segment_attach(&segment, BROOD__SEGMENT_QUEUE, memory);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!layout_is_sane(segment)) {
        brood__segment_release(segment);
        return brood__fail(BROOD_EFORGED, "a queue that arrived has impossible sizes");
    }
    ring_bind(ring, segment);
    return APR_SUCCESS;
}

void brood__ring_close(brood__ring_t *ring) {
    brood__sweeper_remove(&ring->sweeper);
    brood__bulk_close(ring);
    brood__segment_release(ring->segment);
    ring->segment = NULL;
}
