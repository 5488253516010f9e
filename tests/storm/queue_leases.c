/* The storm on a queue with leases: four producers, and four consumers that acknowledge what
 * they had, give it back, renew it, let it run out, or die with it.
 *
 * The log lies in a file that all of them map, and says what each was about to do and what came
 * of it. After the storm:
 *   - a message whose put had returned was acknowledged, or failed, or taken for good; or a
 *     consumer was killed inside the call that would have done one of those;
 *   - no message was acknowledged twice, nor delivered again afterwards;
 *   - each delivery had its own number, from 1 to the poison limit without gaps, but for those
 *     that a consumer was killed in the middle of;
 *   - a message failed after just so many deliveries, and those that are always given back did;
 *   - first deliveries of one producer's messages are in their order; nothing is torn;
 *   - after the shutdown consumers see the end when nothing can come back any more, and no
 *     message is in anybody's hand. */
#include "payload.h"
#include "queue.h"
#include "storm.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PRODUCERS 4u
#define CONSUMERS 4u
#define WORKERS (PRODUCERS + CONSUMERS)
#define MESSAGES (1u << 20) /* of one producer at the most */
#define SIZE_MOST (16u << 10)
#define ITEMS 64
#define DELIVERIES 6u
#define TAKEN_FOR_GOOD 0xffu
#define POISON 97u /* every so many messages one that is always given back */
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
    OVER = 8,    /* acknowledged, or taken for good */
    FAILED = 16, /* delivered too often, and taken then */
    MAYBE = 128  /* a killed consumer may have done one of the two */
};

/* What a consumer is inside of. */
enum { NOTHING, LEASING, GETTING, TAKING };

typedef struct one_t { /* a message; 0: none */
    uint32_t producer, number;
} one_t;

typedef struct log_t {
    storm_log_t head; /* a producer's steps are messages put, a consumer's deliveries */
    _Atomic uint32_t begun[PRODUCERS];
    _Atomic uint32_t inside[CONSUMERS];
    _Atomic uint64_t
        ending[CONSUMERS]; /* {producer, number} it is about to acknowledge */
    _Atomic uint32_t first[CONSUMERS][PRODUCERS]; /* the latest first delivery */
    _Atomic uint32_t lost_in_hands;   /* so many may be gone with a consumer, unnamed */
    _Atomic uint32_t lost_deliveries; /* so many may not have been noted */
    _Atomic uint64_t late, failed;    /* for people */
    _Atomic uint8_t state[PRODUCERS][MESSAGES];
    _Atomic uint8_t seen[PRODUCERS][MESSAGES]; /* bit n: delivery n + 1 */
    _Atomic uint8_t over[PRODUCERS][MESSAGES]; /* the delivery that was acknowledged */
    uint8_t buffers[CONSUMERS][SIZE_MOST];
} log_t;

static brood_queue_t *the_queue;
static uint64_t put, delivered, late, failed; /* of all rounds under one method */

static uint32_t check_of(const message_t *head, const uint8_t *body) {
    uint32_t sum = head->producer * 31 + head->number * 17 + head->size;
    for (uint32_t i = 0; i + sizeof *head < head->size; i++) {
        sum = sum * 16777619u ^ body[i];
    }
    return sum;
}

static void wrong(log_t *log, const char *what, one_t one) {
    storm_violation(log, "%s (producer %" PRIu32 ", message %" PRIu32 ")", what,
                    one.producer, one.number);
}

static apr_status_t unless_late(apr_status_t rv) {
    return rv == APR_TIMEUP ? APR_SUCCESS : rv;
}

/* ---- producers ---------------------------------------------------------------------- */

typedef struct producer_t {
    storm_worker_t self;
    log_t *log;
    brood_queue_t *queue;
    uint32_t me;
    uint32_t number; /* the last one that was begun */
} producer_t;

static uint32_t begin(producer_t *producer) {
    producer->number++;
    atomic_store(&producer->log->state[producer->me][producer->number], BEGUN);
    atomic_store(&producer->log->begun[producer->me], producer->number);
    return producer->number;
}

