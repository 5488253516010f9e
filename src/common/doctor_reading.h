/* A reading: private copies of what a session's shared memory said at one moment. Internal.
 *
 * Nothing in it has been believed but sizes: each part is whole, and may say anything. */
#ifndef BROOD_COMMON_DOCTOR_READING_H
#define BROOD_COMMON_DOCTOR_READING_H

#include "arena_layout.h"
#include "participant_layout.h"
#include "ring.h"
#include "waiter.h"
#include <apr_pools.h>

/* Where a segment's bytes are to be had. */
typedef struct brood__source_t {
    uint64_t id;
    brood__segment_kind_t kind;
    uint64_t committed;       /* so much can be read */
    const uint8_t *base;      /* mapped in this process; NULL: through `memory` */
    brood_os_handle_t memory; /* of another process's, for brood_os_outside_read() */
} brood__source_t;

/* The source that an object of `size` bytes is whose first 64 are `head`. 0: it is none. */
int brood__source_from_head(brood__source_t *source, const brood__segment_head_t *head,
                            uint64_t size);

typedef struct brood__read_arena_t {
    uint64_t id;
    brood__arena_shared_t *shared;
} brood__read_arena_t;

typedef struct brood__read_ring_t {
    uint64_t id;
    brood__ring_shared_t *shared;
    brood__payload_t *payloads; /* of the messages beside the ring */
    size_t payload_count;       /* ever in use */
} brood__read_ring_t;

typedef struct brood__read_payload_t {
    uint64_t id;
    size_t count; /* of 64-bit words behind the head */
    _Atomic uint64_t *words;
} brood__read_payload_t;

typedef struct brood__reading_t {
    uint64_t session;
    brood__slot_t *slots;     /* BROOD__SLOTS; a slot that changed meanwhile is FREE */
    brood__waiter_t *waiters; /* BROOD__WAITERS */
    uint32_t waiter_count;    /* ever in use */
    brood__read_arena_t *arenas;
    size_t arena_count;
    brood__read_ring_t *rings;
    size_t ring_count;
    brood__read_payload_t *payloads;
    size_t payload_count;
} brood__reading_t;

/* Reads a session: its control segment and the other segments of those who take part; sources
 * that cannot be read are left out. BROOD_EFORGED: the control segment makes no sense. */
apr_status_t brood__reading_take(brood__reading_t *reading,
                                 const brood__source_t *control,
                                 const brood__source_t *others, size_t count,
                                 apr_pool_t *pool);

#endif
