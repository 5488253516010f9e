/* The storm on the queue: four producers and four consumers.
 *
 * The log lies in a file that all of them map. A producer writes the number of a message
 * before put and again after it; a consumer receives into the log itself and marks each
 * message taken. So after a kill the log says what was being done:
 *   - a message whose put had returned must be taken once, or lie whole in the buffer of a
 *     consumer that was killed inside get: that one had it;
 *   - a message whose put had begun may be there or not, but whole and once;
 *   - one consumer sees the messages of one producer in their order;
 *   - the queue is empty at the end, and says so. */
#include "storm.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PRODUCERS 4u
#define CONSUMERS 4u
#define WORKERS (PRODUCERS + CONSUMERS)
#define MESSAGES (1u << 20) /* of one producer at the most */
#define SIZE_MOST (48u << 10)
#define CAPACITY (16u << 10) /* messages over a quarter of it go out of line */
#define ROUND_KILLS 500u

typedef struct message_t {
    uint32_t producer;
    uint32_t number; /* from 1 */
    uint32_t size;   /* of all, this head included */
    uint32_t check;
} message_t;

typedef struct log_t {
    storm_log_t head; /* a producer's steps are puts, a consumer's gets */
    _Atomic uint32_t begun[PRODUCERS];   /* number of the message whose put has begun */
    _Atomic uint32_t getting[CONSUMERS]; /* 1 inside get */
    _Atomic uint32_t latest[CONSUMERS][PRODUCERS];
    _Atomic uint8_t taken[PRODUCERS][MESSAGES]; /* how often */
    _Atomic uint8_t acknowledged[PRODUCERS][MESSAGES];
    uint8_t buffers[CONSUMERS][SIZE_MOST];
} log_t;

static brood_queue_t *the_queue;
static uint64_t put, taken; /* of all rounds under one method */
static unsigned held;       /* messages that died in the hands of a killed consumer */

static uint32_t check_of(const message_t *message) {
    const uint8_t *bytes = (const uint8_t *)(message + 1);
    uint32_t sum = message->producer * 31 + message->number * 17 + message->size;
    for (uint32_t i = 0; i + sizeof *message < message->size; i++) {
        sum = sum * 16777619u ^ bytes[i];
    }
    return sum;
}

static void wrong(log_t *log, const char *what, uint32_t producer, uint32_t number) {
    storm_violation(log, "%s (producer %" PRIu32 ", message %" PRIu32 ")", what, producer,
                    number);
}

/* ---- the workers -------------------------------------------------------------------- */

static uint32_t size_of(uint64_t *seed) {
    uint32_t kind = storm_random(seed, 100);
    uint32_t more = kind < 90   ? storm_random(seed, 200)
                    : kind < 98 ? storm_random(seed, 3000)
                                : storm_random(seed, SIZE_MOST - sizeof(message_t));
    return (uint32_t)sizeof(message_t) + more;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    static uint8_t bytes[SIZE_MOST];
    message_t *message = (message_t *)(void *)bytes;
    storm_worker_t self;
    brood_queue_t *queue;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue));
    log_t *log = self.log;
    uint32_t me = self.me;
    /* What the one before had begun and not finished is left to fate. */
    uint32_t number = atomic_load(&log->begun[me]);
    while (!storm_stopping(log) && number + 1 < MESSAGES) {
        message->producer = me;
        message->number = ++number;
        message->size = size_of(&self.seed);
        memset(bytes + sizeof *message, (int)(number & 0xff),
               message->size - sizeof *message);
        message->check = check_of(message);
        atomic_store(&log->begun[me], number);
        apr_status_t rv = brood_queue_put_bytes(queue, bytes, message->size, 100000);
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        /* Its taker may have been killed and buried by now. */
        atomic_fetch_or(&log->acknowledged[me][number], 1);
        storm_step(&self);
    }
    return 0;
}

