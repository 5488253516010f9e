/* What a queue promises of batches, of messages in place and on lease, of tasks and of its end,
 * to processes of every kind and to threads. */
#include "conformance.h"
#include <string.h>

#define EACH CONFORMANCE_TIMES(200) /* messages of one producer */
#define PRODUCERS 2u
#define SIDES (2 * PRODUCERS) /* as many consumers */
#define ALL (PRODUCERS * EACH)
#define BATCH 7u
#define LARGE 9000u

/* What a case's variant says. */
enum { IN_RING = 0, BESIDE = 1, LEASED = 2, JOINABLE = 4 };

typedef struct place_t {
    _Atomic uint8_t taken[PRODUCERS][EACH]; /* how often */
    _Atomic uint32_t count;
    /* Plain memory, handed over by messages. */
    uint32_t written[PRODUCERS][EACH];
    uint32_t read[PRODUCERS][EACH];
} place_t;

typedef struct message_t {
    uint32_t producer, number;
} message_t;

static brood_queue_t *make_queue(const conformance_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    options.capacity_bytes = 4096;
    options.max_items = run->variant & LEASED ? 20 : 0;
    options.flags = (run->variant & LEASED ? BROOD_QUEUE_LEASES : 0) |
                    (run->variant & JOINABLE ? BROOD_QUEUE_JOINABLE : 0);
    assert_success(brood_queue_create(&queue, &options, run->pool));
    return queue;
}

static void setup(conformance_t *run) {
    brood_queue_t *queue = make_queue(run);
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue));
}

static void setup_with_semaphore(conformance_t *run) {
    brood_queue_t *queue = make_queue(run);
    brood_semaphore_t *semaphore;
    assert_success(brood_semaphore_create(&semaphore, 3, 0, run->pool));
    run->mine = queue;
    conformance_args(run, BROOD_ARGS(queue, semaphore));
}

static void check_each_once(conformance_t *run) {
    place_t *place = run->place;
    size_t left = 1;
    for (uint32_t i = 0; i < ALL; i++) {
        assert_int_equal(atomic_load(&place->taken[i / EACH][i % EACH]), 1);
    }
    assert_success(brood_queue_qsize(run->mine, &left));
    assert_int_equal(left, 0);
}

static size_t size_of(const conformance_party_t *self, uint32_t number) {
    return sizeof(message_t) +
           (self->variant & BESIDE ? LARGE - number % 90 : number % 90);
}

static void write_message(const conformance_party_t *self, uint8_t *to, uint32_t number) {
    message_t head = {self->me, number};
    memset(to, (int)(self->me * 70 + number), size_of(self, number));
    memcpy(to, &head, sizeof head);
}

/* 0: it is not what it should be. */
static int is_whole(const conformance_party_t *self, const uint8_t *bytes, size_t size,
                    message_t *head) {
    if (size < sizeof *head) {
        return 0;
    }
    memcpy(head, bytes, sizeof *head);
    if (head->producer >= PRODUCERS || head->number >= EACH ||
        size != size_of(self, head->number)) {
        return 0;
    }
    for (size_t i = sizeof *head; i < size; i++) {
        if (bytes[i] != (uint8_t)(head->producer * 70 + head->number)) {
            return 0;
        }
    }
    return 1;
}

static void note(place_t *place, const message_t *head) {
    atomic_fetch_add(&place->taken[head->producer][head->number], 1);
    atomic_fetch_add(&place->count, 1);
}

/* ---- batches ------------------------------------------------------------------------ */

static int put_batches(conformance_party_t *self, brood_queue_t *queue) {
    uint8_t *bytes = apr_palloc(self->pool, BATCH * (LARGE + 100));
    brood_bytes_t messages[BATCH];
    for (uint32_t i = 0; i < EACH;) {
        size_t count = 0, done;
        for (; count < BATCH && i < EACH; i++, count++) {
            messages[count].data = bytes + count * (LARGE + 100);
            messages[count].size = size_of(self, i);
            write_message(self, bytes + count * (LARGE + 100), i);
        }
        CHILD_OK(
            brood_queue_put_many(queue, messages, count, &done, CONFORMANCE_LATE_US));
        CHILD_CHECK(done == count);
    }
    return 0;
}

