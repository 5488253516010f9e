/* The scenario on the queue: one process makes it and starts others, that put and take in all
 * ways there are; who dies is replaced, and the first process learns of deaths, or does not.
 * What everybody does is written down in `world`, which is no process's memory: between two
 * steps nobody else runs. */
#include "queue.h"

#include "session.h"
#include <string.h>

world_t world;

/* ---- messages ----------------------------------------------------------------------- */

static uint8_t byte_of(const head_t *head, uint32_t at) {
    return (uint8_t)(head->lane * 61 + head->number * 17 + at * 7);
}

static uint32_t check_of(const head_t *head) {
    return (head->lane * 31 + head->number * 1009 + head->size) ^ 0xa5a5a5a5u;
}

void message_write(void *place, uint32_t lane, uint32_t number, uint32_t size) {
    head_t head = {lane, number, size, 0};
    head.check = check_of(&head);
    memcpy(place, &head, sizeof head);
    for (uint32_t i = sizeof head; i < size; i++) {
        ((uint8_t *)place)[i] = byte_of(&head, i);
    }
}

record_t *message_read(const void *place, size_t size) {
    head_t head;
    if (size < sizeof head) {
        return NULL;
    }
    memcpy(&head, place, sizeof head);
    if (head.size != size || head.check != check_of(&head) || head.lane >= LANES ||
        head.number == 0 || head.number > NUMBERS) {
        return NULL;
    }
    for (uint32_t i = sizeof head; i < size; i++) {
        if (((const uint8_t *)place)[i] != byte_of(&head, i)) {
            return NULL;
        }
    }
    return &world.records[head.lane][head.number];
}

/* Whether it may be delivered although another has it on lease. */
static void may_be_taken_from(const record_t *record, const head_t *head) {
    if (record->holder != 0 && simulation_life(record->holder) == SIMULATION_LIVES &&
        (record->until_ns == 0 || simulation_now_ns() <= record->until_ns)) {
        simulation_fault("message %u of %u, which %u has on lease, is delivered again",
                         head->number, head->lane, record->holder);
    }
}

/* Deliveries that nobody has told of: to the dead, to those who were too late, and to those whose
 * calls have not returned yet. */
static uint32_t unseen_at_most(const lane_t *lane) {
    uint32_t count = (uint32_t)simulation_deaths() + world.unseen;
    for (uint32_t i = 0; i < LANES; i++) {
        count += &world.lanes[1][i] != lane && world.lanes[1][i].call == CALL_LEASE;
    }
    return count;
}

void message_taken(lane_t *lane, const void *place, size_t size, uint32_t deliveries) {
    int leases = (world.flags & BROOD_QUEUE_LEASES) != 0;
    record_t *record = message_read(place, size);
    head_t head;
    if (record == NULL) {
        simulation_fault("a message of %u bytes is torn", (unsigned)size);
    }
    memcpy(&head, place, sizeof head);
    simulation_note("has message %u of %u", head.number, head.lane);
    if (record->fate == FATE_REFUSED || record->fate == FATE_NONE) {
        simulation_fault("message %u of %u was taken and never put", head.number,
                         head.lane);
    }
    if (record->done || (record->taken != 0 && !leases)) {
        simulation_fault("message %u of %u came twice", head.number, head.lane);
    }
    may_be_taken_from(record, &head);
    record->holder = 0;
    record->taken++;
    if (deliveries != 0 && (deliveries < record->taken ||
                            deliveries > record->taken + unseen_at_most(lane))) {
        simulation_fault("message %u of %u says delivery %u and it is %u", head.number,
                         head.lane, deliveries, record->taken);
    }
    /* A message that has come back may come late. */
    if (!leases || deliveries == 1) {
        if (head.number <= lane->latest[head.lane]) {
            simulation_fault("message %u of %u came after %u", head.number, head.lane,
                             lane->latest[head.lane]);
        }
        lane->latest[head.lane] = head.number;
    }
}

/* ---- what is true at this moment ------------------------------------------------------ */

