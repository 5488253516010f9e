/* The storm on the queue: four producers and four consumers, each call by chance: one message
 * or a batch, small or beside the ring, copied or in place; every fifth get comes after a wait
 * for the queue.
 *
 * The log lies in a file that all of them map. A producer writes there what it is about to put,
 * and what came of it; a consumer receives into the log itself, or notes that it is about to
 * take a message into its hands, and marks each message that it has. So after a kill the log
 * says what was being done:
 *   - a message whose put had returned must be taken once, or lie whole in the buffer of a
 *     consumer that was killed inside get, or be the one that a consumer which was killed
 *     inside take had in its hands;
 *   - a message whose put had begun may be there or not, but whole and once; of a batch that
 *     was cut short the first ones are there;
 *   - one whose put was refused, or that was abandoned, is never seen;
 *   - one consumer sees the messages of one producer in their order;
 *   - in every other round messages are tasks: unfinished at the end are at the most those that
 *     consumers had in their hands when they were killed;
 *   - after the shutdown consumers take what is there and see the end; then the queue is empty,
 *     says so, and no memory beside the ring is in anybody's hand. */
#include "queue.h"
#include "payload.h"
#include "storm.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PRODUCERS 4u
#define CONSUMERS 4u
#define WORKERS (PRODUCERS + CONSUMERS)
#define MESSAGES (1u << 22) /* of one producer at the most */
#define SIZE_MOST (48u << 10)
#define BATCH 8u
#define CAPACITY (16u << 10) /* messages over a quarter of it go out of line */
#define ROUND_KILLS 250u
#define LATE (20 * 1000000)

typedef struct message_t {
    uint32_t producer;
    uint32_t number; /* from 1 */
    uint32_t size;   /* of all, this head included */
    uint32_t check;
} message_t;

/* What has become of a message. */
enum {
    BEGUN = 1,
    DONE = 2,    /* its put has returned well */
    REFUSED = 4, /* it was not put, or was abandoned */
    LAST = 8,    /* of its batch */
    MAYBE = 128  /* a killed consumer may have had it */
};

/* What a consumer is inside of. */
enum { NOTHING, GETTING, TAKING };

typedef struct log_t {
    storm_log_t head; /* a producer's steps are messages put, a consumer's are taken */
    _Atomic uint32_t
        begun[PRODUCERS]; /* number of the last message whose put has begun */
    _Atomic uint32_t inside[CONSUMERS];
    _Atomic uint32_t owed[CONSUMERS]; /* tasks in its hands */
    _Atomic uint32_t latest[CONSUMERS][PRODUCERS];
    _Atomic uint32_t lost_in_hands; /* so many may have died with a consumer, unnamed */
    _Atomic uint32_t lost_tasks;
    _Atomic uint8_t state[PRODUCERS][MESSAGES];
    _Atomic uint8_t taken[PRODUCERS][MESSAGES]; /* how often */
    uint8_t buffers[CONSUMERS][SIZE_MOST];
} log_t;

static brood_queue_t *the_queue;
static int joinable;
static uint64_t put, taken; /* of all rounds under one method */
static unsigned held;       /* killed consumers that may have had a message */

static uint32_t check_of(const message_t *head, const uint8_t *body) {
    uint32_t sum = head->producer * 31 + head->number * 17 + head->size;
    for (uint32_t i = 0; i + sizeof *head < head->size; i++) {
        sum = sum * 16777619u ^ body[i];
    }
    return sum;
}

static void wrong(log_t *log, const char *what, uint32_t producer, uint32_t number) {
    storm_violation(log, "%s (producer %" PRIu32 ", message %" PRIu32 ")", what, producer,
                    number);
}

/* ---- producers ---------------------------------------------------------------------- */

typedef struct producer_t {
    storm_worker_t self;
    log_t *log;
    brood_queue_t *queue;
    int joinable;
    uint32_t me;
    uint32_t number; /* the last one that was begun */
} producer_t;

static uint32_t size_of(uint64_t *seed) {
    uint32_t kind = storm_random(seed, 100);
    uint32_t more = kind < 90   ? storm_random(seed, 200)
                    : kind < 98 ? storm_random(seed, 3000)
                                : storm_random(seed, SIZE_MOST - sizeof(message_t));
    return (uint32_t)sizeof(message_t) + more;
}

static void write_message(const producer_t *producer, void *place, uint32_t number,
                          uint32_t size) {
    message_t head = {producer->me, number, size, 0};
    uint8_t *body = (uint8_t *)place + sizeof head;
    memset(body, (int)(number & 0xff), size - sizeof head);
    head.check = check_of(&head, body);
    memcpy(place, &head, sizeof head);
}

