/* Payloads: their memory.
 *
 * The address space behind the segment's committed part is cut into chunks of a power of two.
 * A payload has one chunk at a time and keeps it from message to message; what it must have
 * for another size is found in the gaps between the chunks of all.
 *
 * Shared state:
 *   chunk            where it is, how large, and how much of it has memory. Changed only by the
 *                    payload's owner. A place is given or taken away under put_lock alone, so
 *                    that the gaps stand still meanwhile, and by one store: a death leaves the
 *                    old one or the new one.
 *   payload_highest  how many payloads have ever been used; only grows.
 *   freed[order]     the payload of that size that became free last: the first to try. A hint.
 *   idle             how many bytes of memory free payloads keep. A guess that the deaths of
 *                    those who count it put out, and the next sweep puts right. */
#include "payload.h"

#include "os/fault.h"
#include "os/memory.h"
#include <stdlib.h>

#define CHUNK_LEAST_ORDER 6u
#define CHUNK_MOST_ORDER 40u
#define CHUNK_MAKE(offset, order, units) \
    ((uint64_t)((offset) >> 6) | (uint64_t)(order) << 32 | (uint64_t)(units) << 40)
#define CHUNK_OFFSET(chunk) (((uint64_t)(uint32_t)(chunk)) << 6)
#define CHUNK_ORDER(chunk) ((uint32_t)((chunk) >> 32) & 0xffu)
#define CHUNK_UNITS(chunk) ((uint32_t)((chunk) >> 40))
#define CHUNK_SIZE(chunk) (UINT64_C(1) << CHUNK_ORDER(chunk))

/* So much memory free payloads may keep; the least that is worth giving back. */
#define IDLE_MOST BROOD__PAYLOADS_LEAST
#define IDLE_LEAST (64u << 10)

static uint32_t order_of(uint64_t size) {
    uint32_t order = CHUNK_LEAST_ORDER;
    while ((UINT64_C(1) << order) < size) {
        order++;
    }
    return order;
}

/* One that makes no sense is none. */
static uint64_t chunk_of(const brood__ring_t *ring, uint32_t index) {
    uint64_t chunk =
        atomic_load_explicit(&ring->payloads[index].chunk, memory_order_relaxed);
    uint64_t offset = CHUNK_OFFSET(chunk);
    return CHUNK_ORDER(chunk) >= CHUNK_LEAST_ORDER &&
                   CHUNK_ORDER(chunk) <= CHUNK_MOST_ORDER &&
                   offset <= ring->payload_size &&
                   CHUNK_SIZE(chunk) <= ring->payload_size - offset
               ? chunk
               : 0;
}

static void set_chunk(brood__ring_t *ring, uint32_t index, uint64_t chunk) {
    atomic_store_explicit(&ring->payloads[index].chunk, chunk, memory_order_relaxed);
}

static uint64_t round_up(uint64_t number, uint64_t unit) {
    return (number + unit - 1) / unit * unit;
}

/* ---- the mapping -------------------------------------------------------------------- */

/* The space, mapped when it is first needed. */
static apr_status_t space(brood__ring_t *ring, uint8_t **base) {
    void *fresh;
    apr_status_t rv;
    /* acquire: pairs with the release below, in another thread */
    *base = atomic_load_explicit(&ring->payload_space, memory_order_acquire);
    if (*base != NULL) {
        return APR_SUCCESS;
    }
    rv = brood_os_memory_map(ring->segment->memory, ring->payload_offset,
                             (size_t)ring->payload_reach, &fresh);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "mapping a queue's space for large messages");
    }
    /* acq_rel: pairs with the acquire above; whoever comes second uses the first mapping */
    if (atomic_compare_exchange_strong_explicit(&ring->payload_space, base,
                                                (uint8_t *)fresh, memory_order_acq_rel,
                                                memory_order_acquire)) {
        *base = fresh;
    } else {
        brood_os_memory_unmap(fresh, (size_t)ring->payload_reach);
    }
    return APR_SUCCESS;
}

apr_status_t brood__payload_map(brood__ring_t *ring) {
    uint8_t *base;
    return space(ring, &base);
}

