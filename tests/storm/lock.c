/* The storm on the lock: six processes change two words together under one lock; one of them
 * is killed or stopped at a random moment, again and again.
 *
 * The words lie in a file that all of them map. Whoever gets the lock finds them alike, or is
 * told that the last owner died, finds at most one step between them, and puts that right. A
 * third word names who is inside: two at once would see each other. */
#include "block.h"
#include "methods.h"
#include "os/clock.h"
#include "outside.h"
#include "storm.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 6u
#define STALL_US (5 * 1000000)

typedef struct log_t {
    _Atomic uint32_t stop;
    _Atomic uint32_t violations;
    _Atomic uint32_t inside; /* worker number + 1 */
    _Atomic uint64_t one;
    _Atomic uint64_t other;
    _Atomic uint64_t repairs;
    _Atomic uint64_t rounds[WORKERS];
} log_t;

static void violation(log_t *log, const char *what, uint64_t number) {
    atomic_fetch_add(&log->violations, 1);
    fprintf(stderr, "VIOLATION: %s (%" PRIu64 ")\n", what, number);
}

/* ---- the workers -------------------------------------------------------------------- */

static void enter(log_t *log, uint32_t me, int owner_died) {
    uint32_t inside = atomic_exchange(&log->inside, me + 1);
    uint64_t gap = atomic_load(&log->one) - atomic_load(&log->other);
    if (owner_died) {
        atomic_fetch_add(&log->repairs, 1);
        if (gap > 1) {
            violation(log, "more than one step between the words after a death", gap);
        }
        atomic_store(&log->other, atomic_load(&log->one));
        return;
    }
    if (inside != 0) {
        violation(log, "two hold the lock", inside);
    }
    if (gap != 0) {
        violation(log, "the words differ and nobody was told of a death", gap);
    }
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    const char *path;
    uint32_t me;
    void *memory;
    CHILD_OK(BROOD_UNPACK(state, &lock, &path, &me));
    CHILD_OK(brood_test_block_open(&memory, path, pool));
    log_t *log = memory;
    while (!atomic_load(&log->stop)) {
        apr_status_t rv = brood_lock_acquire(lock, 10 * 1000000);
        CHILD_CHECK(rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD);
        enter(log, me, rv == BROOD_EOWNERDEAD);
        atomic_fetch_add(&log->one, 1);
        atomic_fetch_add(&log->other, 1);
        atomic_fetch_add(&log->rounds[me], 1);
        atomic_store(&log->inside, 0);
        CHILD_OK(brood_lock_release(lock));
    }
    return 0;
}

/* ---- the killer --------------------------------------------------------------------- */

typedef struct storm_t {
    storm_options_t options;
    brood_start_method_t method;
    brood_lock_t *lock;
    log_t *log;
    const char *path;
    apr_pool_t *pool;
    apr_pool_t *pools[WORKERS];
    brood_process_t *workers[WORKERS];
    storm_delays_t delays;
    unsigned kills;
    unsigned stops;
} storm_t;

static void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, brood_error_detail());
    exit(2);
}

static void place(storm_t *storm, uint32_t worker) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    options.method = storm->method;
    apr_pool_clear(storm->pools[worker]);
    if (brood_process_create(&storm->workers[worker], work,
                             BROOD_ARGS(storm->lock, storm->path, worker), &options,
                             storm->pools[worker]) != APR_SUCCESS ||
        brood_process_start(storm->workers[worker]) != APR_SUCCESS) {
        die("start");
    }
}

/* How long it takes until one of the others has been inside. */
static void await_progress(storm_t *storm) {
    uint64_t one = atomic_load(&storm->log->one);
    int64_t start = brood_test_now_us();
    int64_t waited = 0;
    while (atomic_load(&storm->log->one) < one + 2 && waited < STALL_US) {
        brood_os_yield();
        waited = brood_test_now_us() - start;
    }
    storm_delay_add(&storm->delays, waited);
    if (waited >= STALL_US) {
        violation(storm->log, "nobody moves after a death", storm->kills);
    }
}

static void kill_one(storm_t *storm, uint32_t worker) {
    if (brood_process_kill(storm->workers[worker]) != APR_SUCCESS ||
        brood_process_join(storm->workers[worker], BROOD_FOREVER) != APR_SUCCESS) {
        die("kill");
    }
    storm->kills++;
    await_progress(storm);
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

static void rage(storm_t *storm, int64_t end_us) {
    while (storm->kills < storm->options.kills && brood_test_now_us() < end_us &&
           atomic_load(&storm->log->violations) <= 20) {
        uint32_t worker = storm_random(&storm->options.seed, WORKERS);
        storm_moment(&storm->options.seed, 1000);
        if (storm_random(&storm->options.seed, 8) == 0) {
            stop_one(storm, worker);
        } else {
            kill_one(storm, worker);
        }
    }
}

static void settle(storm_t *storm) {
    atomic_store(&storm->log->stop, 1);
    for (uint32_t i = 0; i < WORKERS; i++) {
        int code = 0;
        if (brood_process_join(storm->workers[i], 30 * 1000000) != APR_SUCCESS) {
            violation(storm->log, "a worker does not end", i);
            brood_process_kill(storm->workers[i]);
        } else if (brood_process_exit_code(storm->workers[i], &code) != APR_SUCCESS ||
                   code != 0) {
            violation(storm->log, "a worker failed", i);
        }
    }
    if (brood_lock_locked(storm->lock)) {
        violation(storm->log, "the lock is held and nobody is there", 0);
    }
}

static uint32_t storm_under(const storm_options_t *options, brood_start_method_t method,
                            unsigned kills) {
    storm_t storm;
    uint32_t violations;
    void *memory;
    int64_t start = brood_test_now_us();
    memset(&storm, 0, sizeof storm);
    storm.options = *options;
    storm.options.kills = kills;
    storm.method = method;
    apr_pool_create(&storm.pool, NULL);
    storm.path = brood_test_file_name("storm", storm.pool);
    if (brood_test_block_create(&memory, storm.path, sizeof(log_t), storm.pool) !=
            APR_SUCCESS ||
        brood_lock_create(&storm.lock, storm.pool) != APR_SUCCESS) {
        die("storm");
    }
    storm.log = memory;
    for (uint32_t i = 0; i < WORKERS; i++) {
        apr_pool_create(&storm.pools[i], storm.pool);
        place(&storm, i);
    }
    rage(&storm,
         options->seconds == 0 ? INT64_MAX : start + (int64_t)options->seconds * 1000000);
    settle(&storm);
    violations = atomic_load(&storm.log->violations);
    printf("lock storm, %s: %u kills, %u stops in %.1f s; %" PRIu64 " times inside, "
           "%" PRIu64 " owners dead; still after a death p50 %" PRIu32 " us, p99 %" PRIu32
           " us, max %" PRIu32 " us; %" PRIu32 " violations\n",
           brood_start_method_name(method), storm.kills, storm.stops,
           (double)(brood_test_now_us() - start) / 1e6, atomic_load(&storm.log->one),
           atomic_load(&storm.log->repairs), storm_delay_at(&storm.delays, 50),
           storm_delay_at(&storm.delays, 99), storm_delay_at(&storm.delays, 100),
           violations);
    fflush(stdout);
    free(storm.delays.us);
    apr_pool_destroy(storm.pool);
    return violations;
}

int main(int argc, char **argv) {
    storm_options_t options;
    uint32_t violations = 0;
    unsigned methods;
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
