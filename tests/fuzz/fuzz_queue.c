/* A queue in whose memory somebody has scribbled: whatever its head, its table of messages and
 * its ring say, each call ends with some status, writes nothing where it should not, and hands
 * out nothing but what lies in the queue's memory.
 *
 * The input is a kind of queue and then a list of what happens: {0, where 1, offset 2, length 1,
 * bytes} scribbles; every other number is a call. The queue's memory is moved to the end of an array, so
 * that a sanitizer sees a byte too much. */
#include "brood/brood.h"
#include "os/handle.h"
#include "payload.h"
#include "queue.h"
#include "session.h"
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HANDS 4
#define CALLS_MOST 64
#define SIZE_MOST 70000u
#define MEMORY_MOST (64u << 10)

typedef struct hostile_t {
    brood_queue_t *queue;
    uint8_t *memory; /* what was the segment's committed part */
    size_t memory_size;
    const uint8_t *input;
    size_t left;
    brood_message_t hands[HANDS];
    int64_t calls;
} hostile_t;

static void require(int holds) {
    if (!holds)
        abort();
}

static uint32_t next(hostile_t *hostile, int bytes) {
    uint32_t number = 0;
    for (int i = 0; i < bytes && hostile->left > 0; i++) {
        number |= (uint32_t)*hostile->input++ << (8 * i);
        hostile->left--;
    }
    return number;
}

/* ---- the queue's memory, moved ------------------------------------------------------- */

static void move_word(brood_os_word_t *word, const uint8_t *from, uint8_t *to) {
    word->word =
        (_Atomic uint32_t *)(void *)(to + ((const uint8_t *)(void *)word->word - from));
}

static void move(hostile_t *hostile) {
    brood__ring_t *ring = &hostile->queue->ring;
    const uint8_t *from = ring->segment->base;
    static _Alignas(64) uint8_t memory[MEMORY_MOST];
    uint8_t *raw;
    hostile->memory_size = (size_t)(ring->shared->data_offset + ring->shared->capacity);
    require(hostile->memory_size <= MEMORY_MOST && hostile->memory_size % 64 == 0);
    raw = memory + MEMORY_MOST - hostile->memory_size;
    memcpy(raw, from, hostile->memory_size);
    hostile->memory = raw;
    ring->data = raw + (ring->data - from);
    ring->payloads = (brood__payload_t *)(void *)(raw + sizeof *ring->shared);
    ring->shared = (brood__ring_shared_t *)(void *)raw;
    move_word(&ring->put_lock, from, raw);
    move_word(&ring->get_lock, from, raw);
    move_word(&ring->items, from, raw);
    move_word(&ring->space, from, raw);
    move_word(&ring->joined, from, raw);
}

/* A lock that somebody alive has would be waited for. */
static void free_lock(const brood_os_word_t *lock) {
    uint32_t owner = atomic_load(lock->word) & BROOD__LOCK_OWNER;
    if (owner == brood__self_id || !brood__participant_is_dead(owner))
        atomic_store(lock->word, 0);
}

/* Over the head, the first of the messages beside the ring, or the ring. */
static void scribble(hostile_t *hostile) {
    const brood__ring_t *ring = &hostile->queue->ring;
    uint32_t where = next(hostile, 1);
    size_t begin = where % 3 == 0   ? 0
                   : where % 3 == 1 ? sizeof *ring->shared
                                    : (size_t)(ring->data - hostile->memory);
    size_t room = where % 3 == 0   ? sizeof *ring->shared
                  : where % 3 == 1 ? 4 * sizeof *ring->payloads
                                   : (size_t)ring->capacity;
    size_t offset = next(hostile, 2) % room;
    size_t length = next(hostile, 1) % 32;
    length = length < hostile->left ? length : hostile->left;
    length = length < room - offset ? length : room - offset;
    memcpy(hostile->memory + begin + offset, hostile->input, length);
    hostile->input += length;
    hostile->left -= length;
    free_lock(&ring->put_lock);
    free_lock(&ring->get_lock);
}

/* The head as it is now arrives once more: refused, or a queue that can be looked at. */
static void arrive(hostile_t *hostile) {
    brood__segment_t *segment = hostile->queue->ring.segment;
    brood_os_handle_t copy = BROOD_OS_NO_HANDLE;
    brood__ring_t ring;
    uint8_t *kept = malloc(sizeof *ring.shared);
    require(kept != NULL);
    require(brood_os_handle_duplicate(segment->memory, &copy) == APR_SUCCESS);
    memcpy(kept, segment->base, sizeof *ring.shared);
    memcpy(segment->base + sizeof(brood__segment_head_t),
           hostile->memory + sizeof(brood__segment_head_t),
           sizeof *ring.shared - sizeof(brood__segment_head_t));
    if (brood__ring_attach(&ring, copy) == APR_SUCCESS) {
        require(ring.data >= segment->base &&
                ring.capacity <= segment->mapped - (size_t)(ring.data - segment->base));
        (void)brood__ring_count(&ring);
        brood__ring_close(&ring);
    }
    memcpy(segment->base, kept, sizeof *ring.shared);
    free(kept);
}

/* ---- calls ------------------------------------------------------------------------------ */

/* What is handed out lies in the queue's memory, and can be written. */
static void look_at(hostile_t *hostile, brood_message_t *message) {
    const brood__ring_t *ring = &hostile->queue->ring;
    uint8_t *space = atomic_load(&ring->payload_space);
    uint8_t *data = message->data;
    require(space != NULL && data >= space &&
            (uint64_t)(data - space) <= ring->payload_size &&
            message->size <= ring->payload_size - (uint64_t)(data - space));
    if (message->size > 0) {
        data[0] = 1;
        data[(message->size - 1) % SIZE_MOST] = 2;
    }
}

