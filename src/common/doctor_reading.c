/* Readings: copying a session's shared memory, word by word and without a write.
 *
 * Shared state: none of its own. Every aligned word of 64 bits is copied whole where the memory
 * is mapped; from outside it is the system that copies. Words that belong together may be of
 * different moments: who takes part is read twice, and deadlocks are (doctor_deadlock.c). */
#include "doctor_reading.h"

#include "os/outside.h"
#include "payload.h"
#include "session.h"
#include "status.h"
#include <string.h>

#define WAITERS_HEAD 64u /* before the first record: how many have ever been in use */
#define PAYLOAD_MOST (1u << 20)

int brood__source_from_head(brood__source_t *source, const brood__segment_head_t *head,
                            uint64_t size) {
    brood__segment_kind_t kind = (brood__segment_kind_t)head->kind;
    memset(source, 0, sizeof *source);
    source->memory = BROOD_OS_NO_HANDLE;
    if (!brood__segment_is_ours(head) || head->kind < BROOD__SEGMENT_CONTROL ||
        head->kind > BROOD__SEGMENT_PAYLOAD ||
        brood__segment_head_check(head, kind, size) != APR_SUCCESS) {
        return 0;
    }
    source->id = head->id;
    source->kind = kind;
    source->committed = head->committed;
    return 1;
}

/* Both are aligned to 8, and so are offset and size. */
static void copy_words(void *to, const uint8_t *from, size_t size) {
    const _Atomic uint64_t *words = (const _Atomic uint64_t *)(const void *)from;
    uint64_t *copies = to;
    for (size_t i = 0; i < size / 8; i++) {
        copies[i] = atomic_load_explicit(&words[i], memory_order_relaxed);
    }
}

static apr_status_t source_read(const brood__source_t *source, uint64_t offset,
                                void *bytes, size_t size) {
    if (offset > source->committed || size > source->committed - offset) {
        return BROOD_EFORGED;
    }
    if (source->base == NULL) {
        return brood_os_outside_read(source->memory, offset, bytes, size);
    }
    copy_words(bytes, source->base + offset, size);
    return APR_SUCCESS;
}

/* The part of a source, in the pool, on a cache line as the original; NULL when it cannot be
 * read. */
static void *part_of(const brood__source_t *source, uint64_t offset, size_t size,
                     apr_pool_t *pool) {
    uint8_t *room = apr_palloc(pool, size + 64);
    void *copy = room == NULL ? NULL : room + (64 - (uintptr_t)room % 64);
    return copy != NULL && source_read(source, offset, copy, size) == APR_SUCCESS ? copy
                                                                                  : NULL;
}

/* A slot whose word is not the same in a second copy had another tenant in between. */
static apr_status_t slots_read(brood__reading_t *reading, const brood__source_t *control,
                               apr_pool_t *pool) {
    size_t size = sizeof(brood__slot_t) * BROOD__SLOTS;
    brood__slot_t *first = part_of(control, sizeof(brood__segment_head_t), size, pool);
    brood__slot_t *second = part_of(control, sizeof(brood__segment_head_t), size, pool);
    if (first == NULL || second == NULL) {
        return BROOD_EFORGED;
    }
    for (uint32_t i = 0; i < BROOD__SLOTS; i++) {
        uint32_t word = atomic_load_explicit(&first[i].word, memory_order_relaxed);
        if (atomic_load_explicit(&second[i].word, memory_order_relaxed) != word) {
            atomic_store_explicit(&first[i].word, BROOD__SLOT_FREE, memory_order_relaxed);
        }
    }
    reading->slots = first;
    return APR_SUCCESS;
}