/* So many messages more are about to be put. Returns the first one's number. */
static uint32_t begin(producer_t *producer, uint32_t count) {
    log_t *log = producer->log;
    uint32_t first = producer->number + 1;
    producer->number += count;
    for (uint32_t n = first; n <= producer->number; n++) {
        atomic_store(&log->state[producer->me][n],
                     BEGUN | (n == producer->number ? LAST : 0));
    }
    atomic_store(&log->begun[producer->me], producer->number);
    return first;
}

/* What came of `count` messages from number `first` on. */
static void came(producer_t *producer, uint32_t first, size_t count, uint8_t what) {
    for (uint32_t n = first; n < first + count; n++) {
        /* Its taker may have been killed and buried by now. */
        atomic_fetch_or(&producer->log->state[producer->me][n], what);
        if (what == DONE) {
            storm_step(&producer->self);
        }
    }
}

static apr_status_t unless_late(apr_status_t rv) {
    return rv == APR_TIMEUP ? APR_SUCCESS : rv;
}

static apr_status_t put_one(producer_t *producer) {
    static uint8_t bytes[SIZE_MOST];
    uint32_t size = size_of(&producer->self.seed);
    uint32_t number = begin(producer, 1);
    write_message(producer, bytes, number, size);
    apr_status_t rv = brood_queue_put_bytes(producer->queue, bytes, size, 100000);
    came(producer, number, 1, rv == APR_SUCCESS ? DONE : REFUSED);
    return unless_late(rv);
}

static apr_status_t put_batch(producer_t *producer) {
    static uint8_t bytes[BATCH][SIZE_MOST];
    uint32_t count = 2 + storm_random(&producer->self.seed, BATCH - 1);
    uint32_t first = begin(producer, count);
    brood_bytes_t messages[BATCH];
    size_t done = 0;
    for (uint32_t i = 0; i < count; i++) {
        messages[i].data = bytes[i];
        messages[i].size = size_of(&producer->self.seed);
        write_message(producer, bytes[i], first + i, (uint32_t)messages[i].size);
    }
    apr_status_t rv =
        brood_queue_put_many(producer->queue, messages, count, &done, 100000);
    came(producer, first, done, DONE);
    came(producer, first + (uint32_t)done, count - done, REFUSED);
    return unless_late(rv);
}

