/* Reclaiming in another session: this process enters it as one more participant, maps what the
 * others have, and buries the dead as any of them would. */
#include "brood/doctor.h"

#include "doctor_outside.h"
#include "os/handle.h"
#include "participant.h"
#include "semaphore_owned.h"
#include "session.h"
#include "status.h"
#include <string.h>

#define SEMAPHORE_OWNED 0x80000000u

/* What this process has mapped of the session. */
typedef struct ward_t {
    apr_pool_t *pool;
    apr_array_header_t *arenas;   /* arena_t * */
    apr_array_header_t *rings;    /* brood__ring_t *, which sweep themselves */
    apr_array_header_t *payloads; /* brood__segment_t * */
} ward_t;

typedef struct arena_t {
    brood__sweeper_t sweeper;
    brood__segment_t *segment;
    const ward_t *ward;
} arena_t;

/* Many permits lie in a segment of their own, which no cell's sweep reaches. */
static void permits_sweep(const arena_t *arena, brood__cell_t *cell, uint32_t dead) {
    uint32_t ceiling = atomic_load_explicit(&cell->own.words[1], memory_order_relaxed);
    uint64_t id = atomic_load_explicit(&cell->own.longs[1], memory_order_relaxed);
    uint32_t count = ceiling & ~SEMAPHORE_OWNED;
    const apr_array_header_t *payloads = arena->ward->payloads;
    if ((ceiling & SEMAPHORE_OWNED) == 0 || count <= BROOD__PERMITS_INLINE) {
        return;
    }
    for (int i = 0; i < payloads->nelts; i++) {
        brood__segment_t *payload = APR_ARRAY_IDX(payloads, i, brood__segment_t *);
        size_t room = (payload->mapped - sizeof(brood__segment_head_t)) / 8;
        if (payload->id == id && count <= room) {
            brood__permits_t permits = {
                (_Atomic uint64_t *)(void *)(payload->base +
                                             sizeof(brood__segment_head_t)),
                count, 0, NULL};
            brood_os_word_t event =
                brood__segment_word(arena->segment, &cell->own.words[0]);
            (void)brood__permits_reclaim(&permits, dead);
            brood_os_unpark(&event, INT32_MAX);
        }
    }
}

static void arena_sweep(brood__sweeper_t *sweeper, uint32_t dead) {
    arena_t *arena = (arena_t *)sweeper;
    brood__arena_shared_t *shared = (brood__arena_shared_t *)arena->segment->base;
    for (uint32_t i = 0; i < BROOD__ARENA_CELLS; i++) {
        brood__cell_t *cell = &shared->cells[i];
        /* acquire: pairs with the release of the allocation in arena.c */
        uint32_t kind = atomic_load_explicit(&cell->kind, memory_order_acquire);
        const brood__handle_class_t *cls = brood__handle_class(kind);
        if (cls != NULL && cls->sweep != NULL) {
            cls->sweep(arena->segment, cell, dead);
        }
        if (kind == BROOD__HANDLE_SEMAPHORE) {
            permits_sweep(arena, cell, dead);
        }
    }
}

static void arena_map(ward_t *ward, brood_os_handle_t memory) {
    brood__segment_t *segment;
    arena_t *arena;
    if (brood__segment_attach(&segment, BROOD__SEGMENT_ARENA, memory) != APR_SUCCESS) {
        return;
    }
    arena = apr_pcalloc(ward->pool, sizeof *arena);
    if (arena == NULL || segment->mapped < sizeof(brood__arena_shared_t)) {
        brood__segment_release(segment);
        return;
    }
    arena->segment = segment;
    arena->ward = ward;
    arena->sweeper.sweep = arena_sweep;
    APR_ARRAY_PUSH(ward->arenas, arena_t *) = arena;
    brood__sweeper_add(&arena->sweeper);
}

static void map(ward_t *ward, const brood__source_t *source) {
    brood_os_handle_t memory;
    brood__segment_t *segment;
    brood__ring_t *ring;
    if (brood_os_handle_duplicate(source->memory, &memory) != APR_SUCCESS) {
        return;
    }
    switch (source->kind) {
    case BROOD__SEGMENT_ARENA: arena_map(ward, memory); break;
    case BROOD__SEGMENT_QUEUE:
        ring = apr_pcalloc(ward->pool, sizeof *ring);
        if (brood__ring_attach(ring, memory) == APR_SUCCESS) {
            APR_ARRAY_PUSH(ward->rings, brood__ring_t *) = ring;
        }
        break;
    case BROOD__SEGMENT_PAYLOAD:
        if (brood__segment_attach(&segment, BROOD__SEGMENT_PAYLOAD, memory) ==
            APR_SUCCESS) {
            APR_ARRAY_PUSH(ward->payloads, brood__segment_t *) = segment;
        }
        break;
    default: brood_os_handle_close(memory); break;
    }
}

