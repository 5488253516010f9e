/* Bulk: messages too large for the ring, in address space of the same segment.
 *
 * The bulk space is a ring of its own, used in the same order as the messages: its positions
 * only grow, a message lies in one piece, and its pages exist only while it waits.
 *
 * Shared state:
 *   bulk_tail  written under put_lock just before the record is published. A producer that
 *              dies earlier leaves pages that the next large message overwrites.
 *   bulk_head  written under get_lock after the record was taken. A consumer that dies
 *              between the two leaves pages that the next large message taken gives back,
 *              for it gives back everything from bulk_head to its own end. */
#include "ring.h"

#include "os/fault.h"
#include "os/memory.h"
#include "status.h"

static uint64_t round_up(uint64_t size) {
    uint64_t unit = brood_os_memory_granularity();
    return (size + unit - 1) / unit * unit;
}

/* Where a message of `size` bytes would begin; it must not wrap. */
static uint64_t bulk_start(const brood__ring_t *ring, uint64_t tail, uint64_t size) {
    uint64_t at = tail % ring->bulk_size;
    return at + size <= ring->bulk_size ? tail : tail - at + ring->bulk_size;
}

int brood__bulk_has_room(brood__ring_t *ring, size_t size) {
    uint64_t need = round_up(size);
    uint64_t tail = atomic_load_explicit(&ring->shared->bulk_tail, memory_order_relaxed);
    /* acquire: pairs with the release in brood__bulk_give_back; the pages are done with */
    uint64_t head = atomic_load_explicit(&ring->shared->bulk_head, memory_order_acquire);
    return bulk_start(ring, tail, need) + need - head <= ring->bulk_size;
}

apr_status_t brood__bulk_write(brood__ring_t *ring, size_t size, brood__ring_fill_t *fill,
                               void *context, uint64_t *where, uint64_t *next_tail) {
    uint64_t need = round_up(size);
    uint64_t tail = atomic_load_explicit(&ring->shared->bulk_tail, memory_order_relaxed);
    uint64_t start = bulk_start(ring, tail, need);
    uint64_t offset = ring->bulk_offset + start % ring->bulk_size;
    brood_os_handle_t memory = ring->segment->memory;
    void *place;
    apr_status_t rv = brood_os_memory_map(memory, offset, (size_t)need, &place);
    if (rv == APR_SUCCESS) {
        rv = brood_os_memory_commit(memory, offset, (size_t)need, place);
        if (rv == APR_SUCCESS) {
            BROOD_KILL_POINT("queue.put.block");
            fill(context, place, size);
        }
        brood_os_memory_unmap(place, (size_t)need);
    }
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "memory for a message of %llu bytes",
                           (unsigned long long)size);
    }
    *where = start;
    *next_tail = start + need;
    return APR_SUCCESS;
}

apr_status_t brood__bulk_read(brood__ring_t *ring, uint64_t where, size_t size,
                              brood__ring_drain_t *drain, void *context) {
    uint64_t at = where % ring->bulk_size;
    uint64_t need = round_up(size);
    void *place;
    apr_status_t rv;
    if (size == 0 || at % brood_os_memory_granularity() != 0 ||
        need > ring->bulk_size - at) {
        return brood__fail(BROOD_EFORGED, "a large message lies outside the queue");
    }
    rv = brood_os_memory_map(ring->segment->memory, ring->bulk_offset + at, (size_t)need,
                             &place);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "mapping a message of %llu bytes",
                           (unsigned long long)size);
    }
    rv = drain(context, place, size);
    brood_os_memory_unmap(place, (size_t)need);
    return rv;
}

void brood__bulk_give_back(brood__ring_t *ring, uint64_t where, size_t size) {
    uint64_t head = atomic_load_explicit(&ring->shared->bulk_head, memory_order_relaxed);
    uint64_t end = where + round_up(size);
    if (end - head > ring->bulk_size) {
        head = where;
    }
    while (head != end) {
        uint64_t at = head % ring->bulk_size;
        uint64_t piece =
            end - head < ring->bulk_size - at ? end - head : ring->bulk_size - at;
        /* Where the system cannot, the pages wait for the next large message. */
        (void)brood_os_memory_decommit(ring->segment->memory, ring->bulk_offset + at,
                                       (size_t)piece);
        head += piece;
    }
    /* release: pairs with the acquire in brood__bulk_has_room */
    atomic_store_explicit(&ring->shared->bulk_head, end, memory_order_release);
}