static apr_status_t put_in_place(producer_t *producer) {
    uint32_t size = size_of(&producer->self.seed);
    uint32_t more = storm_random(&producer->self.seed, 100);
    int gives_up = storm_random(&producer->self.seed, 4) == 0;
    brood_message_t message;
    apr_status_t rv = brood_queue_reserve(producer->queue, &message, size + more, 100000);
    if (rv != APR_SUCCESS) {
        return unless_late(rv);
    }
    uint32_t number = begin(producer, 1);
    write_message(producer, message.data, number, size);
    message.size = size;
    rv = gives_up ? APR_TIMEUP : brood_queue_commit(producer->queue, &message, 100000);
    if (rv == APR_TIMEUP) {
        rv = brood_queue_abandon(producer->queue, &message);
        came(producer, number, 1, REFUSED);
    } else {
        came(producer, number, 1, DONE);
    }
    return rv;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    producer_t producer = {.number = 0};
    CHILD_OK(storm_worker(&producer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(producer.self.state, &producer.queue, &producer.joinable));
    log_t *log = producer.log = producer.self.log;
    producer.me = producer.self.me;
    /* What the one before had begun and not finished is left to fate. */
    producer.number = atomic_load(&log->begun[producer.me]);
    while (!storm_stopping(log) && producer.number + BATCH < MESSAGES) {
        uint32_t kind = storm_random(&producer.self.seed, 100);
        if (kind == 99 && producer.joinable) {
            CHILD_OK(unless_late(brood_queue_join(producer.queue, 1000)));
        } else if (kind < 50) {
            CHILD_OK(put_one(&producer));
        } else if (kind < 75) {
            CHILD_OK(put_batch(&producer));
        } else {
            CHILD_OK(put_in_place(&producer));
        }
    }
    return 0;
}

/* ---- consumers ---------------------------------------------------------------------- */

typedef struct consumer_t {
    storm_worker_t self;
    log_t *log;
    brood_queue_t *queue;
    int joinable;
    uint32_t me;
} consumer_t;

/* Behind others in a batch it is not aligned. */
static void receive(consumer_t *consumer, const uint8_t *bytes, size_t size) {
    log_t *log = consumer->log;
    uint32_t me = consumer->me;
    message_t head = {0, 0, 0, 0};
    memcpy(&head, bytes, size < sizeof head ? size : sizeof head);
    if (size < sizeof head || head.size != size || head.producer >= PRODUCERS ||
        head.number > atomic_load(&log->begun[head.producer]) ||
        head.check != check_of(&head, bytes + sizeof head)) {
        wrong(log, "a message is torn", head.producer, head.number);
        return;
    }
    if (atomic_fetch_add(&log->taken[head.producer][head.number], 1) != 0) {
        wrong(log, "a message came twice", head.producer, head.number);
    }
    if (head.number <= atomic_load(&log->latest[me][head.producer])) {
        wrong(log, "a message came out of order", head.producer, head.number);
    }
    atomic_store(&log->latest[me][head.producer], head.number);
    storm_step(&consumer->self);
}

static apr_status_t get_many(consumer_t *consumer, uint32_t most, size_t *count,
                             apr_interval_time_t timeout) {
    uint8_t *buffer = consumer->log->buffers[consumer->me];
    brood_bytes_t messages[BATCH];
    apr_status_t rv;
    memset(buffer, 0, sizeof(message_t));
    atomic_store(&consumer->log->inside[consumer->me], GETTING);
    if (most > 1) {
        rv = brood_queue_get_many(consumer->queue, buffer, SIZE_MOST, messages, most,
                                  count, timeout);
    } else {
        messages[0].data = buffer;
        rv = brood_queue_get_bytes(consumer->queue, buffer, SIZE_MOST, &messages[0].size,
                                   timeout);
        *count = rv == APR_SUCCESS;
    }
    for (size_t i = 0; i < *count; i++) {
        receive(consumer, messages[i].data, messages[i].size);
    }
    return rv;
}

static apr_status_t take(consumer_t *consumer, size_t *count,
                         apr_interval_time_t timeout) {
    brood_message_t message;
    atomic_store(&consumer->log->inside[consumer->me], TAKING);
    apr_status_t rv = brood_queue_take(consumer->queue, &message, timeout);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    receive(consumer, message.data, message.size);
    *count = 1;
    return brood_queue_release(consumer->queue, &message);
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    consumer_t consumer = {.me = 0};
    CHILD_OK(storm_worker(&consumer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(consumer.self.state, &consumer.queue, &consumer.joinable));
    log_t *log = consumer.log = consumer.self.log;
    uint32_t me = consumer.me = consumer.self.me - PRODUCERS;
    for (;;) { /* ends when all producers have stopped and the queue is empty */
        uint32_t kind = storm_random(&consumer.self.seed, 100);
        size_t count = 0;
        if (storm_stopping(log) == 2) {
            CHILD_OK(brood_queue_shutdown(consumer.queue, 0, LATE));
        }
        if (kind % 5 == 0) { /* as who waits for other things, too */
            brood_wait_item_t item = BROOD_WAIT_QUEUE(consumer.queue);
            CHILD_OK(unless_late(brood_wait(&item, 1, 100000, NULL)));
        }
        apr_status_t rv = kind < 75
                              ? get_many(&consumer, kind < 45 ? 1 : BATCH, &count, 100000)
                              : take(&consumer, &count, 100000);
        atomic_store(&log->owed[me], consumer.joinable ? (uint32_t)count : 0);
        atomic_store(&log->inside[me], NOTHING);
        if (rv == APR_EOF) {
            CHILD_CHECK(storm_stopping(log) == 2);
            return 0;
        }
        CHILD_OK(unless_late(rv));
        for (; consumer.joinable && count > 0; count--) {
            CHILD_OK(brood_queue_task_done(consumer.queue));
            atomic_fetch_sub(&log->owed[me], 1);
        }
    }
}

/* ---- the storm ---------------------------------------------------------------------- */

static apr_status_t make(storm_t *storm) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    joinable = (int)storm_random(&storm->options.seed, 2);
    options.capacity_bytes = CAPACITY;
    options.flags = joinable ? BROOD_QUEUE_JOINABLE : 0;
    if (storm->kills == 0) {
        put = taken = held = 0;
    }
    return brood_queue_create(&the_queue, &options, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, worker < PRODUCERS ? produce : consume,
                       BROOD_ARGS(the_queue, joinable));
}

/* Both sides have moved on. */
static int moved(const storm_t *storm, const uint64_t *before, uint32_t dead) {
    (void)dead;
    return storm_steps(storm, before, 0, PRODUCERS) > 0 &&
           storm_steps(storm, before, PRODUCERS, CONSUMERS) > 0;
}

/* What a consumer that was killed inside get may have had: its own copies, if they are whole. */
static uint32_t mark_copies(log_t *log, const uint8_t *buffer) {
    uint32_t at = 0;
    uint32_t count = 0;
    message_t head;
    while (at + sizeof head <= SIZE_MOST && count < BATCH) {
        memcpy(&head, buffer + at, sizeof head);
        if (head.producer >= PRODUCERS || head.number == 0 ||
            head.number > atomic_load(&log->begun[head.producer]) ||
            head.size < sizeof head || head.size > SIZE_MOST - at ||
            head.check != check_of(&head, buffer + at + sizeof head)) {
            break;
        }
        /* Taken by the dead, or in the queue still. */
        atomic_fetch_or(&log->state[head.producer][head.number], MAYBE);
        at += head.size;
        count++;
    }
    return count;
}

static void bury(storm_t *storm, uint32_t worker) {
    log_t *log = storm->log;
    if (worker < PRODUCERS) {
        return;
    }
    uint32_t me = worker - PRODUCERS;
    uint32_t owed = atomic_exchange(&log->owed[me], 0);
    switch (atomic_exchange(&log->inside[me], NOTHING)) {
    case GETTING: owed += mark_copies(log, log->buffers[me]); break;
    case TAKING:
        owed++;
        atomic_fetch_add(&log->lost_in_hands, 1);
        break;
    default: break;
    }
    held += owed != 0;
    atomic_fetch_add(&log->lost_tasks, owed);
}

/* Messages that nobody had and that ought to be somewhere. */
static uint32_t count_missing(log_t *log, uint32_t p) {
    uint32_t missing = 0;
    uint32_t begun = atomic_load(&log->begun[p]);
    for (uint32_t n = 1; n <= begun; n++) {
        uint8_t state = atomic_load(&log->state[p][n]);
        uint8_t count = atomic_load(&log->taken[p][n]);
        if (count != 0 && (state & REFUSED)) {
            wrong(log, "a message came that was not put", p, n);
        }
        if (count == 0 && !(state & (MAYBE | REFUSED)) &&
            ((state & DONE) ||
             (!(state & LAST) && atomic_load(&log->taken[p][n + 1]) != 0))) {
            missing++;
        }
    }
    return missing;
}

static void check_queue(log_t *log) {
    size_t left = 1;
    if (brood_queue_qsize(the_queue, &left) != APR_SUCCESS || left != 0 ||
        !brood_queue_empty(the_queue)) {
        storm_violation(log, "the queue does not say that it is empty: %u",
                        (unsigned)left);
    }
    for (uint32_t hand = BROOD__PAYLOAD_FREE + 1; hand <= BROOD__PAYLOAD_LEASING;
         hand++) {
        uint32_t count = brood__payload_count(&the_queue->ring, hand);
        if (count != 0) {
            storm_violation(log, "%u messages are left in hand %u", (unsigned)count,
                            (unsigned)hand);
        }
    }
    if (joinable && (brood_queue_unfinished(the_queue, &left) != APR_SUCCESS ||
                     left > atomic_load(&log->lost_tasks))) {
        storm_violation(log, "%u tasks are unfinished, at the most %u died with somebody",
                        (unsigned)left, (unsigned)atomic_load(&log->lost_tasks));
    }
    if (brood_queue_put_bytes(the_queue, "x", 1, 0) != BROOD_ESHUTDOWN) {
        storm_violation(log, "the queue takes messages after its end");
    }
}

static void check(storm_t *storm) {
    static const uint64_t nothing[WORKERS];
    log_t *log = storm->log;
    uint32_t missing = 0;
    for (uint32_t p = 0; p < PRODUCERS; p++) {
        missing += count_missing(log, p);
    }
    if (missing > atomic_load(&log->lost_in_hands)) {
        storm_violation(log,
                        "%u acknowledged messages are lost, at the most %u died "
                        "with somebody",
                        (unsigned)missing, (unsigned)atomic_load(&log->lost_in_hands));
    }
    check_queue(log);
    put += storm_steps(storm, nothing, 0, PRODUCERS);
    taken += storm_steps(storm, nothing, PRODUCERS, CONSUMERS);
}

static void tell(const storm_t *storm, char *line, size_t size) {
    (void)storm;
    (void)snprintf(line, size,
                   "%" PRIu64 " messages put, %" PRIu64
                   " taken, %u killed with some in their hands",
                   put, taken, held);
}

static const storm_kind_t kinds[] = {
    {.name = "queue",
     .workers = WORKERS,
     .log_size = sizeof(log_t),
     .make = make,
     .place = place,
     .check = check,
     .moved = moved,
     .bury = bury,
     .tell = tell,
     .ended_first = PRODUCERS,
     .round_kills = ROUND_KILLS,
     .keeps_ledger = 1},
};

STORM_MAIN(kinds)
