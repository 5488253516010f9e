/* The scenario on the queue: what must hold when nobody but the first process is left. */
#include "queue.h"

#include "session.h"
#include <string.h>

static lane_t last_lane;

/* Takes what is left. */
static void drain(void) {
    int tries = (world.flags & BROOD_QUEUE_LEASES) ? 3 : 1;
    brood_message_t message;
    size_t size;
    while (tries != 0) {
        apr_status_t rv =
            brood_queue_get_bytes(world.queue, last_lane.buffer, BUFFER, &size, 0);
        if (rv == APR_TIMEUP || rv == APR_EOF) {
            tries--;
            simulation_sleep(60 * SIMULATION_MS);
            continue;
        }
        EXPECT(rv, "the last get");
        if (world.shut == 2) {
            simulation_fault("a message after an immediate shutdown");
        }
        memset(last_lane.latest, 0, sizeof last_lane.latest);
        message_taken(&last_lane, last_lane.buffer, size, 0);
        message_read(last_lane.buffer, size)->done = 1;
        if (world.flags & BROOD_QUEUE_JOINABLE) {
            EXPECT(brood_queue_task_done(world.queue), "the last task_done");
        }
    }
    while (brood_queue_take_failed(world.queue, &message) == APR_SUCCESS) {
        record_t *record = message_read(message.data, message.size);
        if (record == NULL || record->done) {
            simulation_fault("a message failed that had not");
        }
        record->done = 1;
        EXPECT(brood_queue_release(world.queue, &message), "the last release");
        if (world.flags & BROOD_QUEUE_JOINABLE) {
            EXPECT(brood_queue_task_done(world.queue), "the last task_done");
        }
    }
}

static void check_the_lost(simulation_result_t *count) {
    int leases = (world.flags & BROOD_QUEUE_LEASES) != 0;
    uint32_t lost = 0;
    for (uint32_t i = 0; i < world.producers; i++) {
        for (uint32_t n = 1; n <= world.lanes[0][i].last; n++) {
            const record_t *record = &world.records[i][n];
            count->put += record->fate == FATE_PUT;
            count->taken += record->taken;
            count->again += record->taken > 1 ? record->taken - 1 : 0;
            if (record->fate == FATE_PUT && world.shut != 2 && !record->done &&
                !record->may_be_done && (leases || record->taken == 0) &&
                ++lost > world.in_dead_hands) {
                simulation_fault("message %u of %u is lost", n, i);
            }
        }
    }
}

/* The chunks of no two payloads overlap. */
static void check_chunks(void) {
    const brood__ring_t *ring = &world.queue->ring;
    for (uint32_t i = 0; i < ring->payload_count; i++) {
        uint64_t chunk = ring->payloads[i].chunk;
        uint64_t begin = (uint64_t)(uint32_t)chunk << 6;
        uint64_t end = begin + (UINT64_C(1) << ((chunk >> 32) & 0xff));
        for (uint32_t k = 0; k < i && chunk != 0; k++) {
            uint64_t other = ring->payloads[k].chunk;
            uint64_t other_begin = (uint64_t)(uint32_t)other << 6;
            uint64_t other_end = other_begin + (UINT64_C(1) << ((other >> 32) & 0xff));
            if (other != 0 && begin < other_end && other_begin < end) {
                simulation_fault("chunks %u and %u overlap", k, i);
            }
        }
    }
}

/* What a dead producer had reserved comes back when he is buried; where another stood still with
 * the lock meanwhile, when it is needed. */
static void need_all_places(void) {
    brood_message_t messages[64];
    uint32_t count = world.queue->ring.payload_count;
    if (world.shut || count_hand(BROOD__PAYLOAD_RESERVED) == 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(brood_queue_reserve(world.queue, &messages[i], 100, 200000), "reserve");
    }
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(brood_queue_abandon(world.queue, &messages[i]), "abandon");
    }
}

static void check_what_is_left(void) {
    const brood__ring_t *ring = &world.queue->ring;
    uint32_t free_count = count_hand(BROOD__PAYLOAD_FREE);
    if (world.shut && simulation_stops() != 0) {
        free_count += count_hand(BROOD__PAYLOAD_RESERVED);
    }
    size_t left = 1;
    EXPECT(brood_queue_qsize(world.queue, &left), "qsize");
    if (left != 0 || (world.shut != 2 && count_items() != 0)) {
        simulation_fault("%u messages are left, %u items", (unsigned)left, count_items());
    }
    if (world.shut == 2) {
        free_count += count_hand(BROOD__PAYLOAD_QUEUED) +
                      count_hand(BROOD__PAYLOAD_RETURNED) +
                      count_hand(BROOD__PAYLOAD_FAILED);
    }
    if (free_count != ring->payload_count) {
        simulation_fault(
            "%u of %u payloads are free at the end, %u reserved, %u queued, "
            "%u taken, %u leased, %u returned, %u failed",
            free_count, ring->payload_count, count_hand(BROOD__PAYLOAD_RESERVED),
            count_hand(BROOD__PAYLOAD_QUEUED), count_hand(BROOD__PAYLOAD_TAKEN),
            count_hand(BROOD__PAYLOAD_LEASED), count_hand(BROOD__PAYLOAD_RETURNED),
            count_hand(BROOD__PAYLOAD_FAILED));
    }
    if ((ring->shared->put_lock & BROOD__LOCK_OWNER) != 0 ||
        (ring->shared->get_lock & BROOD__LOCK_OWNER) != 0) {
        simulation_fault("a lock of the ring is held");
    }
}

/* A consumer that died may have left what it took unfinished. */
static void check_tasks(void) {
    size_t unfinished = 0;
    if (!(world.flags & BROOD_QUEUE_JOINABLE)) {
        return;
    }
    EXPECT(brood_queue_unfinished(world.queue, &unfinished), "unfinished");
    if (unfinished > world.consumer_deaths * BATCH) {
        simulation_fault("%u tasks are unfinished, after %u deaths of consumers",
                         (unsigned)unfinished, world.consumer_deaths);
    }
}

void check_the_end(void) {
    simulation_result_t count;
    memset(&count, 0, sizeof count);
    simulation_sleep(300 * SIMULATION_MS);
    drain();
    need_all_places();
    check_the_lost(&count);
    check_what_is_left();
    check_chunks();
    check_tasks();
    simulation_count(&count);
}
