/* The scenario on the queue: its consumers. */
#include "queue.h"

#include "session.h"
#include <string.h>

static apr_interval_time_t some_timeout(void) {
    uint32_t kind = simulation_random(10);
    if (world.stopping && !world.shut) {
        return 1000;
    }
    /* Failed messages take places until somebody asks for them. */
    return kind < 5 && world.ends_by_shutdown && world.deliveries_max == 0 ? -1
           : kind < 7                                                      ? 0
                      : 1 + (apr_interval_time_t)simulation_random(30000);
}

/* What a call that gets nothing means: 1: go on; 0: this consumer's work is over. */
static int nothing(apr_status_t rv) {
    if (rv == APR_EOF) {
        if (!world.shutting) {
            simulation_fault("an end without a shutdown");
        }
        return 0;
    }
    if (rv == APR_ENOSPC || rv == BROOD_ETOOBIG) {
        return 1;
    }
    if (rv != APR_TIMEUP) {
        EXPECT(rv, "get");
    }
    if (world.stopping && !world.ends_by_shutdown) {
        return 0;
    }
    simulation_sleep((int64_t)simulation_random(200000));
    return 1;
}

static void not_after_the_end(int shut) {
    if (shut == 2) {
        simulation_fault("a message after an immediate shutdown");
    }
}

static void task_done(lane_t *lane) {
    if (world.flags & BROOD_QUEUE_JOINABLE) {
        lane->call = CALL_TASK_DONE;
        EXPECT(brood_queue_task_done(&lane->queue), "task_done");
        lane->call = CALL_NONE;
        world.tasks++;
    }
}

static void finished(lane_t *lane, record_t *record) {
    if (record->done && !(world.flags & BROOD_QUEUE_LEASES)) {
        simulation_fault("a message came twice");
    }
    record->done = 1;
    task_done(lane);
}

static int get_one(lane_t *lane) {
    size_t size;
    int shut = world.shut;
    size_t capacity = simulation_chance(10) ? 64 : BUFFER;
    apr_status_t rv;
    memset(lane->buffer, 0, sizeof lane->buffer);
    lane->call = CALL_COPY;
    waits_for_message(lane);
    rv = brood_queue_get_bytes(&lane->queue, lane->buffer, capacity, &size,
                               some_timeout());
    waits_no_more();
    lane->call = CALL_NONE;
    if (rv != APR_SUCCESS) {
        return nothing(rv);
    }
    not_after_the_end(shut);
    message_taken(lane, lane->buffer, size, 0);
    finished(lane, message_read(lane->buffer, size));
    return 1;
}

static int get_batch(lane_t *lane) {
    brood_bytes_t messages[BATCH];
    size_t count;
    int shut = world.shut;
    apr_status_t rv;
    memset(lane->buffer, 0, sizeof lane->buffer);
    lane->call = CALL_COPY;
    waits_for_message(lane);
    rv = brood_queue_get_many(&lane->queue, lane->buffer, BUFFER, messages,
                              1 + simulation_random(BATCH), &count, some_timeout());
    waits_no_more();
    lane->call = CALL_NONE;
    if (rv != APR_SUCCESS) {
        return nothing(rv);
    }
    not_after_the_end(shut);
    for (size_t i = 0; i < count; i++) {
        message_taken(lane, messages[i].data, messages[i].size, 0);
    }
    for (size_t i = 0; i < count; i++) {
        finished(lane, message_read(messages[i].data, messages[i].size));
    }
    return 1;
}

/* A message in the hands stays what it is, however long. */
static record_t *look_at(const brood_message_t *message) {
    record_t *record = message_read(message->data, message->size);
    if (record == NULL) {
        simulation_fault("a message changes in the hands");
    }
    return record;
}

static int take_one(lane_t *lane) {
    brood_message_t message;
    int shut = world.shut;
    apr_status_t rv;
    lane->call = CALL_IN_PLACE;
    waits_for_message(lane);
    rv = brood_queue_take(&lane->queue, &message, some_timeout());
    waits_no_more();
    lane->call = CALL_NONE;
    if (rv != APR_SUCCESS) {
        return nothing(rv);
    }
    not_after_the_end(shut);
    message_taken(lane, message.data, message.size, message.deliveries);
    message_read(message.data, message.size)->done = 1;
    if (simulation_chance(40)) {
        simulation_sleep((int64_t)simulation_random(5000000));
    }
    (void)look_at(&message);
    EXPECT(brood_queue_release(&lane->queue, &message), "release");
    task_done(lane);
    return 1;
}

/* Waits as one does who waits for other things, too, and takes nothing. */
static int wait_first(lane_t *lane) {
    brood_wait_item_t item = BROOD_WAIT_QUEUE(&lane->queue);
    apr_status_t rv;
    waits_for_message(lane);
    rv = brood_wait(&item, 1, some_timeout(), NULL);
    waits_no_more();
    return rv == APR_SUCCESS ? 1 : nothing(rv);
}

/* ---- leases ------------------------------------------------------------------------- */

static int is_over(const record_t *record) {
    return record->until_ns != 0 && simulation_now_ns() > record->until_ns;
}

static int64_t end_of(apr_interval_time_t lease, int64_t now) {
    return lease < 0 ? 0 : now + lease * 1000;
}

static apr_interval_time_t some_lease(void) {
    return simulation_chance(50) ? -1
                                 : 500 + (apr_interval_time_t)simulation_random(40000);
}