static void receive(log_t *log, uint32_t me, size_t size) {
    const message_t *message = (const message_t *)(void *)log->buffers[me];
    if (size < sizeof *message || message->size != size ||
        message->producer >= PRODUCERS || message->number >= MESSAGES ||
        message->check != check_of(message)) {
        wrong(log, "a message is torn", message->producer, message->number);
        return;
    }
    if (atomic_fetch_add(&log->taken[message->producer][message->number], 1) != 0) {
        wrong(log, "a message came twice", message->producer, message->number);
    }
    if (message->number <= atomic_load(&log->latest[me][message->producer])) {
        wrong(log, "a message came out of order", message->producer, message->number);
    }
    atomic_store(&log->latest[me][message->producer], message->number);
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    storm_worker_t self;
    brood_queue_t *queue;
    CHILD_OK(storm_worker(&self, state, pool));
    CHILD_OK(BROOD_UNPACK(self.state, &queue));
    log_t *log = self.log;
    uint32_t me = self.me - PRODUCERS;
    for (;;) { /* ends when all producers have stopped and the queue is empty */
        int stopping = storm_stopping(log) == 2;
        size_t size;
        memset(log->buffers[me], 0, sizeof(message_t));
        atomic_store(&log->getting[me], 1);
        apr_status_t rv = brood_queue_get_bytes(queue, log->buffers[me], SIZE_MOST, &size,
                                                stopping ? 0 : 100000);
        if (rv == APR_TIMEUP) {
            atomic_store(&log->getting[me], 0);
            if (stopping) {
                return 0;
            }
            continue;
        }
        CHILD_OK(rv);
        receive(log, me, size);
        storm_step(&self);
        atomic_store(&log->getting[me], 0);
    }
}

/* ---- the storm ---------------------------------------------------------------------- */

static apr_status_t make(storm_t *storm) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    options.capacity_bytes = CAPACITY;
    if (storm->kills == 0) {
        put = taken = held = 0;
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

/* What a consumer that was killed inside get may have had: its own copy, if that is whole. */
static void bury(storm_t *storm, uint32_t worker) {
    log_t *log = storm->log;
    uint32_t me = worker - PRODUCERS;
    if (worker < PRODUCERS) {
        return;
    }
    message_t *message = (message_t *)(void *)log->buffers[me];
    if (atomic_exchange(&log->getting[me], 0) == 1 && message->producer < PRODUCERS &&
        message->number > 0 && message->number < MESSAGES &&
        message->size >= sizeof *message && message->size <= SIZE_MOST &&
        message->check == check_of(message)) {
        /* 128: it may have been taken by the dead, or lie in the queue still. */
        atomic_fetch_or(&log->acknowledged[message->producer][message->number], 128);
        held++;
    }
}

static void check(storm_t *storm) {
    static const uint64_t nothing[WORKERS];
    log_t *log = storm->log;
    size_t left = 1;
    uint32_t lost = 0;
    for (uint32_t p = 0; p < PRODUCERS; p++) {
        for (uint32_t n = 1; n <= atomic_load(&log->begun[p]); n++) {
            uint8_t acknowledged = atomic_load(&log->acknowledged[p][n]);
            if (acknowledged == 1 && atomic_load(&log->taken[p][n]) == 0) {
                lost++;
                wrong(log, "an acknowledged message is lost", p, n);
            }
        }
    }
    if (brood_queue_qsize(the_queue, &left) != APR_SUCCESS || left != 0) {
        wrong(log, "the queue does not say that it is empty", (uint32_t)left, lost);
    }
    put += storm_steps(storm, nothing, 0, PRODUCERS);
    taken += storm_steps(storm, nothing, PRODUCERS, CONSUMERS);
}

static void tell(const storm_t *storm, char *line, size_t size) {
    (void)storm;
    (void)snprintf(line, size,
                   "%" PRIu64 " messages put, %" PRIu64
                   " taken, %u in the hands of the dead",
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
     .round_kills = ROUND_KILLS},
};

STORM_MAIN(kinds)