static void hold(hostile_t *hostile, uint32_t call) {
    brood_queue_t *queue = hostile->queue;
    brood_message_t *message = &hostile->hands[next(hostile, 1) % HANDS];
    apr_status_t rv;
    switch (call % 4) {
    case 0:
        rv = brood_queue_reserve(queue, message, next(hostile, 3) % SIZE_MOST, 0);
        break;
    case 1: rv = brood_queue_take(queue, message, 0); break;
    case 2: rv = brood_queue_lease(queue, message, 1 + next(hostile, 2), 0); break;
    default: rv = brood_queue_take_failed(queue, message); break;
    }
    if (rv == APR_SUCCESS)
        look_at(hostile, message);
}

static void let_go(hostile_t *hostile, uint32_t call) {
    brood_queue_t *queue = hostile->queue;
    brood_message_t *message = &hostile->hands[next(hostile, 1) % HANDS];
    switch (call % 6) {
    case 0: (void)brood_queue_commit(queue, message, 0); break;
    case 1: (void)brood_queue_abandon(queue, message); break;
    case 2: (void)brood_queue_release(queue, message); break;
    case 3: (void)brood_queue_acknowledge(queue, message); break;
    case 4: (void)brood_queue_give_back(queue, message); break;
    default: (void)brood_queue_renew(queue, message, 1 + next(hostile, 2)); break;
    }
}

static void put(hostile_t *hostile, uint32_t call) {
    size_t size = next(hostile, call % 2 == 0 ? 1 : 3) % SIZE_MOST;
    uint8_t *bytes = calloc(1, size + 1);
    brood_bytes_t messages[3];
    require(bytes != NULL);
    if (call % 3 != 0) {
        (void)brood_queue_put_bytes(hostile->queue, bytes, size, 0);
    } else {
        for (size_t i = 0; i < 3; i++) {
            messages[i].data = bytes;
            messages[i].size = i == 1 ? size : size % 50;
        }
        (void)brood_queue_put_many(hostile->queue, messages, 3, &size, 0);
    }
    free(bytes);
}

static void get(hostile_t *hostile, uint32_t call) {
    size_t room = next(hostile, call % 2 == 0 ? 1 : 3) % SIZE_MOST;
    uint8_t *bytes = malloc(room + 1); /* never NULL */
    brood_bytes_t messages[5];
    brood_values_t *values;
    apr_pool_t *pool;
    size_t size = 0;
    require(bytes != NULL);
    switch (call % 3) {
    case 0:
        bytes = realloc(bytes, room == 0 ? 1 : room);
        if (brood_queue_get_bytes(hostile->queue, bytes, room, &size, 0) == APR_SUCCESS)
            require(size <= room);
        break;
    case 1:
        bytes = realloc(bytes, room == 0 ? 1 : room);
        (void)brood_queue_get_many(hostile->queue, bytes, room, messages, 5, &size, 0);
        require(size <= 5);
        break;
    default:
        require(apr_pool_create(&pool, NULL) == APR_SUCCESS);
        (void)brood_queue_get(hostile->queue, &values, 0, pool);
        apr_pool_destroy(pool);
        break;
    }
    free(bytes);
}

static void ask(hostile_t *hostile, uint32_t call) {
    brood_queue_t *queue = hostile->queue;
    brood_queue_counts_t counts;
    size_t count;
    (void)brood_queue_qsize(queue, &count);
    (void)brood_queue_full(queue);
    (void)brood_queue_counts(queue, &counts);
    (void)brood_queue_unfinished(queue, &count);
    switch (call % 8) {
    case 0: (void)brood_queue_task_done(queue); break;
    case 1: (void)brood_queue_join(queue, 0); break;
    case 2: (void)brood_queue_shutdown(queue, next(hostile, 1) % 2, 0); break;
    case 3: brood__payload_sweep(&queue->ring, next(hostile, 4)); break;
    case 4: arrive(hostile); break;
    case 5: (void)brood_queue_get_bytes(queue, NULL, 0, &count, 100); break;
    default: break;
    }
}

static void happen(hostile_t *hostile) {
    uint32_t call = next(hostile, 1);
    switch (call % 8) {
    case 0: scribble(hostile); break;
    case 1:
    case 2: put(hostile, call / 8); break;
    case 3:
    case 4: get(hostile, call / 8); break;
    case 5: hold(hostile, call / 8); break;
    case 6: let_go(hostile, call / 8); break;
    default: ask(hostile, call / 8); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static apr_pool_t *root;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    hostile_t hostile;
    apr_pool_t *pool;
    if (root == NULL) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    require(apr_pool_create(&pool, root) == APR_SUCCESS);
    memset(&hostile, 0, sizeof hostile);
    hostile.input = data;
    hostile.left = size;
    options.capacity_bytes = 4096;
    options.flags = next(&hostile, 1) % 4;
    options.max_items = 1 + next(&hostile, 1);
    options.deliveries_max = options.flags & BROOD_QUEUE_LEASES ? 2 : 0;
    require(brood_queue_create(&hostile.queue, &options, pool) == APR_SUCCESS);
    move(&hostile);
    while (hostile.left > 0 && hostile.calls++ < CALLS_MOST)
        happen(&hostile);
    require(brood_queue_close(hostile.queue) == APR_SUCCESS);
    apr_pool_destroy(pool);
    return 0;
}