void brood__payload_close(brood__ring_t *ring) {
    uint8_t *base =
        atomic_exchange_explicit(&ring->payload_space, NULL, memory_order_relaxed);
    brood_os_memory_unmap(base, (size_t)ring->payload_reach);
}

apr_status_t brood__payload_place(brood__ring_t *ring, const brood__held_t *held,
                                  void **place, uint32_t *size) {
    uint64_t chunk = chunk_of(ring, held->index);
    uint8_t *base;
    apr_status_t rv = space(ring, &base);
    *place = NULL;
    *size = brood__payload_size(ring, held);
    if (rv == APR_SUCCESS && (chunk == 0 || *size > CHUNK_SIZE(chunk))) {
        rv = brood__fail(BROOD_EFORGED, "a large message lies outside the queue");
    } else if (rv == APR_SUCCESS &&
               CHUNK_OFFSET(chunk) + CHUNK_SIZE(chunk) > ring->payload_reach) {
        rv =
            brood__fail(APR_ENOMEM, "a large message lies beyond what this process maps");
    }
    if (rv == APR_SUCCESS) {
        *place = base + CHUNK_OFFSET(chunk);
    }
    return rv;
}

uint32_t brood__payload_size(const brood__ring_t *ring, const brood__held_t *held) {
    return atomic_load_explicit(&ring->payloads[held->index].size, memory_order_relaxed);
}

void brood__payload_set_size(brood__ring_t *ring, const brood__held_t *held,
                             uint32_t size) {
    atomic_store_explicit(&ring->payloads[held->index].size, size, memory_order_relaxed);
}

/* ---- memory for a chunk ------------------------------------------------------------- */

/* Whole units around a chunk's first bytes; small chunks share them. */
static apr_status_t commit(brood__ring_t *ring, uint32_t index, uint64_t size) {
    uint64_t unit = brood_os_memory_granularity();
    uint64_t chunk = chunk_of(ring, index);
    uint64_t begin = CHUNK_OFFSET(chunk) / unit * unit;
    uint64_t end = round_up(CHUNK_OFFSET(chunk) + size, unit);
    uint64_t units = (end - begin) / unit;
    uint8_t *base;
    apr_status_t rv;
    if (CHUNK_UNITS(chunk) >= units) {
        return APR_SUCCESS;
    }
    rv = space(ring, &base);
    if (rv == APR_SUCCESS) {
        rv = brood_os_memory_commit(ring->segment->memory, ring->payload_offset + begin,
                                    (size_t)(end - begin), base + begin);
    }
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "memory for a message of %llu bytes",
                           (unsigned long long)size);
    }
    BROOD_KILL_POINT("queue.put.block");
    set_chunk(ring, index, CHUNK_MAKE(CHUNK_OFFSET(chunk), CHUNK_ORDER(chunk), units));
    return APR_SUCCESS;
}

/* How much memory it has, at the most: several small ones share the same. */
static uint64_t memory_in(uint64_t chunk) {
    uint64_t size = CHUNK_UNITS(chunk) * (uint64_t)brood_os_memory_granularity();
    return size < CHUNK_SIZE(chunk) ? size : CHUNK_SIZE(chunk);
}

/* Gives the memory of a chunk back; where the system cannot, it stays for the next one. The chunk
 * says so first: killed in between, the memory is committed once more for nothing. */
static void decommit(brood__ring_t *ring, uint32_t index) {
    uint64_t unit = brood_os_memory_granularity();
    uint64_t chunk = chunk_of(ring, index);
    uint64_t size = memory_in(chunk);
    if (CHUNK_SIZE(chunk) < unit || size == 0) {
        return;
    }
    set_chunk(ring, index, CHUNK_MAKE(CHUNK_OFFSET(chunk), CHUNK_ORDER(chunk), 0));
    BROOD_KILL_POINT("queue.decommitting");
    if (brood_os_memory_decommit(ring->segment->memory,
                                 ring->payload_offset + CHUNK_OFFSET(chunk),
                                 (size_t)size) != APR_SUCCESS) {
        set_chunk(ring, index, chunk);
    }
}