static uint32_t write_message(producer_t *producer, uint8_t *place, uint32_t number) {
    uint32_t most = storm_random(&producer->self.seed, 10) == 0 ? SIZE_MOST : 200;
    uint32_t size =
        (uint32_t)sizeof(message_t) +
        storm_random(&producer->self.seed, most - (uint32_t)sizeof(message_t));
    message_t head = {producer->me, number, size, 0};
    memset(place + sizeof head, (int)(number & 0xff), size - sizeof head);
    head.check = check_of(&head, place + sizeof head);
    memcpy(place, &head, sizeof head);
    return size;
}

static apr_status_t put_one(producer_t *producer) {
    static uint8_t bytes[SIZE_MOST];
    uint32_t number = begin(producer);
    uint32_t size = write_message(producer, bytes, number);
    return brood_queue_put_bytes(producer->queue, bytes, size, 100000);
}

static apr_status_t put_in_place(producer_t *producer) {
    int gives_up = storm_random(&producer->self.seed, 4) == 0;
    brood_message_t message;
    apr_status_t rv = brood_queue_reserve(producer->queue, &message, SIZE_MOST, 100000);
    uint32_t number = begin(producer);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    message.size = write_message(producer, message.data, number);
    rv = gives_up ? APR_TIMEUP : brood_queue_commit(producer->queue, &message, 100000);
    if (rv == APR_TIMEUP) {
        CHILD_OK(brood_queue_abandon(producer->queue, &message));
    }
    return rv;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    producer_t producer = {.number = 0};
    CHILD_OK(storm_worker(&producer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(producer.self.state, &producer.queue));
    log_t *log = producer.log = producer.self.log;
    producer.me = producer.self.me;
    producer.number = atomic_load(&log->begun[producer.me]);
    while (!storm_stopping(log) && producer.number + 1 < MESSAGES) {
        apr_status_t rv = storm_random(&producer.self.seed, 3) == 0
                              ? put_in_place(&producer)
                              : put_one(&producer);
        atomic_fetch_or(&log->state[producer.me][producer.number],
                        rv == APR_SUCCESS ? DONE : REFUSED);
        CHILD_OK(unless_late(rv));
        if (rv == APR_SUCCESS) {
            storm_step(&producer.self);
        }
    }
    return 0;
}

/* ---- consumers ---------------------------------------------------------------------- */

typedef struct consumer_t {
    storm_worker_t self;
    log_t *log;
    brood_queue_t *queue;
    uint32_t me;
    brood_message_t kept; /* one more on lease, while others come; data is NULL: none */
    one_t kept_one;
} consumer_t;

/* The message as what it must be; number 0: it is nothing. */
static one_t look_at(consumer_t *consumer, const uint8_t *bytes, size_t size) {
    log_t *log = consumer->log;
    message_t head = {0, 0, 0, 0};
    one_t one = {0, 0};
    memcpy(&head, bytes, size < sizeof head ? size : sizeof head);
    one.producer = head.producer;
    one.number = head.number;
    if (size < sizeof head || head.size != size || head.producer >= PRODUCERS ||
        head.number > atomic_load(&log->begun[head.producer]) ||
        head.check != check_of(&head, bytes + sizeof head)) {
        wrong(log, "a message is torn", one);
        one.number = 0;
    }
    return one;
}

/* Notes a delivery. */
static void note(consumer_t *consumer, one_t one, uint32_t deliveries) {
    log_t *log = consumer->log;
    if (one.number == 0) {
        return;
    }
    if (deliveries == 0 || deliveries > DELIVERIES) {
        wrong(log, "a message was delivered too often", one);
        return;
    }
    uint8_t bit = (uint8_t)(1u << (deliveries - 1));
    if (atomic_fetch_or(&log->seen[one.producer][one.number], bit) & bit) {
        wrong(log, "two deliveries have one number", one);
    }
    if (deliveries == 1) {
        _Atomic uint32_t *first = &log->first[consumer->me][one.producer];
        if (one.number <= atomic_load(first)) {
            wrong(log, "a message came out of order", one);
        }
        atomic_store(first, one.number);
    }
    storm_step(&consumer->self);
}

/* It is done with, by that delivery. */
static void note_over(consumer_t *consumer, one_t one, uint32_t deliveries) {
    log_t *log = consumer->log;
    if (one.number == 0) {
        return;
    }
    atomic_store(&log->over[one.producer][one.number], (uint8_t)deliveries);
    if (atomic_fetch_or(&log->state[one.producer][one.number], OVER) & (OVER | FAILED)) {
        wrong(log, "a message was done with twice", one);
    }
}

/* Some leases may have run out. */
static apr_status_t unless_over(consumer_t *consumer, apr_status_t rv) {
    if (rv == BROOD_ELEASE) {
        atomic_fetch_add(&consumer->log->late, 1);
        return APR_SUCCESS;
    }
    return rv;
}

static apr_status_t acknowledge(consumer_t *consumer, brood_message_t *message,
                                one_t one) {
    _Atomic uint64_t *ending = &consumer->log->ending[consumer->me];
    uint32_t deliveries = message->deliveries;
    atomic_store(ending, (uint64_t)one.producer << 32 | one.number);
    apr_status_t rv = brood_queue_acknowledge(consumer->queue, message);
    if (rv == APR_SUCCESS) {
        note_over(consumer, one, deliveries);
    }
    atomic_store(ending, 0);
    return unless_over(consumer, rv);
}

/* What becomes of one on lease. */
static apr_status_t answer(consumer_t *consumer, brood_message_t *message, one_t one) {
    uint32_t kind = storm_random(&consumer->self.seed, 100);
    apr_status_t rv = APR_SUCCESS;
    if (one.number % POISON == 0 || kind < 10) {
        return unless_over(consumer, brood_queue_give_back(consumer->queue, message));
    }
    if (kind < 20) {
        rv = brood_queue_renew(consumer->queue, message, kind < 15 ? BROOD_FOREVER : 500);
    } else if (kind < 25) {
        storm_moment(&consumer->self.seed, 1500); /* it may run out */
    } else if (kind < 35 && consumer->kept.data == NULL) {
        consumer->kept = *message;
        consumer->kept_one = one;
        return APR_SUCCESS;
    }
    return rv == APR_SUCCESS ? acknowledge(consumer, message, one)
                             : unless_over(consumer, rv);
}

static apr_status_t answer_kept(consumer_t *consumer) {
    brood_message_t message = consumer->kept;
    consumer->kept.data = NULL;
    return acknowledge(consumer, &message, consumer->kept_one);
}

static apr_status_t lease(consumer_t *consumer) {
    _Atomic uint32_t *inside = &consumer->log->inside[consumer->me];
    int briefly = storm_random(&consumer->self.seed, 4) == 0;
    brood_message_t message;
    one_t one = {0, 0};
    apr_time_t begin = apr_time_now();
    atomic_store(inside, LEASING);
    apr_status_t rv = brood_queue_lease(consumer->queue, &message,
                                        briefly ? 1000 : BROOD_FOREVER, 100000);
    if (briefly) {
        /* Of one that was over before the call saw it nobody is told. */
        atomic_fetch_add(&consumer->log->lost_deliveries,
                         (uint32_t)((apr_time_now() - begin) / 1000));
    }
    if (rv == APR_SUCCESS) {
        /* A lease that has run out may be another's message, or its place a later one's. */
        uint8_t *buffer = consumer->log->buffers[consumer->me];
        size_t size = message.size < SIZE_MOST ? message.size : SIZE_MOST;
        memcpy(buffer, message.data, size);
        rv = briefly ? brood_queue_renew(consumer->queue, &message, 1000) : APR_SUCCESS;
        if (rv == APR_SUCCESS) {
            one = look_at(consumer, buffer, size);
            note(consumer, one, message.deliveries);
        } else if (rv == BROOD_ELEASE) {
            atomic_fetch_add(&consumer->log->lost_deliveries, 1);
        }
    }
    atomic_store(inside, NOTHING);
    return rv != APR_SUCCESS ? unless_over(consumer, rv)
                             : answer(consumer, &message, one);
}

static apr_status_t get(consumer_t *consumer) {
    _Atomic uint32_t *inside = &consumer->log->inside[consumer->me];
    uint8_t *buffer = consumer->log->buffers[consumer->me];
    size_t size;
    memset(buffer, 0, sizeof(message_t));
    atomic_store(inside, GETTING);
    apr_status_t rv =
        brood_queue_get_bytes(consumer->queue, buffer, SIZE_MOST, &size, 100000);
    if (rv == APR_SUCCESS) {
        note_over(consumer, look_at(consumer, buffer, size), TAKEN_FOR_GOOD);
        storm_step(&consumer->self);
    }
    atomic_store(inside, NOTHING);
    return rv;
}

static apr_status_t take(consumer_t *consumer) {
    _Atomic uint32_t *inside = &consumer->log->inside[consumer->me];
    brood_message_t message;
    atomic_store(inside, TAKING);
    apr_status_t rv = brood_queue_take(consumer->queue, &message, 100000);
    if (rv == APR_SUCCESS) {
        one_t one = look_at(consumer, message.data, message.size);
        note(consumer, one, message.deliveries);
        note_over(consumer, one, message.deliveries);
        rv = brood_queue_release(consumer->queue, &message);
    }
    atomic_store(inside, NOTHING);
    return rv;
}

static apr_status_t take_failed(consumer_t *consumer) {
    _Atomic uint32_t *inside = &consumer->log->inside[consumer->me];
    brood_message_t message;
    atomic_store(inside, TAKING);
    apr_status_t rv = brood_queue_take_failed(consumer->queue, &message);
    if (rv == APR_SUCCESS) {
        log_t *log = consumer->log;
        one_t one = look_at(consumer, message.data, message.size);
        if (message.deliveries != DELIVERIES ||
            (atomic_fetch_or(&log->state[one.producer][one.number], FAILED) &
             (OVER | FAILED))) {
            wrong(log, "a message has failed that should not", one);
        }
        atomic_fetch_add(&log->failed, 1);
        rv = brood_queue_release(consumer->queue, &message);
    }
    atomic_store(inside, NOTHING);
    return rv == APR_ENOENT ? APR_SUCCESS : rv;
}

static apr_status_t consume_one(consumer_t *consumer) {
    uint32_t kind = storm_random(&consumer->self.seed, 100);
    return kind < 85   ? lease(consumer)
           : kind < 92 ? get(consumer)
           : kind < 96 ? take(consumer)
                       : take_failed(consumer);
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    consumer_t consumer = {.me = 0};
    CHILD_OK(storm_worker(&consumer.self, state, pool));
    CHILD_OK(BROOD_UNPACK(consumer.self.state, &consumer.queue));
    log_t *log = consumer.log = consumer.self.log;
    consumer.me = consumer.self.me - PRODUCERS;
    for (;;) { /* ends when all producers have stopped and nothing can come any more */
        int stopping = storm_stopping(log) == 2;
        if (stopping) {
            CHILD_OK(brood_queue_shutdown(consumer.queue, 0, LATE));
        }
        if (consumer.kept.data != NULL &&
            (stopping || storm_random(&consumer.self.seed, 4) == 0)) {
            CHILD_OK(answer_kept(&consumer));
        }
        apr_status_t rv = consume_one(&consumer);
        if (rv == APR_EOF && consumer.kept.data == NULL) {
            CHILD_CHECK(storm_stopping(log) == 2);
            return 0;
        }
        CHILD_OK(rv == APR_EOF ? APR_SUCCESS : unless_late(rv));
    }
}

/* ---- the storm ---------------------------------------------------------------------- */

static apr_status_t make(storm_t *storm) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    options.flags = BROOD_QUEUE_LEASES;
    options.max_items = ITEMS;
    options.deliveries_max = DELIVERIES;
    if (storm->kills == 0) {
        put = delivered = late = failed = 0;
    }
    return brood_queue_create(&the_queue, &options, storm->pool);
}