static int get_batches(conformance_party_t *self, brood_queue_t *queue) {
    uint8_t *bytes = apr_palloc(self->pool, 2 * LARGE);
    int64_t latest[PRODUCERS] = {-1, -1};
    brood_bytes_t messages[BATCH];
    place_t *place = self->place;
    size_t count;
    while (atomic_load(&place->count) < ALL) {
        apr_status_t rv = brood_queue_get_many(queue, bytes, (size_t)2 * LARGE, messages,
                                               BATCH, &count, 1000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        CHILD_CHECK(count >= 1 && count <= BATCH);
        for (size_t i = 0; i < count; i++) {
            message_t head;
            CHILD_CHECK(is_whole(self, messages[i].data, messages[i].size, &head));
            CHILD_CHECK((int64_t)head.number > latest[head.producer]);
            latest[head.producer] = head.number;
            note(place, &head);
        }
    }
    return 0;
}

static int batches(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    return self->me < PRODUCERS ? put_batches(self, queue) : get_batches(self, queue);
}

/* ---- in place ----------------------------------------------------------------------- */

/* Every other one is written twice, and abandoned the first time. */
static int put_in_place(conformance_party_t *self, brood_queue_t *queue) {
    for (uint32_t i = 0; i < EACH; i++) {
        for (uint32_t again = i % 2; again < 2; again++) {
            brood_message_t message;
            CHILD_OK(
                brood_queue_reserve(queue, &message, LARGE + 100, CONFORMANCE_LATE_US));
            CHILD_CHECK((uintptr_t)message.data % 64 == 0);
            write_message(self, message.data, i);
            message.size = size_of(self, i);
            CHILD_OK(again == 0
                         ? brood_queue_abandon(queue, &message)
                         : brood_queue_commit(queue, &message, CONFORMANCE_LATE_US));
        }
    }
    return 0;
}

static int take_in_place(conformance_party_t *self, brood_queue_t *queue) {
    int64_t latest[PRODUCERS] = {-1, -1};
    place_t *place = self->place;
    while (atomic_load(&place->count) < ALL) {
        brood_message_t message;
        message_t head;
        apr_status_t rv = brood_queue_take(queue, &message, 1000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        CHILD_CHECK(is_whole(self, message.data, message.size, &head));
        CHILD_CHECK((int64_t)head.number > latest[head.producer]);
        latest[head.producer] = head.number;
        note(place, &head);
        CHILD_OK(brood_queue_release(queue, &message));
    }
    return 0;
}

static int in_place(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    return self->me < PRODUCERS ? put_in_place(self, queue) : take_in_place(self, queue);
}

/* Put in place, taken by copy, and the other way round. */
static int half_in_place(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    switch (self->me) {
    case 0: return put_in_place(self, queue);
    case 1: return put_batches(self, queue);
    case 2: return get_batches(self, queue);
    default: return take_in_place(self, queue);
    }
}

/* ---- on lease ----------------------------------------------------------------------- */

static int put_numbers(conformance_party_t *self, brood_queue_t *queue) {
    place_t *place = self->place;
    for (uint32_t i = 0; i < EACH; i++) {
        uint8_t bytes[200];
        place->written[self->me][i] = i + 1;
        write_message(self, bytes, i);
        CHILD_OK(
            brood_queue_put_bytes(queue, bytes, size_of(self, i), CONFORMANCE_LATE_US));
    }
    return 0;
}

/* Each is given back once; whoever has it the second time has it for good. What was written
 * before a put, or before a message was given back, is seen after the lease. */
static int lease_twice(conformance_party_t *self, brood_queue_t *queue) {
    place_t *place = self->place;
    while (atomic_load(&place->count) < ALL) {
        brood_message_t message;
        message_t head;
        apr_status_t rv = brood_queue_lease(queue, &message, BROOD_FOREVER, 1000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        CHILD_CHECK(is_whole(self, message.data, message.size, &head));
        CHILD_CHECK(place->written[head.producer][head.number] == head.number + 1);
        CHILD_CHECK(message.deliveries == place->read[head.producer][head.number] + 1);
        place->read[head.producer][head.number]++;
        if (message.deliveries == 1) {
            CHILD_OK(brood_queue_renew(queue, &message, CONFORMANCE_LATE_US));
            CHILD_OK(brood_queue_give_back(queue, &message));
            continue;
        }
        note(place, &head);
        CHILD_OK(brood_queue_acknowledge(queue, &message));
    }
    return 0;
}

static int on_lease(conformance_party_t *self) {
    brood_queue_t *queue;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    CHILD_CHECK(conformance_gate(self));
    return self->me < PRODUCERS ? put_numbers(self, queue) : lease_twice(self, queue);
}

static void check_twice(conformance_t *run) {
    place_t *place = run->place;
    check_each_once(run);
    for (uint32_t i = 0; i < ALL; i++) {
        assert_int_equal(place->read[i / EACH][i % EACH], 2);
    }
}

/* The last parties die with a message in their hands; the others have all of them in the end. */
static int die_on_lease(conformance_party_t *self) {
    place_t *place = self->place;
    brood_queue_t *queue;
    brood_message_t message;
    uint8_t bytes[200];
    message_t head;
    CHILD_OK(BROOD_UNPACK(self->state, &queue));
    if (self->me == 0) {
        for (uint32_t i = 0; i < 4; i++) {
            write_message(self, bytes, i);
            CHILD_OK(brood_queue_put_bytes(queue, bytes, size_of(self, i),
                                           CONFORMANCE_LATE_US));
        }
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me >= 2) {
        CHILD_OK(brood_queue_lease(queue, &message, BROOD_FOREVER, CONFORMANCE_LATE_US));
        CHILD_CHECK(conformance_gate(self));
        conformance_die(self);
    }
    CHILD_CHECK(conformance_gate(self));
    if (self->me == 0) {
        CHILD_OK(brood_queue_shutdown(queue, 0, CONFORMANCE_LATE_US));
    }
    for (;;) { /* ends when nothing can come back any more */
        apr_status_t rv =
            brood_queue_lease(queue, &message, BROOD_FOREVER, CONFORMANCE_LATE_US);
        if (rv == APR_EOF) {
            return 0;
        }
        CHILD_OK(rv);
        CHILD_CHECK(is_whole(self, message.data, message.size, &head));
        note(place, &head);
        CHILD_OK(brood_queue_acknowledge(queue, &message));
    }
}

static void check_four(conformance_t *run) {
    place_t *place = run->place;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(atomic_load(&place->taken[0][i]), 1);
    }
}

/* ---- tasks, the end, and another object ---------------------------------------------- */

/* Producers wait until all is done and end the queue. So many consumers at a time as there are
 * permits have a message in their hands. */
static int work_off(conformance_party_t *self) {
    place_t *place = self->place;
    brood_queue_t *queue;
    brood_semaphore_t *semaphore;
    CHILD_OK(BROOD_UNPACK(self->state, &queue, &semaphore));
    CHILD_CHECK(conformance_gate(self));
    if (self->me < PRODUCERS) {
        CHILD_CHECK(put_numbers(self, queue) == 0);
        CHILD_OK(brood_queue_join(queue, CONFORMANCE_LATE_US));
        /* The other one may put more. */
        CONFORMANCE_AWAIT(self, atomic_load(&place->count) == ALL);
        CHILD_OK(brood_queue_shutdown(queue, 0, CONFORMANCE_LATE_US));
        return 0;
    }
    for (;;) { /* ends with the queue */
        uint8_t bytes[200];
        message_t head;
        size_t size;
        apr_status_t rv;
        CHILD_OK(brood_semaphore_acquire(semaphore, CONFORMANCE_LATE_US));
        rv =
            brood_queue_get_bytes(queue, bytes, sizeof bytes, &size, CONFORMANCE_LATE_US);
        CHILD_OK(brood_semaphore_release(semaphore, 1));
        if (rv == APR_EOF) {
            return 0;
        }
        CHILD_OK(rv);
        CHILD_CHECK(is_whole(self, bytes, size, &head));
        CHILD_CHECK(place->written[head.producer][head.number] == head.number + 1);
        note(place, &head);
        CHILD_OK(brood_queue_task_done(queue));
    }
}

static void check_all_done(conformance_t *run) {
    size_t left = 1;
    check_each_once(run);
    assert_success(brood_queue_unfinished(run->mine, &left));
    assert_int_equal(left, 0);
    assert_status(brood_queue_put_bytes(run->mine, "x", 1, 0), BROOD_ESHUTDOWN);
}

#define CASE(words, many, make, work, look, choice)                                   \
    {                                                                                 \
        .name = words, .parties = many, .place_size = sizeof(place_t), .setup = make, \
        .party = work, .check = look, .variant = choice                               \
    }

static const conformance_case_t cases[] = {
    CASE("batches", SIDES, setup, batches, check_each_once, IN_RING),
    CASE("batches of large messages", SIDES, setup, batches, check_each_once, BESIDE),
    CASE("batches that can be leased", SIDES, setup, batches, check_each_once, LEASED),
    CASE("in place", SIDES, setup, in_place, check_each_once, IN_RING),
    CASE("large in place", SIDES, setup, in_place, check_each_once, BESIDE),
    CASE("in place and by copy", SIDES, setup, half_in_place, check_each_once, IN_RING),
    CASE("on lease", SIDES, setup, on_lease, check_twice, LEASED),
    CASE("a queue of tasks, a semaphore and the end", SIDES + 3, setup_with_semaphore,
         work_off, check_all_done, JOINABLE),
    CASE("tasks on lease, a semaphore and the end", SIDES + 3, setup_with_semaphore,
         work_off, check_all_done, JOINABLE | LEASED),
    {.name = "what the dead had on lease goes to the others",
     .parties = 4,
     .dying = 2,
     .place_size = sizeof(place_t),
     .setup = setup,
     .party = die_on_lease,
     .check = check_four,
     .variant = LEASED},
};
CONFORMANCE_MAIN(cases)