static brood__ring_shared_t *shared(void) {
    return world.queue->ring.shared;
}

uint32_t count_items(void) {
    return brood__mark_items(shared()->tail, shared()->head);
}

uint32_t count_hand(uint32_t hand) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world.queue->ring.payload_count; i++) {
        uint64_t state = world.queue->ring.payloads[i].state;
        count += BROOD__PAYLOAD_HAND(state) == hand;
    }
    return count;
}

int is_full_for(size_t size) {
    const brood__ring_t *ring = &world.queue->ring;
    uint64_t bytes = brood__ring_record_size(ring, size);
    return brood__mark_bytes(shared()->tail, shared()->head) + bytes +
                   brood__ring_gap_before(ring, shared()->tail, bytes) >
               ring->capacity ||
           count_items() >= brood__ring_items_most(ring);
}

static int message_is_there(void *lane) {
    int leases = (world.flags & BROOD_QUEUE_LEASES) != 0;
    uint32_t state = shared()->shutdown & BROOD__RING_STATE;
    (void)lane;
    return count_items() != 0 || state == BROOD__RING_SHUT ||
           (leases && count_hand(BROOD__PAYLOAD_RETURNED) != 0) ||
           (state == BROOD__RING_DRAINING && /* what is on lease may come back */
            !(leases &&
              count_hand(BROOD__PAYLOAD_LEASED) + count_hand(BROOD__PAYLOAD_LEASING) !=
                  0));
}

/* Of space beside the ring only so much is sure: when nothing lies there, there is enough. */
static int room_is_there(void *argument) {
    const lane_t *lane = argument;
    return (shared()->shutdown & BROOD__RING_STATE) != 0 ||
           (!is_full_for(lane->size) &&
            (!(lane->in_place || brood__ring_is_beside(&world.queue->ring, lane->size)) ||
             count_hand(BROOD__PAYLOAD_FREE) == world.queue->ring.payload_count));
}

void waits_for_message(lane_t *lane) {
    simulation_waits(message_is_there, lane);
}

void waits_for_room(lane_t *lane, size_t size, int in_place) {
    lane->size = size;
    lane->in_place = in_place;
    simulation_waits(room_is_there, lane);
}

void waits_no_more(void) {
    simulation_waits(NULL, NULL);
}

void watch_looks(void) {
    for (uint32_t i = 0; i < 2 * LANES; i++) {
        lane_t *lane = &world.lanes[i / LANES][i % LANES];
        if (lane->looks) {
            int shut = (shared()->shutdown & BROOD__RING_STATE) == BROOD__RING_SHUT;
            lane->sizes_seen |= UINT64_C(1) << (shut ? 0 : count_items() & 63);
            lane->full_seen |= !shut && is_full_for(0) ? 2 : 1;
        }
    }
}

void lane_look(lane_t *lane) {
    size_t count = 0;
    int full;
    if (!simulation_chance(15)) {
        return;
    }
    lane->looks = 1;
    lane->sizes_seen = 0;
    EXPECT(brood_queue_qsize(&lane->queue, &count), "qsize");
    watch_looks();
    if (!(world.flags & BROOD_QUEUE_LEASES) &&
        !(lane->sizes_seen & UINT64_C(1) << (count & 63))) {
        simulation_fault("qsize says %u, which it never was", (unsigned)count);
    }
    lane->full_seen = 0;
    full = brood_queue_full(&lane->queue);
    watch_looks();
    lane->looks = 0;
    if (!(lane->full_seen & (full ? 2u : 1u))) {
        simulation_fault("full says %d, which it never was", full);
    }
}

/* ---- processes ---------------------------------------------------------------------- */

void lane_enter(lane_t *lane) {
    /* As after fork: what the first process made is there. */
    brood__self_id = 0;
    EXPECT(brood__participant_claim(lane->id), "claim");
    brood__self_id = lane->id;
}