static apr_status_t waiters_read(brood__reading_t *reading,
                                 const brood__source_t *control, apr_pool_t *pool) {
    size_t offset = brood__session_waiters_offset();
    uint32_t *head;
    if (brood__waiter_table_size() !=
        WAITERS_HEAD + sizeof(brood__waiter_t) * BROOD__WAITERS) {
        return BROOD_EVERSION;
    }
    head = part_of(control, offset, WAITERS_HEAD, pool);
    if (head == NULL) {
        return BROOD_EFORGED;
    }
    reading->waiter_count = head[0] < BROOD__WAITERS ? head[0] : BROOD__WAITERS;
    reading->waiters =
        part_of(control, offset + WAITERS_HEAD,
                sizeof(brood__waiter_t) *
                    (reading->waiter_count == 0 ? 1u : reading->waiter_count),
                pool);
    return reading->waiters == NULL ? BROOD_EFORGED : APR_SUCCESS;
}

/* Without its table of messages when that cannot be read. */
static void ring_read(brood__reading_t *reading, const brood__source_t *source,
                      apr_pool_t *pool) {
    brood__read_ring_t ring = {source->id, NULL, NULL, 0};
    uint32_t used;
    ring.shared = part_of(source, 0, sizeof *ring.shared, pool);
    if (ring.shared == NULL) {
        return;
    }
    used = atomic_load_explicit(&ring.shared->payload_highest, memory_order_relaxed);
    used = used < ring.shared->payload_count ? used : ring.shared->payload_count;
    used = used < PAYLOAD_MOST / sizeof *ring.payloads
               ? used
               : (uint32_t)(PAYLOAD_MOST / sizeof *ring.payloads);
    if (used != 0) {
        ring.payloads =
            part_of(source, sizeof *ring.shared, used * sizeof *ring.payloads, pool);
    }
    ring.payload_count = ring.payloads == NULL ? 0 : used;
    reading->rings[reading->ring_count++] = ring;
}

static void other_read(brood__reading_t *reading, const brood__source_t *source,
                       apr_pool_t *pool) {
    void *copy;
    size_t words;
    switch (source->kind) {
    case BROOD__SEGMENT_ARENA:
        copy = part_of(source, 0, sizeof(brood__arena_shared_t), pool);
        if (copy != NULL) {
            brood__read_arena_t arena = {source->id, copy};
            reading->arenas[reading->arena_count++] = arena;
        }
        break;
    case BROOD__SEGMENT_QUEUE: ring_read(reading, source, pool); break;
    case BROOD__SEGMENT_PAYLOAD:
        words = source->committed < PAYLOAD_MOST ? (size_t)source->committed / 8
                                                 : PAYLOAD_MOST / 8;
        words -= sizeof(brood__segment_head_t) / 8;
        copy = part_of(source, sizeof(brood__segment_head_t), words * 8, pool);
        if (copy != NULL) {
            brood__read_payload_t payload = {source->id, words, copy};
            reading->payloads[reading->payload_count++] = payload;
        }
        break;
    default: break;
    }
}

apr_status_t brood__reading_take(brood__reading_t *reading,
                                 const brood__source_t *control,
                                 const brood__source_t *others, size_t count,
                                 apr_pool_t *pool) {
    apr_status_t rv;
    memset(reading, 0, sizeof *reading);
    reading->session = control->id;
    reading->arenas = apr_pcalloc(pool, (count + 1) * sizeof *reading->arenas);
    reading->rings = apr_pcalloc(pool, (count + 1) * sizeof *reading->rings);
    reading->payloads = apr_pcalloc(pool, (count + 1) * sizeof *reading->payloads);
    if (reading->arenas == NULL || reading->rings == NULL || reading->payloads == NULL) {
        return APR_ENOMEM;
    }
    /* The waits first: whoever waits for an object has made it known before. */
    rv = waiters_read(reading, control, pool);
    for (size_t i = 0; i < count && rv == APR_SUCCESS; i++) {
        other_read(reading, &others[i], pool);
    }
    if (rv == APR_SUCCESS) {
        rv = slots_read(reading, control, pool);
    }
    return rv == APR_SUCCESS ? rv
                             : brood__fail(rv, "session %016llx is damaged",
                                           (unsigned long long)control->id);
}
