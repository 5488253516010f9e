/* The storm on the queue: four producers and four consumers, one of them killed or stopped at
 * a random moment, again and again, and put in place anew.
 *
 * The log lies in a file that all of them map. A producer writes the number of a message
 * before put and again after it; a consumer receives into the log itself and marks each
 * message taken. So after a kill the log says what was being done:
 *   - a message whose put had returned must be taken once, or lie whole in the buffer of a
 *     consumer that was killed inside get: that one had it;
 *   - a message whose put had begun may be there or not, but whole and once;
 *   - one consumer sees the messages of one producer in their order;
 *   - the queue is empty at the end, and says so. */
#include "block.h"
#include "methods.h"
#include "os/clock.h"
#include "outside.h"
#include "storm.h"
#include <apr_file_io.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRODUCERS 4u
#define CONSUMERS 4u
#define WORKERS (PRODUCERS + CONSUMERS)
#define MESSAGES (1u << 20) /* of one producer at the most */
#define SIZE_MOST (48u << 10)
#define CAPACITY (16u << 10) /* messages over a quarter of it go out of line */
#define STALL_US (5 * 1000000)
#define ROUND_KILLS 500u /* then a new queue and a new log */

typedef struct message_t {
    uint32_t producer;
    uint32_t number; /* from 1 */
    uint32_t size;   /* of all, this head included */
    uint32_t check;
} message_t;

typedef struct log_t {
    _Atomic uint32_t stop;
    _Atomic uint32_t violations;
    _Atomic uint32_t begun[PRODUCERS]; /* number of the message whose put has begun */
    _Atomic uint32_t acked[PRODUCERS]; /* number of the last whose put has returned */
    _Atomic uint32_t taken_count[CONSUMERS];
    _Atomic uint32_t getting[CONSUMERS]; /* 1 inside get */
    _Atomic uint32_t latest[CONSUMERS][PRODUCERS];
    _Atomic uint8_t taken[PRODUCERS][MESSAGES]; /* how often */
    _Atomic uint8_t acknowledged[PRODUCERS][MESSAGES];
    uint8_t buffers[CONSUMERS][SIZE_MOST];
} log_t;

static uint32_t check_of(const message_t *message) {
    const uint8_t *bytes = (const uint8_t *)(message + 1);
    uint32_t sum = message->producer * 31 + message->number * 17 + message->size;
    for (uint32_t i = 0; i + sizeof *message < message->size; i++) {
        sum = sum * 16777619u ^ bytes[i];
    }
    return sum;
}

static void violation(log_t *log, const char *what, uint32_t producer, uint32_t number) {
    atomic_fetch_add(&log->violations, 1);
    fprintf(stderr, "VIOLATION: %s (producer %" PRIu32 ", message %" PRIu32 ")\n", what,
            producer, number);
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
    brood_queue_t *queue;
    const char *path;
    uint32_t me;
    uint64_t seed;
    void *memory;
    CHILD_OK(BROOD_UNPACK(state, &queue, &path, &me, &seed));
    CHILD_OK(brood_test_block_open(&memory, path, pool));
    log_t *log = memory;
    /* What the one before had begun and not finished is left to fate. */
    uint32_t number = atomic_load(&log->begun[me]);
    while (!atomic_load(&log->stop) && number + 1 < MESSAGES) {
        message->producer = me;
        message->number = ++number;
        message->size = size_of(&seed);
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
        atomic_fetch_add(&log->acked[me], 1);
    }
    return 0;
}

static void receive(log_t *log, uint32_t me, size_t size) {
    const message_t *message = (const message_t *)(void *)log->buffers[me];
    if (size < sizeof *message || message->size != size ||
        message->producer >= PRODUCERS || message->number >= MESSAGES ||
        message->check != check_of(message)) {
        violation(log, "a message is torn", message->producer, message->number);
        return;
    }
    if (atomic_fetch_add(&log->taken[message->producer][message->number], 1) != 0) {
        violation(log, "a message came twice", message->producer, message->number);
    }
    if (message->number <= atomic_load(&log->latest[me][message->producer])) {
        violation(log, "a message came out of order", message->producer, message->number);
    }
    atomic_store(&log->latest[me][message->producer], message->number);
    atomic_fetch_add(&log->taken_count[me], 1);
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    const char *path;
    uint32_t me;
    uint64_t seed;
    void *memory;
    CHILD_OK(BROOD_UNPACK(state, &queue, &path, &me, &seed));
    CHILD_OK(brood_test_block_open(&memory, path, pool));
    log_t *log = memory;
    for (;;) { /* ends when all producers have stopped and the queue is empty */
        int stopping = atomic_load(&log->stop) == 2;
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
        atomic_store(&log->getting[me], 0);
    }
}