static void lane_start(lane_t *lane) {
    EXPECT(brood__session_reserve(&lane->id), "reserve");
    lane->queue = *world.queue;
    lane->queue.ring.payload_space = NULL;
    lane->call = CALL_NONE;
    lane->looks = 0;
    lane->process = simulation_start(lane->is_consumer ? consume : produce, lane,
                                     !lane->is_consumer || world.consumers_die);
    simulation_note("starts %s %u as process %u",
                    lane->is_consumer ? "consumer" : "producer", lane->lane,
                    lane->process);
}

/* What the dead one may have had. */
static void autopsy(lane_t *lane) {
    size_t at = 0;
    world.consumer_deaths += (uint32_t)lane->is_consumer;
    switch (lane->call) {
    case CALL_COPY:
        while (at + sizeof(head_t) <= BUFFER) {
            head_t head;
            record_t *record;
            memcpy(&head, lane->buffer + at, sizeof head);
            record = head.size > BUFFER - at ? NULL
                                             : message_read(lane->buffer + at, head.size);
            if (record == NULL) {
                break;
            }
            record->may_be_done = 1;
            at += head.size;
        }
        break;
    case CALL_IN_PLACE: world.in_dead_hands++; break;
    case CALL_ACKNOWLEDGE: lane->subject->may_be_done = 1; break;
    case CALL_TASK_DONE: world.tasks_maybe++; break;
    case CALL_LEASE:
    case CALL_NONE: break;
    }
}

static uint32_t unburied[SIMULATION_PROCESSES];
static uint32_t unburied_count;

static void bury_the_dead(int all) {
    for (uint32_t i = 0; i < unburied_count; i++) {
        if (unburied[i] != 0 && (all || simulation_chance(50))) {
            brood__session_bury(unburied[i]);
            unburied[i] = 0;
        }
    }
}

/* Returns how many lanes are not at their end. */
static uint32_t look_after(lane_t *lanes, uint32_t count) {
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        lane_t *lane = &lanes[i];
        simulation_life_t life = simulation_life(lane->process);
        if (life == SIMULATION_KILLED) {
            autopsy(lane);
            unburied[unburied_count++] = lane->id;
            if (!lane->ended) {
                lane_start(lane);
            }
        }
        left += (uint32_t)(simulation_life(lane->process) == SIMULATION_LIVES);
    }
    return left;
}

static void shut_down(int at_once) {
    world.shutting = 1;
    EXPECT(brood_queue_shutdown(world.queue, at_once, -1), "shutdown");
    world.shut = at_once ? 2 : 1;
    simulation_note("shut down%s", at_once ? " at once" : "");
}

static int all_are_done(void *nothing) {
    (void)nothing;
    return brood__mark_count(shared()->tail) == shared()->done;
}

/* Whoever waits for all tasks is told when they are done. */
static void join(void) {
    if ((world.flags & BROOD_QUEUE_JOINABLE) && !world.consumers_die && !world.shut &&
        !world.deliveries_max) {
        simulation_waits(all_are_done, NULL);
        EXPECT(brood_queue_join(world.queue, -1), "join");
        waits_no_more();
        simulation_note("joined");
    }
}

static void first_process(void *argument) {
    (void)argument;
    uint32_t producers, consumers;
    for (uint32_t i = 0; i < world.producers; i++) {
        lane_start(&world.lanes[0][i]);
    }
    for (uint32_t i = 0; i < world.consumers; i++) {
        lane_start(&world.lanes[1][i]);
    }
    do { /* ends when all consumers have ended */
        simulation_sleep((int64_t)simulation_random(3 * (uint32_t)SIMULATION_MS));
        producers = look_after(world.lanes[0], world.producers);
        consumers = look_after(world.lanes[1], world.consumers);
        if (world.buries) {
            bury_the_dead(0);
        }
        if (world.stops_at != 0 && !world.shutting &&
            world.begun >= (uint32_t)world.stops_at) {
            shut_down(world.stops_at_once);
        }
        if (producers == 0 && !world.stopping) {
            join();
            world.stopping = 1;
            if (world.ends_by_shutdown && !world.shutting) {
                shut_down(0);
            }
        }
    } while (producers + consumers != 0);
    simulation_calm();
    bury_the_dead(1);
    check_the_end();
}

