/* Bulk: messages too large for the ring, in address space of the same segment.
 *
 * The bulk space is a ring of its own, used in the same order as the messages: its positions
 * only grow and a message lies in one piece. The first WARM_MOST bytes of it are its warm
 * part: once used they keep their pages, and each side keeps them mapped, because making and
 * giving back pages costs more than copying the message. It is gone back to as soon as its
 * beginning is free. Elsewhere pages and mappings exist only while a message waits.
 *
 * Shared state:
 *   bulk_tail  written under put_lock just before the record is published. A producer that
 *              dies earlier leaves pages that the next large message overwrites.
 *   bulk_head  written under get_lock after the record was taken. A consumer that dies
 *              between the two leaves pages that the next large message taken gives back,
 *              for it gives back everything from bulk_head to its own end.
 *   bulk_warm  written under put_lock after so much of the warm part has got its pages. A
 *              producer that dies earlier leaves pages that are asked for once more. */
#include "ring.h"

#include "os/fault.h"
#include "os/memory.h"
#include "status.h"

#define WARM_MOST (8ull << 20)

static uint64_t round_up(uint64_t size) {
    uint64_t unit = brood_os_memory_granularity();
    return (size + unit - 1) / unit * unit;
}

static uint64_t warm_size(const brood__ring_t *ring) {
    return ring->bulk_size < WARM_MOST ? ring->bulk_size : WARM_MOST;
}

static int is_warm(const brood__ring_t *ring, uint64_t at, uint64_t need) {
    return at + need <= warm_size(ring);
}

/* Where a message of `need` bytes would begin: at the tail, or once round when it would not
 * lie in one piece there, or would be cold while the warm part has room again. */
static uint64_t bulk_start(const brood__ring_t *ring, uint64_t tail, uint64_t head,
                           uint64_t need) {
    uint64_t at = tail % ring->bulk_size;
    uint64_t round = tail - at + ring->bulk_size;
    if (is_warm(ring, at, need)) {
        return tail;
    }
    if (at + need > ring->bulk_size ||
        (is_warm(ring, 0, need) && round + need - head <= ring->bulk_size)) {
        return round;
    }
    return tail;
}

/* The place of a message. `warm` is this side's mapping of the warm part, made when it is
 * first needed. */
static apr_status_t place_map(brood__ring_t *ring, uint8_t **warm, uint64_t at,
                              uint64_t need, void **place) {
    brood_os_handle_t memory = ring->segment->memory;
    void *mapped;
    apr_status_t rv;
    *place = NULL;
    if (!is_warm(ring, at, need)) {
        return brood_os_memory_map(memory, ring->bulk_offset + at, (size_t)need, place);
    }
    if (*warm == NULL) {
        rv = brood_os_memory_map(memory, ring->bulk_offset, (size_t)warm_size(ring),
                                 &mapped);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        *warm = mapped;
    }
    *place = *warm + at;
    return APR_SUCCESS;
}

static void place_unmap(const brood__ring_t *ring, uint64_t at, uint64_t need,
                        void *place) {
    if (!is_warm(ring, at, need)) {
        brood_os_memory_unmap(place, (size_t)need);
    }
}

/* Gives a place its pages, unless it has kept them. */
static apr_status_t place_commit(brood__ring_t *ring, uint64_t at, uint64_t need,
                                 void *place) {
    _Atomic uint64_t *warm = &ring->shared->bulk_warm;
    uint64_t have = atomic_load_explicit(warm, memory_order_relaxed);
    apr_status_t rv;
    if (is_warm(ring, at, need) && at + need <= have) {
        return APR_SUCCESS;
    }
    rv = brood_os_memory_commit(ring->segment->memory, ring->bulk_offset + at,
                                (size_t)need, place);
    if (rv == APR_SUCCESS && is_warm(ring, at, need) && at <= have) {
        atomic_store_explicit(warm, at + need, memory_order_relaxed);
    }
    return rv;
}

void brood__bulk_close(brood__ring_t *ring) {
    brood_os_memory_unmap(ring->warm_put, (size_t)warm_size(ring));
    brood_os_memory_unmap(ring->warm_get, (size_t)warm_size(ring));
    ring->warm_put = ring->warm_get = NULL;
}

int brood__bulk_has_room(brood__ring_t *ring, size_t size) {
    uint64_t need = round_up(size);
    uint64_t tail = atomic_load_explicit(&ring->shared->bulk_tail, memory_order_relaxed);
    /* acquire: pairs with the release in brood__bulk_give_back; the pages are done with */
    uint64_t head = atomic_load_explicit(&ring->shared->bulk_head, memory_order_acquire);
    return bulk_start(ring, tail, head, need) + need - head <= ring->bulk_size;
}

apr_status_t brood__bulk_write(brood__ring_t *ring, const brood__ring_put_t *put,
                               uint64_t *where, uint64_t *next_tail) {
    size_t size = brood__ring_put_size(put);
    uint64_t need = round_up(size);
    uint64_t tail = atomic_load_explicit(&ring->shared->bulk_tail, memory_order_relaxed);
    /* acquire: pairs with the release in brood__bulk_give_back; a head that has moved on since
     * brood__bulk_has_room() looked only leaves more room */
    uint64_t head = atomic_load_explicit(&ring->shared->bulk_head, memory_order_acquire);
    uint64_t start = bulk_start(ring, tail, head, need);
    uint64_t at = start % ring->bulk_size;
    void *place;
    apr_status_t rv = place_map(ring, &ring->warm_put, at, need, &place);
    if (rv == APR_SUCCESS) {
        rv = place_commit(ring, at, need, place);
        if (rv == APR_SUCCESS) {
            BROOD_KILL_POINT("queue.put.block");
            put->fill(put->context, put->done, place, size);
        }
        place_unmap(ring, at, need, place);
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
    rv = place_map(ring, &ring->warm_get, at, need, &place);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "mapping a message of %llu bytes",
                           (unsigned long long)size);
    }
    rv = drain(context, place, size);
    place_unmap(ring, at, need, place);
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
        uint64_t kept = at < warm_size(ring) ? warm_size(ring) - at : 0;
        if (kept < piece) {
            /* Where the system cannot, the pages wait for the next large message. */
            (void)brood_os_memory_decommit(ring->segment->memory,
                                           ring->bulk_offset + at + kept,
                                           (size_t)(piece - kept));
        }
        head += piece;
    }
    /* release: pairs with the acquire in brood__bulk_has_room */
    atomic_store_explicit(&ring->shared->bulk_head, end, memory_order_release);
}