/* What a chunk keeps that could be given back. */
static uint64_t memory_of(uint64_t chunk) {
    return CHUNK_SIZE(chunk) >= IDLE_LEAST ? memory_in(chunk) : 0;
}

static void idle_more(brood__ring_t *ring, uint32_t index) {
    uint64_t size = memory_of(chunk_of(ring, index));
    if (size != 0) {
        atomic_fetch_add_explicit(&ring->shared->payload_idle, size,
                                  memory_order_relaxed);
    }
}

static void idle_less(brood__ring_t *ring, uint32_t index) {
    uint64_t size = memory_of(chunk_of(ring, index));
    if (size != 0) {
        atomic_fetch_sub_explicit(&ring->shared->payload_idle, size,
                                  memory_order_relaxed);
    }
}

void brood__payload_give_memory_back(brood__ring_t *ring, uint32_t index) {
    uint64_t size = memory_of(chunk_of(ring, index));
    int64_t idle =
        (int64_t)atomic_load_explicit(&ring->shared->payload_idle, memory_order_relaxed);
    if (size != 0 && idle + (int64_t)size > (int64_t)IDLE_MOST) {
        decommit(ring, index);
    }
}

void brood__payload_freed(brood__ring_t *ring, uint32_t index) {
    idle_more(ring, index);
    atomic_store_explicit(&ring->shared->freed[CHUNK_ORDER(chunk_of(ring, index)) & 31u],
                          index, memory_order_relaxed);
    atomic_fetch_add_explicit(&ring->shared->payload_frees, 1, memory_order_relaxed);
}

/* ---- finding one -------------------------------------------------------------------- */

/* The space between chunks: where those of all payloads begin and end. */
typedef struct extent_t {
    uint64_t begin, end;
} extent_t;

