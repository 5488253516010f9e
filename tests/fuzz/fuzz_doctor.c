/* A session's shared memory full of hostile bytes, read as the doctor reads it: it is reported
 * as far as it makes sense, and whatever is reported can be walked and printed.
 *
 * The input is a list of patches to segments that begin empty but for their heads:
 * {segment 1, offset 3, length 1, bytes}; lengths and offsets are cut to what there is. */
#include "doctor_report.h"

#include "payload.h"
#include "session.h"
#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONTROL, ARENA, OTHER_ARENA, QUEUE, PAYLOAD, SEGMENTS };

static const brood__segment_kind_t kinds[SEGMENTS] = {
    BROOD__SEGMENT_CONTROL, BROOD__SEGMENT_ARENA, BROOD__SEGMENT_ARENA,
    BROOD__SEGMENT_QUEUE, BROOD__SEGMENT_PAYLOAD};

static void require(int holds) {
    if (!holds)
        abort();
}

static size_t size_of(int segment) {
    switch (segment) {
    case CONTROL: return brood__session_waiters_offset() + brood__waiter_table_size();
    case QUEUE: return sizeof(brood__ring_shared_t) + 64 * sizeof(brood__payload_t);
    case PAYLOAD: return sizeof(brood__segment_head_t) + 64 * sizeof(uint64_t);
    default: return sizeof(brood__arena_shared_t);
    }
}

/* Every array is whole, every text ends. */
static void walk(const brood_doctor_session_t *session) {
    size_t sum = 0;
    for (size_t i = 0; i < session->process_count; i++)
        require(memchr(session->processes[i].name, 0, BROOD_DOCTOR_NAME_SIZE) != NULL);
    for (size_t i = 0; i < session->object_count; i++)
        sum += strlen(session->objects[i].name) + strlen(session->objects[i].kind) +
               strlen(session->objects[i].state);
    for (size_t i = 0; i < session->queue_count; i++)
        sum += strlen(session->queues[i].object) + strlen(session->queues[i].state);
    for (size_t i = 0; i < session->hold_count; i++)
        sum += strlen(session->holds[i].object) + strlen(session->holds[i].what) +
               strlen(session->holds[i].process.name);
    for (size_t i = 0; i < session->wait_count; i++)
        sum += strlen(session->waits[i].object) + strlen(session->waits[i].what);
    for (size_t i = 0; i < session->deadlock_count; i++) {
        const brood_doctor_deadlock_t *deadlock = &session->deadlocks[i];
        require(deadlock->count >= 1 && deadlock->count <= BROOD__WAITERS);
        for (size_t k = 0; k < deadlock->count; k++) {
            const brood_doctor_edge_t *next = &deadlock->edges[(k + 1) % deadlock->count];
            require(deadlock->edges[k].hold.process.participant ==
                    next->wait.process.participant);
            require(deadlock->edges[k].hold.thread == next->wait.thread);
        }
    }
    require(sum < (size_t)1 << 30);
}

/* The head itself from the bytes: taken for a source or not, nothing else. */
static void try_head(const uint8_t *data, size_t size) {
    brood__segment_head_t head;
    brood__source_t source;
    memset(&head, 0, sizeof head);
    memcpy(&head, data, size < sizeof head ? size : sizeof head);
    if (brood__source_from_head(&source, &head, 4096))
        require(source.committed <= 4096 && source.id != 0);
}

static void patch(uint8_t *segments[SEGMENTS], const uint8_t *data, size_t size) {
    while (size >= 5) {
        int segment = data[0] % SEGMENTS;
        size_t room = size_of(segment);
        size_t offset =
            ((size_t)data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16) % room;
        size_t length = data[4];
        data += 5;
        size -= 5;
        length = length < size ? length : size;
        length = length < room - offset ? length : room - offset;
        memcpy(segments[segment] + offset, data, length);
        data += length;
        size -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static apr_pool_t *root;
    apr_pool_t *pool;
    uint8_t *segments[SEGMENTS];
    brood__source_t sources[SEGMENTS];
    brood_doctor_session_t session;
    if (root == NULL) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    require(apr_pool_create(&pool, root) == APR_SUCCESS);
    try_head(data, size);
    memset(sources, 0, sizeof sources);
    for (int i = 0; i < SEGMENTS; i++) {
        segments[i] = calloc(1, size_of(i));
        require(segments[i] != NULL);
        sources[i].id = (uint64_t)i + 1;
        sources[i].kind = kinds[i];
        sources[i].committed = size_of(i);
        sources[i].base = segments[i];
        sources[i].memory = BROOD_OS_NO_HANDLE;
    }
    patch(segments, data, size);
    if (brood__session_report(&session, &sources[CONTROL], &sources[ARENA], SEGMENTS - 1,
                              pool) == APR_SUCCESS)
        walk(&session);
    for (int i = 0; i < SEGMENTS; i++)
        free(segments[i]);
    apr_pool_destroy(pool);
    return 0;
}
