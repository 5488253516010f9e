/* Kill points of the queue: one victim and two survivors share it, by copy or in place, one at a
 * time or in batches, on lease, as tasks. Nothing is torn, out of order or twice, and nothing
 * that was acknowledged is missing, but what a killed consumer had in its hands; no memory is
 * left in a hand, and no task undone but the dead one's. And one victim ends the queue.
 *
 * ci/check wants every kill point of the queue in the tables below. */
#include "killing.h"
#include "payload.h"
#include "queue.h"
#include <string.h>

#define NUMBERS 4000000 /* more than are put in the time that a case takes */
#define LARGE 20000
#define LARGER 40000 /* number 0's: it makes the first place for such a one itself */
#define BATCH 4u
#define GIVEN_BACK 5u /* every so many messages one that is given back once */

/* What a point's variant says. */
#define CONSUMER 1   /* the victim and its likes are; else they are producers */
#define LARGE_ONES 2 /* messages beside the ring */
#define IN_PLACE 4   /* reserve and commit or abandon, take and release */
#define MANY 8       /* batches */
#define LEASED 16    /* consumers acknowledge */
#define TASKS 32     /* and say what is done; producers wait for that */
#define DROP 64      /* the end is immediate */
#define ROOMY 128    /* far more is reserved than is needed, of two sizes in turn */
#define APART 256    /* the victim reserves what nobody has left behind */

enum { VICTIM, SAME_SIDE, OTHER_SIDE, WORKERS };

typedef struct log_t {
    killing_log_t head;
    _Atomic uint32_t acked[2];
    _Atomic uint8_t taken[2][NUMBERS]; /* how often; on lease: acknowledged */
    _Atomic uint32_t ended;            /* the queue's end has been seen */
} log_t;

typedef struct message_t {
    uint32_t producer, number, size, check;
} message_t;

typedef union bytes_t {
    message_t head;
    unsigned char bytes[sizeof(message_t) + LARGER + 100];
} bytes_t;

static brood_queue_t *the_queue;

/* ---- messages ----------------------------------------------------------------------- */

static uint32_t check_of(const message_t *head, const unsigned char *body) {
    uint32_t check = head->producer * 40503u + head->number;
    for (size_t i = 0; i + sizeof *head < head->size; i++) {
        check = check * 31 + body[i];
    }
    return check;
}

static uint32_t size_of(int variant, uint32_t producer, uint32_t number) {
    uint32_t least = !(variant & LARGE_ONES) ? 0 : producer == 0 ? LARGER : LARGE;
    return (uint32_t)sizeof(message_t) + least + number % 90;
}

static void write_message(void *place, int variant, uint32_t producer, uint32_t number) {
    message_t head = {producer, number, size_of(variant, producer, number), 0};
    unsigned char *body = (unsigned char *)place + sizeof head;
    for (uint32_t i = 0; i + sizeof head < head.size; i++) {
        body[i] = (unsigned char)(number + i);
    }
    head.check = check_of(&head, body);
    memcpy(place, &head, sizeof head);
}

/* Behind others in a batch it is not aligned. */
static int is_whole(message_t *head, const void *place, size_t size) {
    memset(head, 0, sizeof *head);
    memcpy(head, place, size < sizeof *head ? size : sizeof *head);
    return size >= sizeof *head && size == head->size && head->producer <= 1 &&
           head->number < NUMBERS &&
           head->check == check_of(head, (const unsigned char *)place + sizeof *head);
}

/* ---- producers ---------------------------------------------------------------------- */

typedef struct producer_t {
    killing_worker_t self;
    brood_queue_t *queue;
    uint32_t producer;
    uint32_t number; /* the next one */
} producer_t;

static apr_status_t put_one(producer_t *producer) {
    static bytes_t message;
    int variant = producer->self.variant;
    apr_status_t rv;
    write_message(&message, variant, producer->producer, producer->number);
    rv = brood_queue_put_bytes(producer->queue, &message, message.head.size, 100000);
    producer->number += rv == APR_SUCCESS;
    return rv;
}

static apr_status_t put_many(producer_t *producer) {
    static bytes_t bytes[BATCH];
    brood_bytes_t messages[BATCH];
    size_t done;
    apr_status_t rv;
    for (uint32_t i = 0; i < BATCH; i++) {
        write_message(&bytes[i], producer->self.variant, producer->producer,
                      producer->number + i);
        messages[i].data = &bytes[i];
        messages[i].size = bytes[i].head.size;
    }
    rv = brood_queue_put_many(producer->queue, messages, BATCH, &done, 100000);
    producer->number += (uint32_t)done;
    return rv;
}