static int by_begin(const void *one, const void *other) {
    const extent_t *a = one, *b = other;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

/* The first gap for a chunk of this order; UINT64_MAX: there is none. */
static uint64_t find_gap(const brood__ring_t *ring, uint32_t order) {
    uint64_t unit = brood_os_memory_granularity();
    uint64_t size = UINT64_C(1) << order;
    uint64_t align = size < unit ? size : unit;
    uint64_t at = 0;
    size_t count = 0;
    uint32_t highest = brood__payload_highest(ring);
    extent_t *taken = malloc((highest + 1) * sizeof *taken);
    if (taken == NULL) {
        return UINT64_MAX;
    }
    for (uint32_t i = 0; i < highest; i++) {
        uint64_t chunk = chunk_of(ring, i);
        if (chunk != 0) {
            taken[count].begin = CHUNK_OFFSET(chunk);
            taken[count++].end = CHUNK_OFFSET(chunk) + CHUNK_SIZE(chunk);
        }
    }
    qsort(taken, count, sizeof *taken, by_begin);
    for (size_t i = 0; i < count && at + size > taken[i].begin; i++) {
        if (taken[i].end > at) {
            at = round_up(taken[i].end, align);
        }
    }
    free(taken);
    return at + size <= ring->payload_reach ? at : UINT64_MAX;
}

/* A payload without a chunk, or a free one of any size, becomes the caller's without a
 * chunk. put_lock is held. */
static int seize_any(brood__ring_t *ring, brood__held_t *held) {
    _Atomic uint32_t *highest = &ring->shared->payload_highest;
    uint32_t count = brood__payload_highest(ring);
    if (count < ring->payload_count) {
        /* First: what lies above it is swept by nobody. */
        atomic_store_explicit(highest, count + 1, memory_order_relaxed);
        if (brood__payload_seize(ring, count, held)) {
            return 1;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (brood__payload_seize(ring, i, held)) {
            idle_less(ring, i);
            decommit(ring, i);
            set_chunk(ring, i, 0);
            return 1;
        }
    }
    return 0;
}

/* Takes the chunks of all free payloads away, for one large message. put_lock is held. */
static void clear_free(brood__ring_t *ring) {
    brood__held_t held;
    for (uint32_t i = 0; i < ring->payload_count; i++) {
        if (chunk_of(ring, i) != 0 && brood__payload_seize(ring, i, &held)) {
            idle_less(ring, i);
            decommit(ring, i);
            set_chunk(ring, i, 0);
            (void)brood__payload_let_go(ring, &held, BROOD__PAYLOAD_FREE);
        }
    }
}

/* How many bytes the chunks have that are in anybody's hand. */
static uint64_t in_use(const brood__ring_t *ring) {
    uint64_t bytes = 0;
    uint32_t highest = brood__payload_highest(ring);
    for (uint32_t i = 0; i < highest; i++) {
        uint64_t chunk = chunk_of(ring, i);
        if (chunk != 0 && !brood__payload_is_free(ring, i)) {
            bytes += CHUNK_SIZE(chunk);
        }
    }
    return bytes;
}

/* A payload with a new chunk. put_lock is held. */
static apr_status_t make_room(brood__ring_t *ring, uint32_t order, uint64_t most,
                              brood__held_t *held) {
    uint64_t at;
    uint64_t used = most == UINT64_MAX ? 0 : in_use(ring);
    if (used != 0 && used + (UINT64_C(1) << order) > most) {
        return APR_EAGAIN;
    }
    if (!seize_any(ring, held)) {
        return APR_EAGAIN;
    }
    BROOD_KILL_POINT("queue.put.seized");
    at = find_gap(ring, order);
    if (at == UINT64_MAX) {
        clear_free(ring);
        at = find_gap(ring, order);
    }
    if (at == UINT64_MAX) {
        (void)brood__payload_let_go(ring, held, BROOD__PAYLOAD_FREE);
        return APR_EAGAIN;
    }
    set_chunk(ring, held->index, CHUNK_MAKE(at, order, 0));
    return APR_SUCCESS;
}

/* A free payload that has a chunk of this order already. */
static int seize_fitting(brood__ring_t *ring, uint32_t order, brood__held_t *held) {
    uint32_t count = brood__payload_highest(ring);
    uint32_t at =
        atomic_load_explicit(&ring->shared->freed[order & 31u], memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++, at++) {
        at = at < count ? at : 0;
        /* Its chunk may change until it is the caller's: looked at once more then. */
        if (CHUNK_ORDER(chunk_of(ring, at)) != order ||
            !brood__payload_seize(ring, at, held)) {
            continue;
        }
        idle_less(ring, at);
        if (CHUNK_ORDER(chunk_of(ring, at)) == order) {
            return 1;
        }
        (void)brood__payload_let_go(ring, held, BROOD__PAYLOAD_FREE);
        idle_more(ring, at);
    }
    return 0;
}

apr_status_t brood__payload_reserve(brood__ring_t *ring, size_t size, uint64_t most,
                                    brood__held_t *held, brood_os_deadline_t deadline) {
    uint32_t order = order_of(size);
    apr_status_t rv = APR_SUCCESS;
    if (!seize_fitting(ring, order, held)) {
        rv = brood__ring_lock(&ring->put_lock, &ring->put_pace, &ring->shared->put_deaths,
                              deadline);
        if (rv == APR_SUCCESS) {
            rv = make_room(ring, order, most, held);
            if (rv == APR_EAGAIN && brood__payload_reclaim(ring)) {
                rv = make_room(ring, order, most, held);
            }
            (void)brood__lockword_release(&ring->put_lock);
        }
    }
    if (rv == APR_SUCCESS) {
        atomic_store_explicit(&ring->payloads[held->index].until_ns, 0,
                              memory_order_relaxed);
        brood__payload_set_size(ring, held, (uint32_t)size);
        rv = commit(ring, held->index, size);
        if (rv != APR_SUCCESS) {
            (void)brood__payload_free(ring, held);
        }
    }
    return rv;
}

void brood__payload_count_idle(brood__ring_t *ring) {
    uint64_t idle = 0;
    for (uint32_t i = 0; i < ring->payload_count; i++) {
        uint64_t chunk = chunk_of(ring, i);
        if (chunk != 0 && brood__payload_is_free(ring, i)) {
            idle += memory_of(chunk);
        }
    }
    atomic_store_explicit(&ring->shared->payload_idle, idle, memory_order_relaxed);
}