static apr_status_t place(storm_t *storm, uint32_t worker) {
    return storm_place(storm, worker, worker < PRODUCERS ? produce : consume,
                       BROOD_ARGS(the_queue));
}

/* Both sides have moved on. */
static int moved(const storm_t *storm, const uint64_t *before, uint32_t dead) {
    (void)dead;
    return storm_steps(storm, before, 0, PRODUCERS) > 0 &&
           storm_steps(storm, before, PRODUCERS, CONSUMERS) > 0;
}

static void may_be_over(log_t *log, uint32_t producer, uint32_t number) {
    if (producer < PRODUCERS && number > 0 &&
        number <= atomic_load(&log->begun[producer])) {
        atomic_fetch_or(&log->state[producer][number], MAYBE);
    }
}

static void bury(storm_t *storm, uint32_t worker) {
    log_t *log = storm->log;
    if (worker < PRODUCERS) {
        return;
    }
    uint32_t me = worker - PRODUCERS;
    uint64_t ending = atomic_exchange(&log->ending[me], 0);
    message_t head;
    may_be_over(log, (uint32_t)(ending >> 32), (uint32_t)ending);
    switch (atomic_exchange(&log->inside[me], NOTHING)) {
    case GETTING:
        memcpy(&head, log->buffers[me], sizeof head);
        may_be_over(log, head.producer, head.number);
        atomic_fetch_add(&log->lost_deliveries, 1);
        break;
    case TAKING: atomic_fetch_add(&log->lost_in_hands, 1); break;
    case LEASING: atomic_fetch_add(&log->lost_deliveries, 1); break;
    default: break;
    }
}

