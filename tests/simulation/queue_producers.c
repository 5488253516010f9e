/* The scenario on the queue: its producers. */
#include "queue.h"

#include "session.h"
#include <string.h>

static apr_interval_time_t some_timeout(void) {
    uint32_t kind = simulation_random(10);
    return kind < 6   ? -1
           : kind < 8 ? 0
                      : 1 + (apr_interval_time_t)simulation_random(20000);
}

static uint32_t some_size(void) {
    uint32_t most = (uint32_t)world.queue->ring.message_max;
    uint32_t inside = (uint32_t)(world.queue->ring.capacity / 4);
    uint32_t least = (uint32_t)sizeof(head_t);
    if (simulation_chance(world.large)) {
        uint32_t limit = most < BUFFER ? most : BUFFER;
        limit = simulation_chance(70) && limit > 3 * inside ? 3 * inside : limit;
        return inside + 1 + simulation_random(limit - inside);
    }
    if (simulation_chance(35)) {
        return least + simulation_random(10); /* it travels with tail */
    }
    return simulation_chance(70) ? least + simulation_random(100)
                                 : least + simulation_random(inside - least + 1);
}

static record_t *begin(lane_t *lane) {
    record_t *record = &world.records[lane->lane][++lane->last];
    record->fate = FATE_BEGUN;
    record->begun_ns = simulation_now_ns();
    world.begun++;
    return record;
}

/* What a put that has returned means for a message. Returns whether the lane goes on. */
static int outcome(record_t *record, apr_status_t rv, int late,
                   apr_interval_time_t timeout, int64_t begin_ns) {
    if (rv == APR_SUCCESS) {
        if (late) {
            simulation_fault("a put after the shutdown succeeds");
        }
        record->fate = FATE_PUT;
        return 1;
    }
    record->fate = FATE_REFUSED;
    if (record->taken != 0) {
        simulation_fault("a message that was not put was taken");
    }
    if (rv == APR_TIMEUP) {
        if (timeout < 0 || simulation_now_ns() - begin_ns < timeout * 1000) {
            simulation_fault("a put is late too early");
        }
        return 1;
    }
    if (rv != BROOD_ESHUTDOWN || !world.shutting) {
        EXPECT(rv, "put");
    }
    return 0;
}

static int put_one(lane_t *lane) {
    uint32_t size = some_size();
    apr_interval_time_t timeout = some_timeout();
    int64_t begin_ns = simulation_now_ns();
    int late = world.shut;
    record_t *record = begin(lane);
    apr_status_t rv;
    message_write(lane->buffer, lane->lane, lane->last, size);
    waits_for_room(lane, size, 0);
    rv = brood_queue_put_bytes(&lane->queue, lane->buffer, size, timeout);
    waits_no_more();
    return outcome(record, rv, late, timeout, begin_ns);
}

static int put_batch(lane_t *lane) {
    brood_bytes_t messages[BATCH];
    record_t *records[BATCH];
    uint32_t count = 1 + simulation_random(BATCH);
    apr_interval_time_t timeout = some_timeout();
    int64_t begin_ns = simulation_now_ns();
    int late = world.shut;
    size_t used = 0, done = 0;
    int goes_on = 1;
    apr_status_t rv;
    if (count > world.quota - lane->last) {
        count = world.quota - lane->last;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = some_size();
        if (size > BUFFER / BATCH) {
            size = BUFFER / BATCH;
        }
        records[i] = begin(lane);
        message_write(lane->buffer + used, lane->lane, lane->last, size);
        messages[i].data = lane->buffer + used;
        messages[i].size = size;
        used += size;
    }
    waits_for_room(lane, 0, 0);
    rv = brood_queue_put_many(&lane->queue, messages, count, &done, timeout);
    waits_no_more();
    if ((rv == APR_SUCCESS) != (done == count)) {
        simulation_fault("put_many returns %d and says %u of %u", (int)rv, (unsigned)done,
                         count);
    }
    for (uint32_t i = 0; i < count; i++) {
        goes_on =
            outcome(records[i], i < done ? APR_SUCCESS : rv, late, timeout, begin_ns);
    }
    return goes_on;
}

static int commit(lane_t *lane, brood_message_t *message, record_t *record) {
    for (;;) { /* ends with the commit, the shutdown or when it is abandoned */
        apr_interval_time_t timeout = some_timeout();
        int64_t begin_ns = simulation_now_ns();
        int late = world.shut;
        apr_status_t rv;
        record->fate = FATE_BEGUN;
        waits_for_room(lane, message->size, 0);
        rv = brood_queue_commit(&lane->queue, message, timeout);
        waits_no_more();
        int goes_on = outcome(record, rv, late, timeout, begin_ns);
        if (rv == APR_SUCCESS) {
            return goes_on;
        }
        if (!goes_on || simulation_chance(50)) {
            EXPECT(brood_queue_abandon(&lane->queue, message), "abandon");
            return goes_on;
        }
    }
}

static int put_in_place(lane_t *lane) {
    brood_message_t message;
    uint32_t size = some_size();
    apr_interval_time_t timeout = some_timeout();
    int64_t begin_ns = simulation_now_ns();
    record_t *record = begin(lane);
    apr_status_t rv;
    waits_for_room(lane, size, 1);
    rv = brood_queue_reserve(&lane->queue, &message, size, timeout);
    waits_no_more();
    if (rv != APR_SUCCESS) {
        return outcome(record, rv, 0, timeout, begin_ns);
    }
    memset(message.data, 0x55, size);
    if (simulation_chance(20)) {
        simulation_sleep((int64_t)simulation_random(3000000));
    }
    if (simulation_chance(30) && size > 100) { /* it became smaller */
        size -= simulation_random(50);
        message.size = size;
    }
    message_write(message.data, lane->lane, lane->last, size);
    if (simulation_chance(15)) {
        record->fate = FATE_REFUSED;
        EXPECT(brood_queue_abandon(&lane->queue, &message), "abandon");
        return 1;
    }
    return commit(lane, &message, record);
}

void produce(void *argument) {
    lane_t *lane = argument;
    int goes_on = 1;
    lane_enter(lane);
    while (goes_on && lane->last < world.quota) {
        lane_look(lane);
        goes_on = simulation_chance(world.in_place)     ? put_in_place(lane)
                  : simulation_chance(world.in_batches) ? put_batch(lane)
                                                        : put_one(lane);
        if (simulation_chance(10)) {
            simulation_sleep((int64_t)simulation_random(2000000));
        }
    }
    lane->ended = 1;
    brood__session_leave();
}
