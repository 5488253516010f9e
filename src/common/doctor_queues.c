/* Reports: queues, what has happened in them, and whose hands their messages are in. */
#include "doctor_report.h"
#include "lockword.h"
#include "payload.h"
#include "queue.h"
#include <stdio.h>
#include <string.h>

static void turn_add(brood__report_t *report, const _Atomic uint32_t *word,
                     const char *what, const char *object) {
    uint32_t owner =
        brood__report_owner(atomic_load_explicit(word, memory_order_relaxed));
    if (owner != 0) {
        (void)brood__report_hold(report, owner, what, object);
    }
}

/* How many messages with memory of their own are in this hand; and in whose. */
static uint32_t hand_count(const brood__read_ring_t *ring, uint32_t hand,
                           brood__report_holders_t *holders) {
    uint32_t count = 0;
    for (size_t i = 0; i < ring->payload_count; i++) {
        uint64_t state =
            atomic_load_explicit(&ring->payloads[i].state, memory_order_relaxed);
        if (BROOD__PAYLOAD_HAND(state) != hand) {
            continue;
        }
        count++;
        if (holders != NULL) {
            brood__report_count(holders, BROOD__PAYLOAD_OWNER(state) & BROOD__ID_MASK);
        }
    }
    return count;
}

/* The same, with those who have them among the holds. */
static uint32_t held_count(brood__report_t *report, const brood__read_ring_t *ring,
                           uint32_t hand, const char *what, const char *object) {
    brood__report_holders_t holders = {{0}, {0}};
    uint32_t count = hand_count(ring, hand, &holders);
    brood__report_holders(report, &holders, what, object);
    return count;
}

static void payloads_add(brood__report_t *report, brood_doctor_queue_t *queue,
                         const brood__read_ring_t *ring) {
    const char *object = queue->object;
    queue->queued = hand_count(ring, BROOD__PAYLOAD_QUEUED, NULL);
    queue->returned = hand_count(ring, BROOD__PAYLOAD_RETURNED, NULL);
    queue->failed = hand_count(ring, BROOD__PAYLOAD_FAILED, NULL);
    queue->reserved =
        held_count(report, ring, BROOD__PAYLOAD_RESERVED, "reserved", object);
    queue->taken = held_count(report, ring, BROOD__PAYLOAD_TAKEN, "taken", object);
    queue->leased = held_count(report, ring, BROOD__PAYLOAD_LEASED, "on lease", object) +
                    hand_count(ring, BROOD__PAYLOAD_LEASING, NULL);
}

static const char *state_name(uint32_t shutdown) {
    switch (shutdown & BROOD__RING_STATE) {
    case BROOD__RING_OPEN: return "open";
    case BROOD__RING_DRAINING: return "ending";
    default: return "ended";
    }
}

static void numbers_add(brood_doctor_queue_t *queue, const brood__ring_shared_t *shared) {
    uint64_t tail = atomic_load_explicit(&shared->tail, memory_order_relaxed);
    uint64_t head = atomic_load_explicit(&shared->head, memory_order_relaxed);
    uint32_t end = atomic_load_explicit(&shared->shutdown, memory_order_relaxed);
    uint32_t done = atomic_load_explicit(&shared->done, memory_order_relaxed);
    int is_over = (end & BROOD__RING_STATE) == BROOD__RING_SHUT;
    queue->state = state_name(end);
    brood__queue_counts_read(&queue->counts, shared, brood__mark_items(tail, head));
    queue->messages = is_over ? 0 : brood__mark_items(tail, head) + queue->returned;
    if (shared->flags & BROOD__RING_JOINABLE) {
        queue->unfinished =
            ((is_over ? end / (BROOD__RING_STATE + 1u) : brood__mark_count(tail)) -
             done) &
            BROOD__MARK_COUNT_MASK;
    }
}

static void ring_add(brood__report_t *report, const brood__read_ring_t *ring) {
    brood_doctor_object_t *object = apr_array_push(report->objects);
    brood_doctor_queue_t *queue = apr_array_push(report->queues);
    memset(object, 0, sizeof *object);
    memset(queue, 0, sizeof *queue);
    brood__object_name(object->name, "queue", ring->id, UINT32_MAX);
    memcpy(queue->object, object->name, sizeof queue->object);
    object->segment = ring->id;
    object->kind = "queue";
    payloads_add(report, queue, ring);
    numbers_add(queue, ring->shared);
    (void)snprintf(object->state, sizeof object->state, "%lu messages",
                   (unsigned long)queue->messages);
    turn_add(report, &ring->shared->put_lock, "turn to put", object->name);
    turn_add(report, &ring->shared->get_lock, "turn to get", object->name);
}

void brood__report_queues(brood__report_t *report) {
    for (size_t i = 0; i < report->reading->ring_count; i++) {
        ring_add(report, &report->reading->rings[i]);
    }
}
