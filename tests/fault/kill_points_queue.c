/* Kill points of the queue: one victim and two survivors share it. Nothing is torn, out of order
 * or twice, and nothing that was acknowledged is missing, but what a killed consumer had in its
 * hands. */
#include "killing.h"
#include <string.h>

#define NUMBERS 4000000 /* more than are put in the time that a case takes */
#define LARGE 20000
#define LARGER 40000 /* the victim's: it makes the first place for such a one itself */

/* What a point's variant says. */
#define CONSUMER 1   /* the victim and its likes are; else they are producers */
#define LARGE_ONES 2 /* messages beside the ring */

enum { VICTIM, SAME_SIDE, OTHER_SIDE, WORKERS };

typedef struct log_t {
    killing_log_t head;
    _Atomic uint32_t acked[2];
    _Atomic uint8_t taken[2][NUMBERS]; /* how often */
} log_t;

typedef struct message_t {
    uint32_t producer, number, size, check;
} message_t;

static brood_queue_t *the_queue;

/* ---- workers ------------------------------------------------------------------------ */

static uint32_t check_of(const message_t *message) {
    const unsigned char *body = (const unsigned char *)(message + 1);
    uint32_t check = message->producer * 40503u + message->number;
    size_t i;

    for (i = 0; i + sizeof *message < message->size; i++) {
        check = check * 31 + body[i];
    }
    return check;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    static union {
        message_t head;
        unsigned char bytes[sizeof(message_t) + LARGER + 100];
    } message;
    killing_worker_t self;
    brood_queue_t *queue;
    uint32_t producer, least;
    log_t *log;

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &producer));
    log = self.log;
    killing_plan(&self);
    least = (self.variant & LARGE_ONES) == 0 ? 0 : self.me == VICTIM ? LARGER : LARGE;
    message.head.producer = producer;
    while (!killing_over(&self) && message.head.number < NUMBERS - 1) {
        apr_status_t rv;
        uint32_t i;
        message.head.size =
            (uint32_t)sizeof(message_t) + least + message.head.number % 90;
        for (i = (uint32_t)sizeof(message_t); i < message.head.size; i++) {
            message.bytes[i] = (unsigned char)(message.head.number + i);
        }
        message.head.check = check_of(&message.head);
        rv = brood_queue_put_bytes(queue, message.bytes, message.head.size, 100000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        message.head.number++;
        atomic_store(&log->acked[producer], message.head.number);
        killing_step(&self);
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    static union {
        message_t head;
        unsigned char bytes[LARGER + 200];
    } message;
    killing_worker_t self;
    brood_queue_t *queue;
    uint32_t unused;
    log_t *log;
    int64_t latest[2] = {-1, -1};

    CHILD_OK(killing_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue, &unused));
    log = self.log;
    killing_plan(&self);
    for (;;) {
        size_t size;
        apr_status_t rv = brood_queue_get_bytes(queue, message.bytes,
                                                sizeof message.bytes, &size, 100000);
        if (rv == APR_TIMEUP && killing_over(&self)) {
            return 0;
        }
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        if (size != message.head.size || message.head.producer > 1 ||
            message.head.number >= NUMBERS ||
            message.head.check != check_of(&message.head) ||
            (int64_t)message.head.number <= latest[message.head.producer]) {
            killing_fault(&self, "torn or out of order", message.head.number);
            return 98;
        }
        latest[message.head.producer] = message.head.number;
        atomic_fetch_add(&log->taken[message.head.producer][message.head.number], 1);
        killing_step(&self);
    }
}

/* ---- one case ----------------------------------------------------------------------- */

static apr_status_t make(killing_t *run) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;

    options.capacity_bytes = 4096;
    options.max_items = run->at->variant & LARGE_ONES ? 0 : 3;
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

/* All that was acknowledged was taken once; what a killed consumer had in its hands may be
 * missing, one message at the most. */
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
            if (taken != 0 && i > atomic_load(&log->acked[producer])) {
                killing_complain(at->point, "a message came that was not put", i);
            }
        }
    }
    if (missing > ((at->variant & CONSUMER) != 0)) {
        killing_complain(at->point, "acknowledged messages are lost", missing);
    }
}

/* The last producer may have outlived the last consumer. */
static void take_the_rest(log_t *log) {
    static unsigned char rest[LARGE + 200];
    size_t size;

    while (brood_queue_get_bytes(the_queue, rest, sizeof rest, &size, 0) == APR_SUCCESS) {
        message_t head;
        memcpy(&head, rest, sizeof head);
        if (head.producer < 2 && head.number < NUMBERS) {
            atomic_fetch_add(&log->taken[head.producer][head.number], 1);
        }
    }
}

static void check(killing_t *run) {
    size_t left = 1;

    take_the_rest(run->log);
    if (brood_queue_qsize(the_queue, &left) != APR_SUCCESS || left != 0) {
        killing_complain(run->at->point, "the queue does not become empty",
                         (int64_t)left);
    }
    check_messages(run->log, run->at);
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

static const killing_kind_t kinds[] = {
    {.name = "queue",
     .points = points,
     .point_count = sizeof points / sizeof points[0],
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check},
};

KILLING_MAIN(kinds)