/* More than what is kept of the memory of both sizes, together. */
static size_t room_of(int variant, uint32_t producer, uint32_t number) {
    size_t more = number % 2 == 0 ? 5u << 20 : 3u << 20;
    size_t apart = (variant & APART) && producer == 0 ? 100u << 10 : 0;
    return size_of(variant, producer, number) + apart + (variant & ROOMY ? more : 0);
}

/* Each is written twice: the first time it is abandoned. */
static apr_status_t put_in_place(producer_t *producer) {
    brood_message_t message;
    for (int again = 0; again < 2; again++) {
        int variant = producer->self.variant;
        apr_status_t rv = brood_queue_reserve(
            producer->queue, &message,
            room_of(variant, producer->producer, producer->number), 100000);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        write_message(message.data, variant, producer->producer, producer->number);
        message.size = size_of(variant, producer->producer, producer->number);
        rv = again ? brood_queue_commit(producer->queue, &message, 100000) : APR_TIMEUP;
        if (rv != APR_SUCCESS && brood_queue_abandon(producer->queue, &message) != 0) {
            return APR_EGENERAL;
        }
        if (again && rv != APR_SUCCESS) {
            return rv;
        }
    }
    producer->number++;
    return APR_SUCCESS;
}

static apr_status_t put(producer_t *producer) {
    int variant = producer->self.variant;
    return variant & IN_PLACE ? put_in_place(producer)
           : variant & MANY   ? put_many(producer)
                              : put_one(producer);
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    producer_t producer = {.number = 0};
    log_t *log;
    CHILD_OK(killing_worker(&producer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(producer.self.state, &producer.queue, &producer.producer));
    log = producer.self.log;
    killing_plan(&producer.self);
    while (!killing_over(&producer.self) && producer.number < NUMBERS - BATCH) {
        apr_status_t rv = put(&producer);
        atomic_store(&log->acked[producer.producer], producer.number);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        if (producer.self.variant & TASKS) {
            rv = brood_queue_join(producer.queue, 1000);
            CHILD_CHECK(rv == APR_SUCCESS || rv == APR_TIMEUP);
        }
        killing_step(&producer.self);
    }
    return 0;
}

/* ---- consumers ---------------------------------------------------------------------- */

typedef struct consumer_t {
    killing_worker_t self;
    brood_queue_t *queue;
    int64_t latest[2];
} consumer_t;

static void note(log_t *log, const message_t *head) {
    atomic_fetch_add(&log->taken[head->producer][head->number], 1);
}

/* 0: it is not what it should be. */
static int receive(consumer_t *consumer, const void *place, size_t size,
                   uint32_t deliveries, message_t *head) {
    if (!is_whole(head, place, size) ||
        (deliveries <= 1 && (int64_t)head->number <= consumer->latest[head->producer])) {
        killing_fault(&consumer->self, "torn or out of order", head->number);
        return 0;
    }
    if (deliveries <= 1) {
        consumer->latest[head->producer] = head->number;
    }
    return 1;
}

static apr_status_t get_copies(consumer_t *consumer, size_t *count) {
    static bytes_t bytes[BATCH];
    brood_bytes_t messages[BATCH];
    message_t head;
    apr_status_t rv;
    if (consumer->self.variant & MANY) {
        rv = brood_queue_get_many(consumer->queue, bytes, sizeof bytes, messages, BATCH,
                                  count, 100000);
    } else {
        messages[0].data = bytes;
        rv = brood_queue_get_bytes(consumer->queue, bytes, sizeof bytes,
                                   &messages[0].size, 100000);
        *count = rv == APR_SUCCESS;
    }
    for (size_t i = 0; i < *count; i++) {
        if (!receive(consumer, messages[i].data, messages[i].size, 0, &head)) {
            return APR_EGENERAL;
        }
        note(consumer->self.log, &head);
    }
    return rv;
}

/* One that comes for the first time may be given back. */
static apr_status_t answer(consumer_t *consumer, brood_message_t *message,
                           const message_t *head, size_t *count) {
    apr_status_t rv;
    if (message->deliveries == 1 && head->number % GIVEN_BACK == 0) {
        return brood_queue_give_back(consumer->queue, message);
    }
    rv = brood_queue_acknowledge(consumer->queue, message);
    if (rv == APR_SUCCESS) {
        note(consumer->self.log, head);
        *count = 1;
    }
    return rv;
}

static apr_status_t get_in_place(consumer_t *consumer, size_t *count) {
    int leased = (consumer->self.variant & LEASED) != 0;
    brood_message_t message;
    message_t head;
    apr_status_t rv =
        leased ? brood_queue_lease(consumer->queue, &message, BROOD_FOREVER, 100000)
               : brood_queue_take(consumer->queue, &message, 100000);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!receive(consumer, message.data, message.size, message.deliveries, &head)) {
        return APR_EGENERAL;
    }
    if (!leased) {
        *count = 1;
        note(consumer->self.log, &head);
        return brood_queue_release(consumer->queue, &message);
    }
    return answer(consumer, &message, &head, count);
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    consumer_t consumer = {.latest = {-1, -1}};
    uint32_t unused;
    CHILD_OK(killing_worker(&consumer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(consumer.self.state, &consumer.queue, &unused));
    killing_plan(&consumer.self);
    for (;;) {
        size_t count = 0;
        apr_status_t rv = consumer.self.variant & (IN_PLACE | LEASED)
                              ? get_in_place(&consumer, &count)
                              : get_copies(&consumer, &count);
        if (rv == APR_TIMEUP && killing_over(&consumer.self)) {
            return 0;
        }
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        for (; (consumer.self.variant & TASKS) && count > 0; count--) {
            CHILD_OK(brood_queue_task_done(consumer.queue));
        }
        killing_step(&consumer.self);
    }
}

/* ---- one case ----------------------------------------------------------------------- */

static apr_status_t make(killing_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    int variant = run->at->variant;

    options.capacity_bytes = 4096;
    options.max_items = variant & (LARGE_ONES | MANY) ? 0 : 3;
    options.flags = (variant & LEASED ? BROOD_QUEUE_LEASES : 0) |
                    (variant & TASKS ? BROOD_QUEUE_JOINABLE : 0);
    return brood_queue_create(&the_queue, &options, run->pool);
}

static apr_status_t place(killing_t *run, uint32_t worker) {
    int consumes = (run->at->variant & CONSUMER) != 0;
    uint32_t producer =
        worker == SAME_SIDE; /* the only one, or the victim, is number 0 */

    if (worker == OTHER_SIDE) {
        consumes = !consumes;
    }
    return killing_place(run, worker, consumes ? consume : produce,
                         BROOD_ARGS(the_queue, producer));
}

/* So many may have been in the hands of a killed consumer. */
static int in_hands(const killing_point_t *at) {
    return !(at->variant & CONSUMER) ? 0 : at->variant & MANY ? (int)BATCH : 1;
}

/* All that was acknowledged was taken once; what a killed consumer had in its hands may be
 * missing. */
static void check_messages(log_t *log, const killing_point_t *at) {
    int missing = 0;
    int producer;
    uint32_t i;

    for (producer = 0; producer < 2; producer++) {
        for (i = 0; i < NUMBERS; i++) {
            unsigned taken = atomic_load(&log->taken[producer][i]);
            if (taken > 1) {
                killing_complain(at->point, "a message came twice", i);
            }
            missing += taken == 0 && i < atomic_load(&log->acked[producer]);
            /* Of a batch that was cut short several may be there. */
            if (taken != 0 && i >= atomic_load(&log->acked[producer]) +
                                       (at->variant & MANY ? BATCH : 1)) {
                killing_complain(at->point, "a message came that was not put", i);
            }
        }
    }
    if (missing > in_hands(at)) {
        killing_complain(at->point, "acknowledged messages are lost", missing);
    }
}

/* The last producer may have outlived the last consumer, and a dead one's leases come back. */
static void take_the_rest(killing_t *run) {
    static bytes_t rest;
    message_t head;
    size_t size;
    while (brood_queue_get_bytes(the_queue, &rest, sizeof rest, &size, 0) ==
           APR_SUCCESS) {
        if (!is_whole(&head, &rest, size)) {
            killing_complain(run->at->point, "the rest is torn", (int64_t)size);
        } else {
            note(run->log, &head);
        }
        if (run->at->variant & TASKS) {
            (void)brood_queue_task_done(the_queue);
        }
    }
}

static void check_memory(const killing_t *run) {
    for (uint32_t hand = BROOD__PAYLOAD_FREE + 1; hand <= BROOD__PAYLOAD_LEASING;
         hand++) {
        uint32_t count = brood__payload_count(&the_queue->ring, hand);
        if (count != 0) {
            killing_complain(run->at->point, "a message stays in a hand", hand);
        }
    }
}

static void check_tasks(const killing_t *run) {
    size_t unfinished = 0;
    if ((run->at->variant & TASKS) &&
        (brood_queue_unfinished(the_queue, &unfinished) != APR_SUCCESS ||
         (int)unfinished > in_hands(run->at))) {
        killing_complain(run->at->point, "tasks stay undone", (int64_t)unfinished);
    }
}

static void check(killing_t *run) {
    size_t left = 1;

    take_the_rest(run);
    if (brood_queue_qsize(the_queue, &left) != APR_SUCCESS || left != 0) {
        killing_complain(run->at->point, "the queue does not become empty",
                         (int64_t)left);
    }
    check_messages(run->log, run->at);
    check_memory(run);
    check_tasks(run);
}

#define SAME (1u << SAME_SIDE)

static const killing_point_t points[] = {
    {"queue.put.locked", 50, 0, SAME, 0},
    {"queue.put.reserved", 50, 0, SAME, 0},
    {"queue.put.copied", 50, 0, SAME, 0},
    {"queue.put.published", 50, 0, SAME, 0},
    {"queue.put.unlocked", 50, 0, 0, 0},
    {"queue.put.waiting", 3, 0, 0, 0},
    {"queue.put.seized", 1, LARGE_ONES, SAME, 0},
    {"queue.put.block", 1, LARGE_ONES, 0, 0},
    {"queue.put.copied", 5, LARGE_ONES, SAME, 0},
    {"queue.put.published", 5, LARGE_ONES, SAME, 0},
    {"queue.put.unlocked", 5, LARGE_ONES, 0, 0},
    {"queue.get.locked", 50, CONSUMER, SAME, 0},
    {"queue.get.copied", 50, CONSUMER, SAME, 0},
    {"queue.get.published", 50, CONSUMER, SAME, 0},
    {"queue.get.unlocked", 50, CONSUMER, 0, 0},
    {"queue.get.waiting", 3, CONSUMER, 0, 0},
    {"queue.get.copied", 20, CONSUMER | LARGE_ONES, SAME, 0},
    {"queue.get.published", 20, CONSUMER | LARGE_ONES, SAME, 0},
    {"queue.leasing", 20, CONSUMER | LARGE_ONES, SAME, 0},
    {"queue.get.drained", 20, CONSUMER | LARGE_ONES, SAME, 0},
    {"queue.freeing", 20, CONSUMER | LARGE_ONES, 0, 0},
    {"queue.freed", 20, CONSUMER | LARGE_ONES, 0, 0},
};

static const killing_point_t more[] = {
    /* batches */
    {"queue.put.reserved", 50, MANY, SAME, 0},
    {"queue.put.copied", 20, MANY, SAME, 0},
    {"queue.put.published", 20, MANY, SAME, 0},
    {"queue.put.unlocked", 20, MANY, 0, 0},
    {"queue.put.waiting", 3, MANY, 0, 0},
    {"queue.get.copied", 20, MANY | CONSUMER, SAME, 0},
    {"queue.get.published", 20, MANY | CONSUMER, SAME, 0},
    {"queue.get.unlocked", 20, MANY | CONSUMER, 0, 0},
    /* in place */
    {"queue.put.seized", 1, IN_PLACE | APART, SAME, 0},
    {"queue.put.block", 1, IN_PLACE | APART, 0, 0},
    {"queue.put.reserved", 20, IN_PLACE, SAME, 0},
    {"queue.put.copied", 20, IN_PLACE, SAME, 0},
    {"queue.put.published", 20, IN_PLACE, SAME, 0},
    {"queue.put.unlocked", 20, IN_PLACE, 0, 0},
    {"queue.freeing", 20, IN_PLACE, 0, 0},
    {"queue.freed", 20, IN_PLACE, 0, 0},
    {"queue.decommitting", 2, IN_PLACE | ROOMY, 0, 0},
    {"queue.decommitting", 2, IN_PLACE | ROOMY | CONSUMER, 0, 0},
    {"queue.get.copied", 20, IN_PLACE | CONSUMER, SAME, 0},
    {"queue.get.published", 20, IN_PLACE | CONSUMER, SAME, 0},
    {"queue.get.unlocked", 20, IN_PLACE | CONSUMER, 0, 0},
    {"queue.freeing", 20, IN_PLACE | CONSUMER, 0, 0},
    {"queue.freed", 20, IN_PLACE | CONSUMER, 0, 0},
    /* on lease */
    {"queue.put.published", 20, LEASED, SAME, 0},
    {"queue.put.unlocked", 20, LEASED, 0, 0},
    {"queue.leasing", 20, LEASED | CONSUMER, 0, 0},
    {"queue.get.copied", 20, LEASED | CONSUMER, SAME, 0},
    {"queue.get.published", 20, LEASED | CONSUMER, SAME, 0},
    {"queue.get.unlocked", 20, LEASED | CONSUMER, 0, 0},
    {"queue.returned", 2, LEASED | CONSUMER, 0, 0},
    {"queue.retaking", 2, LEASED | CONSUMER, 0, 0},
    {"queue.freeing", 20, LEASED | CONSUMER, 0, 0},
    {"queue.freed", 20, LEASED | CONSUMER, 0, 0},
    /* tasks */
    {"queue.put.published", 20, TASKS, SAME, 0},
    {"queue.put.published", 20, TASKS | LARGE_ONES, SAME, 0},
    {"queue.put.unlocked", 20, TASKS | LARGE_ONES, 0, 0},
    {"queue.put.published", 20, TASKS | LEASED, SAME, 0},
    {"queue.get.published", 20, TASKS | CONSUMER, SAME, 0},
    {"queue.get.unlocked", 20, TASKS | CONSUMER, 0, 0},
    {"queue.task_done", 20, TASKS | CONSUMER, 0, 0},
    {"queue.task_done", 20, TASKS | CONSUMER | LARGE_ONES, 0, 0},
};

/* ---- the end ------------------------------------------------------------------------ */

/* Puts or takes on and on; once it has seen the end it sees nothing else. */
static int use_until_the_end(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_queue_t *queue;
    uint32_t consumes;
    log_t *log;
    uint32_t number = 0;
    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &consumes));
    log = self.log;
    while (!killing_over(&self)) {
        int ended = atomic_load(&log->ended) != 0;
        size_t size;
        apr_status_t rv =
            consumes ? brood_queue_get_bytes(queue, &number, sizeof number, &size, 100000)
                     : brood_queue_put_bytes(queue, &number, sizeof number, 100000);
        if (rv == BROOD_ESHUTDOWN || rv == APR_EOF) {
            atomic_store(&log->ended, 1);
        } else if (rv == APR_TIMEUP) {
            continue;
        } else {
            CHILD_OK(rv);
            CHILD_CHECK(!ended || (consumes && !(self.variant & DROP)));
        }
        killing_step(&self);
    }
    return 0;
}