static uint32_t highest_of(uint8_t seen) {
    uint32_t bits = 0;
    while (seen >> bits != 0) {
        bits++;
    }
    return bits;
}

typedef struct sum_t {
    uint32_t missing;
    uint32_t unnoted;
} sum_t;

static void check_one(log_t *log, one_t one, sum_t *sum) {
    uint8_t state = atomic_load(&log->state[one.producer][one.number]);
    uint8_t seen = atomic_load(&log->seen[one.producer][one.number]);
    uint8_t over = atomic_load(&log->over[one.producer][one.number]);
    uint32_t highest = highest_of(seen);
    if ((state & REFUSED) && (seen != 0 || (state & (OVER | FAILED)))) {
        wrong(log, "a message came that was not put", one);
    }
    if ((state & OVER) && over != TAKEN_FOR_GOOD && highest > over) {
        wrong(log, "a message came again that was acknowledged", one);
    }
    if ((state & DONE) && !(state & (OVER | FAILED | MAYBE))) {
        sum->missing++;
    }
    for (uint32_t n = 0; n < highest; n++) {
        sum->unnoted += (seen >> n & 1) == 0;
    }
}

static void check_queue(log_t *log) {
    size_t left = 1;
    if (brood_queue_qsize(the_queue, &left) != APR_SUCCESS || left != 0) {
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
}

/* Those that have failed and that no consumer had come for. */
static void take_the_failed(log_t *log) {
    consumer_t consumer = {.log = log, .queue = the_queue};
    size_t count = 0;
    consumer.self.log = log;
    while (brood__payload_count(&the_queue->ring, BROOD__PAYLOAD_FAILED) != 0 &&
           count++ < MESSAGES) {
        (void)take_failed(&consumer);
    }
}

static void check(storm_t *storm) {
    static const uint64_t nothing[WORKERS];
    log_t *log = storm->log;
    sum_t sum = {0, 0};
    take_the_failed(log);
    for (uint32_t p = 0; p < PRODUCERS; p++) {
        for (uint32_t n = 1; n <= atomic_load(&log->begun[p]); n++) {
            one_t one = {p, n};
            check_one(log, one, &sum);
        }
    }
    if (sum.missing > atomic_load(&log->lost_in_hands)) {
        storm_violation(log, "%u messages are lost, at the most %u died with somebody",
                        (unsigned)sum.missing,
                        (unsigned)atomic_load(&log->lost_in_hands));
    }
    if (sum.unnoted > atomic_load(&log->lost_deliveries)) {
        storm_violation(
            log, "%u deliveries are not known of, at the most %u were cut short",
            (unsigned)sum.unnoted, (unsigned)atomic_load(&log->lost_deliveries));
    }
    check_queue(log);
    put += storm_steps(storm, nothing, 0, PRODUCERS);
    delivered += storm_steps(storm, nothing, PRODUCERS, CONSUMERS);
    late += atomic_load(&log->late);
    failed += atomic_load(&log->failed);
}

static void tell(const storm_t *storm, char *line, size_t size) {
    (void)storm;
    (void)snprintf(line, size,
                   "%" PRIu64 " messages put, %" PRIu64 " deliveries, %" PRIu64
                   " leases ran out, %" PRIu64 " messages failed",
                   put, delivered, late, failed);
}

static const storm_kind_t kinds[] = {
    {.name = "queue_leases",
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