/* What a call about a lease returned; it may say that the lease is over only if it was. */
static int still_mine(record_t *record, apr_status_t rv, int may_be_over) {
    if (rv == BROOD_ELEASE) {
        if (record->holder == simulation_self() && !may_be_over && !is_over(record)) {
            simulation_fault("a lease is over too early");
        }
        return 0;
    }
    EXPECT(rv, "a call on a lease");
    if (record->holder != simulation_self()) {
        simulation_fault("a lease that another has is still good");
    }
    return 1;
}

static void renew(lane_t *lane, brood_message_t *message, record_t *record) {
    apr_interval_time_t lease = some_lease();
    int64_t before = record->until_ns;
    int64_t least = end_of(lease, simulation_now_ns());
    int over;
    apr_status_t rv;
    /* While it is under way it may be either. */
    record->until_ns = before == 0      ? least
                       : least == 0     ? before
                       : before < least ? before
                                        : least;
    rv = brood_queue_renew(&lane->queue, message, lease);
    over = before != 0 && simulation_now_ns() > before;
    if (still_mine(record, rv, over)) {
        record->until_ns = least;
    } else if (record->holder == simulation_self()) {
        record->holder = 0;
    }
}

static void acknowledge(lane_t *lane, brood_message_t *message, record_t *record) {
    apr_status_t rv;
    lane->call = CALL_ACKNOWLEDGE;
    lane->subject = record;
    rv = brood_queue_acknowledge(&lane->queue, message);
    lane->call = CALL_NONE;
    if (still_mine(record, rv, 0)) {
        if (record->done) {
            simulation_fault("a message is acknowledged twice");
        }
        record->done = 1;
        record->holder = 0;
        task_done(lane);
    }
}

static void give_back(lane_t *lane, brood_message_t *message, record_t *record) {
    apr_status_t rv;
    int was_mine = record->holder == simulation_self();
    int64_t until_ns = record->until_ns;
    if (was_mine) {
        record->until_ns = 1; /* somebody may have it before the call returns */
    }
    rv = brood_queue_give_back(&lane->queue, message);
    if (rv == BROOD_ELEASE) {
        if (was_mine && (until_ns == 0 || simulation_now_ns() <= until_ns)) {
            simulation_fault("a lease is over too early");
        }
    } else {
        EXPECT(rv, "give_back");
    }
    if (record->holder == simulation_self()) {
        record->holder = 0;
    }
}

static int lease_one(lane_t *lane) {
    brood_message_t message;
    record_t *record;
    apr_interval_time_t lease = some_lease();
    int shut = world.shut;
    int64_t now = simulation_now_ns();
    apr_status_t rv;
    lane->call = CALL_LEASE;
    waits_for_message(lane);
    rv = brood_queue_lease(&lane->queue, &message, lease, some_timeout());
    waits_no_more();
    lane->call = CALL_NONE;
    if (lease >= 0) { /* some may have been over before the call saw them */
        world.unseen += (uint32_t)((simulation_now_ns() - now) / (lease * 1000));
    }
    if (rv != APR_SUCCESS) {
        return nothing(rv);
    }
    not_after_the_end(shut);
    if (lease >= 0 && simulation_now_ns() - now > lease * 1000) {
        /* It may be over already; then the message may be anybody's. */
        now = simulation_now_ns();
        rv = brood_queue_renew(&lane->queue, &message, lease);
        if (rv == BROOD_ELEASE) {
            world.unseen++;
            return 1;
        }
        EXPECT(rv, "renew");
    }
    message_taken(lane, message.data, message.size, message.deliveries);
    record = message_read(message.data, message.size);
    record->holder = simulation_self();
    /* It begins when the message is delivered, which cannot be before it is put. */
    record->until_ns = end_of(lease, record->begun_ns > now ? record->begun_ns : now);
    for (uint32_t i = 0; i < 3; i++) {
        if (simulation_chance(40)) {
            simulation_sleep((int64_t)simulation_random(20000000));
        }
        if (simulation_chance(20) && record->holder == simulation_self()) {
            renew(lane, &message, record);
            if (message.data == NULL) {
                return 1;
            }
        }
    }
    if (!is_over(record) && record->holder == simulation_self()) {
        (void)look_at(&message);
    }
    if (simulation_chance(75)) {
        acknowledge(lane, &message, record);
    } else {
        give_back(lane, &message, record);
    }
    return 1;
}

static void take_failed(lane_t *lane) {
    brood_message_t message;
    record_t *record;
    apr_status_t rv;
    lane->call = CALL_IN_PLACE;
    rv = brood_queue_take_failed(&lane->queue, &message);
    lane->call = CALL_NONE;
    if (rv == APR_ENOENT) {
        return;
    }
    EXPECT(rv, "take_failed");
    record = look_at(&message);
    if (record->done || message.deliveries < world.deliveries_max ||
        world.deliveries_max == 0) {
        simulation_fault("a message failed that had not");
    }
    record->done = 1;
    EXPECT(brood_queue_release(&lane->queue, &message), "release");
    task_done(lane);
}

void consume(void *argument) {
    lane_t *lane = argument;
    int leases = (world.flags & BROOD_QUEUE_LEASES) != 0;
    int goes_on = 1;
    lane_enter(lane);
    while (goes_on) {
        lane_look(lane);
        if (leases && simulation_chance(20)) {
            take_failed(lane);
        }
        if (simulation_chance(world.waits) && !wait_first(lane)) {
            break;
        }
        goes_on = leases && simulation_chance(70)       ? lease_one(lane)
                  : simulation_chance(world.in_place)   ? take_one(lane)
                  : simulation_chance(world.in_batches) ? get_batch(lane)
                                                        : get_one(lane);
        if (simulation_chance(10)) {
            simulation_sleep((int64_t)simulation_random(2000000));
        }
    }
    lane->ended = 1;
    brood__session_leave();
}