/* ---- the killer --------------------------------------------------------------------- */

typedef struct storm_t {
    storm_options_t options;
    brood_start_method_t method;
    brood_queue_t *queue;
    log_t *log;
    const char *path;
    apr_pool_t *pool;
    apr_pool_t *pools[WORKERS];
    brood_process_t *workers[WORKERS];
    storm_delays_t delays;
    unsigned kills;
    unsigned stops;
    unsigned held; /* messages that died in the hands of a killed consumer */
    uint64_t put;
    uint64_t taken;
} storm_t;

static void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, brood_error_detail());
    exit(2);
}

static void place(storm_t *storm, uint32_t worker) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    uint32_t me = worker < PRODUCERS ? worker : worker - PRODUCERS;
    uint64_t seed = storm->options.seed * 1000003 + storm->kills * 8 + worker;
    options.method = storm->method;
    apr_pool_clear(storm->pools[worker]);
    if (brood_process_create(&storm->workers[worker],
                             worker < PRODUCERS ? produce : consume,
                             BROOD_ARGS(storm->queue, storm->path, me, seed), &options,
                             storm->pools[worker]) != APR_SUCCESS ||
        brood_process_start(storm->workers[worker]) != APR_SUCCESS) {
        die("start");
    }
}

static uint32_t acked_sum(const log_t *log) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        sum += atomic_load(&log->acked[i]);
    }
    return sum;
}

static uint32_t taken_sum(const log_t *log) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < CONSUMERS; i++) {
        sum += atomic_load(&log->taken_count[i]);
    }
    return sum;
}

/* How long it takes until both sides have moved on. */
static void await_progress(storm_t *storm) {
    uint32_t acked = acked_sum(storm->log);
    uint32_t taken = taken_sum(storm->log);
    int64_t start = brood_test_now_us();
    int64_t waited = 0;
    while ((acked_sum(storm->log) == acked || taken_sum(storm->log) == taken) &&
           waited < STALL_US) {
        brood_os_yield();
        waited = brood_test_now_us() - start;
    }
    storm_delay_add(&storm->delays, waited);
    if (waited >= STALL_US) {
        violation(storm->log, "nobody moves after a death", 0, storm->kills);
    }
}

/* What a consumer that was killed inside get may have had: its own copy, if that is whole. */
static void bury_consumer(storm_t *storm, uint32_t me) {
    log_t *log = storm->log;
    message_t *message = (message_t *)(void *)log->buffers[me];
    if (atomic_exchange(&log->getting[me], 0) == 1 && message->producer < PRODUCERS &&
        message->number > 0 && message->number < MESSAGES &&
        message->size >= sizeof *message && message->size <= SIZE_MOST &&
        message->check == check_of(message)) {
        /* 128: it may have been taken by the dead, or lie in the queue still. */
        atomic_fetch_or(&log->acknowledged[message->producer][message->number], 128);
        storm->held++;
    }
}

static void kill_one(storm_t *storm, uint32_t worker) {
    if (brood_process_kill(storm->workers[worker]) != APR_SUCCESS ||
        brood_process_join(storm->workers[worker], BROOD_FOREVER) != APR_SUCCESS) {
        die("kill");
    }
    storm->kills++;
    await_progress(storm);
    if (worker >= PRODUCERS) {
        bury_consumer(storm, worker - PRODUCERS);
    }
    place(storm, worker);
}

static void stop_one(storm_t *storm, uint32_t worker) {
    int64_t pid = brood_process_pid(storm->workers[worker]);
    if (brood_test_stop(pid) == APR_SUCCESS) {
        storm_moment(&storm->options.seed, 3000);
        brood_test_continue(pid);
        storm->stops++;
    }
}

static void rage(storm_t *storm, unsigned kills, int64_t end_us) {
    while (storm->kills < kills && brood_test_now_us() < end_us) {
        uint32_t worker = storm_random(&storm->options.seed, WORKERS);
        storm_moment(&storm->options.seed, 1500);
        if (atomic_load(&storm->log->violations) > 20) {
            return;
        }
        if (storm_random(&storm->options.seed, 8) == 0) {
            stop_one(storm, worker);
        } else {
            kill_one(storm, worker);
        }
    }
}

/* ---- the end ------------------------------------------------------------------------ */