static void unmap(ward_t *ward) {
    for (int i = 0; i < ward->arenas->nelts; i++) {
        arena_t *arena = APR_ARRAY_IDX(ward->arenas, i, arena_t *);
        brood__sweeper_remove(&arena->sweeper);
        brood__segment_release(arena->segment);
    }
    for (int i = 0; i < ward->rings->nelts; i++) {
        brood__ring_close(APR_ARRAY_IDX(ward->rings, i, brood__ring_t *));
    }
    for (int i = 0; i < ward->payloads->nelts; i++) {
        brood__segment_release(APR_ARRAY_IDX(ward->payloads, i, brood__segment_t *));
    }
}

/* Enters the session. A place is reserved in its table first, as a parent does for a child. */
static apr_status_t enter(const brood__source_t *control) {
    brood_os_handle_t memory;
    brood__segment_t *segment;
    uint32_t id = 0;
    apr_status_t rv = brood_os_handle_duplicate(control->memory, &memory);
    if (rv == APR_SUCCESS) {
        rv = brood__segment_attach(&segment, BROOD__SEGMENT_CONTROL, memory);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (segment->mapped < brood__session_waiters_offset() + brood__waiter_table_size()) {
        brood__segment_release(segment);
        return brood__fail(BROOD_EFORGED, "the session's control segment is too small");
    }
    brood__participant_use(segment);
    rv = brood__participant_reserve(&id, 0);
    if (rv == APR_SUCCESS) {
        rv = brood_os_handle_duplicate(control->memory, &memory);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__session_adopt(memory, id);
    }
    if (rv != APR_SUCCESS && id != 0) {
        brood__participant_free(id);
    }
    if (rv == APR_SUCCESS) {
        brood__segment_release(segment); /* the session holds it now */
    } /* else the participants' table stays in use, and so does the segment */
    return rv;
}

static apr_status_t reclaim(const brood__outside_t *outside, int control, size_t *count,
                            apr_pool_t *pool) {
    ward_t ward = {pool, apr_array_make(pool, 4, sizeof(arena_t *)),
                   apr_array_make(pool, 4, sizeof(brood__ring_t *)),
                   apr_array_make(pool, 4, sizeof(brood__segment_t *))};
    brood__source_t *others =
        apr_pcalloc(pool, (size_t)(outside->sources->nelts + 1) * sizeof *others);
    size_t other_count = brood__outside_of(outside, control, others, pool);
    apr_status_t rv = enter(&APR_ARRAY_IDX(outside->sources, control, brood__source_t));
    if (rv != APR_SUCCESS) {
        return rv;
    }
    for (size_t i = 0; i < other_count; i++) {
        map(&ward, &others[i]);
    }
    rv = brood_doctor_reclaim(count);
    unmap(&ward);
    brood__session_leave();
    return rv;
}

static int control_number(const brood__outside_t *outside, uint64_t session) {
    for (int i = 0; i < outside->sources->nelts; i++) {
        const brood__source_t *source =
            &APR_ARRAY_IDX(outside->sources, i, brood__source_t);
        if (source->kind == BROOD__SEGMENT_CONTROL && source->id == session) {
            return i;
        }
    }
    return -1;
}

apr_status_t brood_doctor_reclaim_in(uint64_t session, size_t *count) {
    brood__outside_t outside;
    apr_pool_t *pool = NULL;
    apr_status_t rv;
    if (count != NULL) {
        *count = 0;
    }
    if (brood__self_id != 0) {
        return brood__fail(BROOD_EBUSY, "this process is in a session of its own");
    }
    pool = brood__session_pool_for(NULL);
    if (pool == NULL) {
        return APR_ENOMEM;
    }
    rv = brood__outside_find(&outside, 1, pool);
    if (rv == APR_SUCCESS) {
        int control = control_number(&outside, session);
        rv = control >= 0 ? reclaim(&outside, control, count, pool)
                          : brood__fail(APR_ENOENT, "there is no session %016llx",
                                        (unsigned long long)session);
    }
    brood__outside_close(&outside);
    apr_pool_destroy(pool);
    return rv;
}