/* ---- the run ------------------------------------------------------------------------ */

static void choose(brood_queue_options_t *options) {
    static const uint32_t shares[] = {0, 0, 15, 40, 100};
    uint32_t kind = simulation_random(10);
    world.producers = 1 + simulation_random(LANES);
    world.consumers = 1 + simulation_random(LANES);
    world.quota = 4 + simulation_random(24);
    world.large = shares[simulation_random(5)];
    world.in_place = shares[simulation_random(5)];
    world.in_batches = shares[simulation_random(4)];
    world.waits = shares[simulation_random(4)];
    world.buries = simulation_chance(80);
    world.consumers_die = simulation_chance(70);
    world.ends_by_shutdown = simulation_chance(50);
    if (simulation_chance(15)) {
        world.stops_at = (int)(1 + simulation_random(world.quota * world.producers));
        world.stops_at_once = simulation_chance(50);
        world.ends_by_shutdown = 1;
    }
    world.flags = (kind < 4 ? BROOD_QUEUE_LEASES : 0) |
                  (simulation_chance(40) ? BROOD_QUEUE_JOINABLE : 0);
    if (kind < 4 && simulation_chance(40)) {
        world.deliveries_max = options->deliveries_max = 1 + simulation_random(4);
    }
    options->flags = world.flags;
    options->capacity_bytes = 4096;
    options->max_items = simulation_chance(50) ? 0 : 1 + simulation_random(6);
    simulation_sparse = simulation_chance(50)
                            ? SIMULATION_SPARSE_MOST
                            : (uint64_t)(16u << simulation_random(4)) << 10;
}

/* The ring as it is when so much has gone through it that its marks are about to begin anew. */
static void wear_in(void) {
    uint64_t before = 1 + simulation_random(40);
    uint64_t position = (BROOD__MARK_POSITION_MASK + 1 - before * 256);
    uint32_t count = BROOD__MARK_COUNT_MASK + 1 - simulation_random(40);
    uint64_t mark = brood__mark_after(position << BROOD__MARK_COUNT_BITS, 0, count);
    shared()->tail = shared()->head = mark;
    shared()->head_seen = shared()->tail_seen = mark;
    shared()->done = brood__mark_count(mark);
}

void queue_scenario(void) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    simulation_plan_t plan = {0, 0, 4000, 400000, 60000 * SIMULATION_MS};
    choose(&options);
    for (uint32_t i = 0; i < 2 * LANES; i++) {
        world.lanes[i / LANES][i % LANES].is_consumer = i >= LANES;
        world.lanes[i / LANES][i % LANES].lane = i % LANES;
    }
    EXPECT(brood_queue_create(&world.queue, &options, NULL), "create");
    if (simulation_chance(30)) {
        wear_in();
    }
    /* Few places beside the ring, so that they run out. */
    if (simulation_chance(70)) {
        world.queue->ring.payload_count = 2 + simulation_random(8);
    } else {
        world.queue->ring.payload_count = 64;
    }
    if (!simulation_chance(25)) { /* not in peace */
        plan.deaths = simulation_random(10);
        plan.stops = simulation_chance(50) ? 0 : simulation_random(5);
    }
    simulation_every_step = watch_looks;
    simulation_note(
        "%u producers, %u consumers, flags %u, at most %u messages, %u places, "
        "%u KiB beside the ring, %u deliveries; burials %d, end by shutdown %d "
        "(after %d, at once %d)",
        world.producers, world.consumers, world.flags, options.max_items,
        world.queue->ring.payload_count, (unsigned)(simulation_sparse >> 10),
        options.deliveries_max, world.buries, world.ends_by_shutdown, world.stops_at,
        world.stops_at_once);
    simulation_run(&plan, first_process, NULL);
}