static int end(const brood_values_t *state, apr_pool_t *pool) {
    killing_worker_t self;
    brood_queue_t *queue;
    uint32_t unused;
    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &unused));
    killing_plan(&self);
    while (!killing_over(&self)) {
        CHILD_OK(
            brood_queue_shutdown(queue, (self.variant & DROP) != 0, KILLING_LATE_US));
        killing_step(&self);
    }
    return 0;
}

static apr_status_t place_end(killing_t *run, uint32_t worker) {
    uint32_t consumes = worker == OTHER_SIDE;
    return killing_place(run, worker, worker == VICTIM ? end : use_until_the_end,
                         BROOD_ARGS(the_queue, consumes));
}

/* Whether the victim did it or not: afterwards it can be done, and is. */
static void check_end(killing_t *run) {
    uint32_t number;
    size_t size = 1;
    apr_status_t rv = APR_SUCCESS;
    if (brood_queue_shutdown(the_queue, (run->at->variant & DROP) != 0, 0) !=
            APR_SUCCESS ||
        brood_queue_put_bytes(the_queue, &number, sizeof number, 0) != BROOD_ESHUTDOWN) {
        killing_complain(run->at->point, "the queue does not end", 0);
    }
    while (rv == APR_SUCCESS) {
        rv = brood_queue_get_bytes(the_queue, &number, sizeof number, &size, 0);
    }
    if (rv != APR_EOF || brood_queue_qsize(the_queue, &size) != APR_SUCCESS ||
        size != 0) {
        killing_complain(run->at->point, "what is left has no end", rv);
    }
}

#define BOTH (1u << SAME_SIDE | 1u << OTHER_SIDE)

static const killing_point_t ends[] = {
    {"queue.shutting", 1, 0, BOTH, 0},
    {"queue.shutting", 1, DROP, BOTH, 0},
    {"queue.shutting", 5, TASKS, BOTH, 0},
    /* From here on everybody can see that it has ended. */
    {"queue.shut", 1, 0, 0, 0},
    {"queue.shut", 1, DROP, 0, 0},
    {"queue.shut", 5, LEASED, 0, 0},
    {"queue.shut", 2, LEASED | DROP, 0, 0},
};

static const killing_kind_t kinds[] = {
    {.name = "queue",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
    {.name = "queue more",
     .points = more,
     .point_count = sizeof more / sizeof more[0],
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .one_method = 1},
    {.name = "queue end",
     .points = ends,
     .point_count = sizeof ends / sizeof ends[0],
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place_end,
     .check = check_end,
     .one_method = 1},
};

KILLING_MAIN(kinds)