static void settle(storm_t *storm) {
    for (uint32_t phase = 1; phase <= 2; phase++) {
        atomic_store(&storm->log->stop, phase);
        for (uint32_t i = 0; i < WORKERS; i++) {
            int code = 0;
            if ((i < PRODUCERS) != (phase == 1)) {
                continue;
            }
            if (brood_process_join(storm->workers[i], 30 * 1000000) != APR_SUCCESS) {
                violation(storm->log, "a worker does not end", i, phase);
                brood_process_kill(storm->workers[i]);
                brood_process_join(storm->workers[i], BROOD_FOREVER);
            } else if (brood_process_exit_code(storm->workers[i], &code) != APR_SUCCESS ||
                       code != 0) {
                violation(storm->log, "a worker failed", i, (uint32_t)code);
            }
        }
    }
}

static void account(storm_t *storm) {
    log_t *log = storm->log;
    size_t left = 1;
    uint32_t lost = 0;
    for (uint32_t p = 0; p < PRODUCERS; p++) {
        for (uint32_t n = 1; n <= atomic_load(&log->begun[p]); n++) {
            uint8_t acknowledged = atomic_load(&log->acknowledged[p][n]);
            if (acknowledged == 1 && atomic_load(&log->taken[p][n]) == 0) {
                lost++;
                violation(log, "an acknowledged message is lost", p, n);
            }
        }
    }
    if (brood_queue_qsize(storm->queue, &left) != APR_SUCCESS || left != 0) {
        violation(log, "the queue does not say that it is empty", (uint32_t)left, lost);
    }
}

/* One queue, one log. What it counted goes into `total`. */
static uint32_t round_of(storm_t *total, unsigned kills, int64_t end_us) {
    brood_queue_options_t queue_options = BROOD_QUEUE_OPTIONS_INIT;
    storm_t storm = *total;
    uint32_t violations;
    void *memory;
    storm.kills = storm.stops = storm.held = 0;
    queue_options.capacity_bytes = CAPACITY;
    apr_pool_create(&storm.pool, NULL);
    storm.path = brood_test_file_name("storm", storm.pool);
    if (brood_test_block_create(&memory, storm.path, sizeof(log_t), storm.pool) !=
            APR_SUCCESS ||
        brood_queue_create(&storm.queue, &queue_options, storm.pool) != APR_SUCCESS) {
        die("storm");
    }
    storm.log = memory;
    for (uint32_t i = 0; i < WORKERS; i++) {
        apr_pool_create(&storm.pools[i], storm.pool);
        place(&storm, i);
    }
    rage(&storm, kills, end_us);
    settle(&storm);
    account(&storm);
    violations = atomic_load(&storm.log->violations);
    total->kills += storm.kills;
    total->stops += storm.stops;
    total->held += storm.held;
    total->put += acked_sum(storm.log);
    total->taken += taken_sum(storm.log);
    total->delays = storm.delays;
    total->options.seed = storm.options.seed;
    apr_pool_destroy(storm.pool);
    return violations;
}

static uint32_t storm_under(const storm_options_t *options, brood_start_method_t method,
                            unsigned kills) {
    storm_t total;
    uint32_t violations = 0;
    int64_t start = brood_test_now_us();
    int64_t end =
        options->seconds == 0 ? INT64_MAX : start + (int64_t)options->seconds * 1000000;
    memset(&total, 0, sizeof total);
    total.options = *options;
    total.method = method;
    while (violations == 0 && total.kills < kills && brood_test_now_us() < end) {
        unsigned left = kills - total.kills;
        violations += round_of(&total, left < ROUND_KILLS ? left : ROUND_KILLS, end);
    }
    printf(
        "queue storm, %s: %u kills, %u stops in %.1f s; %" PRIu64 " messages put, "
        "%" PRIu64 " taken, %u in the hands of the dead; still after a death p50 %" PRIu32
        " us, p99 %" PRIu32 " us, max %" PRIu32 " us; %" PRIu32 " violations\n",
        brood_start_method_name(method), total.kills, total.stops,
        (double)(brood_test_now_us() - start) / 1e6, total.put, total.taken, total.held,
        storm_delay_at(&total.delays, 50), storm_delay_at(&total.delays, 99),
        storm_delay_at(&total.delays, 100), violations);
    fflush(stdout);
    free(total.delays.us);
    return violations;
}

int main(int argc, char **argv) {
    storm_options_t options;
    uint32_t violations = 0;
    unsigned methods = 0;
    if (brood_init(&argc, &argv) != APR_SUCCESS || !storm_options(&options, argc, argv)) {
        return 2;
    }
    methods = storm_methods(&options);
    for (int m = BROOD_START_FORK; m <= BROOD_START_FORKSERVER; m++) {
        if (storm_has(&options, (brood_start_method_t)m)) {
            violations += storm_under(&options, (brood_start_method_t)m,
                                      (options.kills + methods - 1) / methods);
        }
    }
    return violations == 0 ? 0 : 1;
}
