/* The storms' engine. */
#include "storm.h"

#include "block.h"
#include "ledger.h"
#include "os/clock.h"
#include "outside.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_US (30 * 1000000) /* for the workers at the end */
#define VIOLATIONS_MOST 20    /* then the storm has shown enough */

static storm_log_t *head_of(const storm_t *storm) {
    return storm->log;
}

/* ---- workers ------------------------------------------------------------------------ */

apr_status_t storm_worker(storm_worker_t *self, const brood_values_t *state,
                          apr_pool_t *pool) {
    const char *path;
    apr_status_t rv = BROOD_UNPACK(state, &path, &self->me, &self->seed, &self->state);
    return rv == APR_SUCCESS ? brood_test_block_open(&self->log, path, pool) : rv;
}

void storm_step(storm_worker_t *self) {
    atomic_fetch_add(&((storm_log_t *)self->log)->steps[self->me], 1);
}

uint32_t storm_stopping(const void *log) {
    return atomic_load(&((const storm_log_t *)log)->stop);
}

void storm_repaired(void *log) {
    atomic_fetch_add(&((storm_log_t *)log)->repairs, 1);
}

void storm_violation(void *log, const char *format, ...) {
    char words[200];
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(words, sizeof words, format, rest);
    va_end(rest);
    atomic_fetch_add(&((storm_log_t *)log)->violations, 1);
    fprintf(stderr, "VIOLATION: %s\n", words);
}

/* ---- starting ----------------------------------------------------------------------- */

/* The others would go on for ever, and the exit wait for them. */
static void die(storm_t *storm, const char *what) {
    fprintf(stderr, "%s storm, %s: %s\n", storm->kind->name, what, brood_error_detail());
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        if (storm->workers[i] != NULL) {
            (void)brood_process_kill(storm->workers[i]);
        }
    }
    exit(2);
}

apr_status_t storm_place(storm_t *storm, uint32_t worker, brood_target_fn *target,
                         brood_args_t args) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    apr_pool_t *pool = storm->pools[worker];
    uint64_t seed = storm->options.seed * 1000003 + storm->kills * 64 + worker;
    brood_values_t *values;
    brood_process_t *process;
    apr_status_t rv;
    options.method = storm->method;
    storm->workers[worker] = NULL;
    apr_pool_clear(pool);
    rv = brood_values_pack(&values, args, pool);
    if (rv == APR_SUCCESS) {
        const brood_values_t *own = values;
        rv = brood_process_create(
            &process, target, BROOD_ARGS(storm->path, worker, seed, own), &options, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(process);
    }
    if (rv == APR_SUCCESS) {
        storm->workers[worker] = process;
    }
    return rv;
}

static void place(storm_t *storm, uint32_t worker) {
    if (storm->kind->place(storm, worker) != APR_SUCCESS) {
        die(storm, "start");
    }
}

/* ---- blows -------------------------------------------------------------------------- */

uint64_t storm_steps(const storm_t *storm, const uint64_t *before, uint32_t first,
                     uint32_t count) {
    uint64_t steps = 0;
    for (uint32_t i = first; i < first + count; i++) {
        steps += atomic_load(&head_of(storm)->steps[i]) - before[i];
    }
    return steps;
}

static int moved(const storm_t *storm, const uint64_t *before, uint32_t dead) {
    if (storm->kind->moved != NULL) {
        return storm->kind->moved(storm, before, dead);
    }
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        /* The first of two may have been all but done. */
        if (i != dead && storm_steps(storm, before, i, 1) >= 2) {
            return 1;
        }
    }
    return 0;
}

/* How long it takes until the others move. */
static void await_progress(storm_t *storm, uint32_t dead) {
    uint64_t before[STORM_WORKERS_MAX];
    int64_t start = brood_test_now_us();
    int64_t waited = 0;
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        before[i] = atomic_load(&head_of(storm)->steps[i]);
    }
    while (!moved(storm, before, dead) && waited < STORM_STALL_US) {
        brood_os_yield();
        waited = brood_test_now_us() - start;
    }
    storm_delay_add(&storm->delays, waited);
    if (waited >= STORM_STALL_US) {
        storm_violation(storm->log, "nobody moves after a death (kill %u, worker %u)",
                        storm->kills, (unsigned)dead);
    }
}

/* Whether the system says that a child has become a zombie. */
static int can_see_zombies(void) {
    static int can = -1;
    if (can < 0) {
        can = brood_test_children_of(0) >= 0;
    }
    return can;
}

/* Its parent may bury it at once, which tells everybody; or not yet, and then the survivors
 * find out by themselves. */
static void kill_one(storm_t *storm, uint32_t worker) {
    brood_process_t *process = storm->workers[worker];
    int64_t pid = brood_process_pid(process);
    int unburied = storm_random(&storm->options.seed, 2) == 0 && can_see_zombies();
    if (brood_process_kill(process) != APR_SUCCESS) {
        die(storm, "kill");
    }
    while (unburied && brood_test_lives(pid)) { /* ends with the process */
        brood_os_yield();
    }
    if (!unburied && brood_process_join(process, BROOD_FOREVER) != APR_SUCCESS) {
        die(storm, "join");
    }
    storm->kills++;
    await_progress(storm, worker);
    if (brood_process_join(process, BROOD_FOREVER) != APR_SUCCESS) {
        die(storm, "join");
    }
    if (storm->kind->bury != NULL) {
        storm->kind->bury(storm, worker);
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
    while (storm->kills < kills && brood_test_now_us() < end_us &&
           atomic_load(&head_of(storm)->violations) <= VIOLATIONS_MOST) {
        uint32_t worker = storm_random(&storm->options.seed, storm->kind->workers);
        storm_moment(&storm->options.seed, 1000);
        if (storm_random(&storm->options.seed, 8) == 0) {
            stop_one(storm, worker);
        } else {
            kill_one(storm, worker);
        }
    }
}

/* ---- the end ------------------------------------------------------------------------ */

static apr_status_t await_end(storm_t *storm, uint32_t worker, int64_t end_us) {
    apr_interval_time_t slice = storm->kind->nudge == NULL ? END_US : 5000;
    apr_status_t rv;
    do { /* ends with the worker or the time */
        if (storm->kind->nudge != NULL) {
            storm->kind->nudge(storm);
        }
        rv = brood_process_join(storm->workers[worker], slice);
    } while (rv == APR_TIMEUP && brood_test_now_us() < end_us);
    return rv;
}

static void settle_one(storm_t *storm, uint32_t worker, int64_t end_us) {
    brood_process_t *process = storm->workers[worker];
    int code = 0;
    if (await_end(storm, worker, end_us) != APR_SUCCESS) {
        storm_violation(storm->log, "worker %u does not end", (unsigned)worker);
        (void)brood_process_kill(process);
        (void)brood_process_join(process, BROOD_FOREVER);
    } else if (brood_process_exit_code(process, &code) != APR_SUCCESS || code != 0) {
        storm_violation(storm->log, "worker %u failed with %d", (unsigned)worker, code);
    }
}

static void settle(storm_t *storm) {
    uint32_t first = storm->kind->ended_first;
    int64_t end_us = brood_test_now_us() + END_US;
    atomic_store(&head_of(storm)->stop, first > 0 ? 1 : 2);
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        if (i == first) {
            atomic_store(&head_of(storm)->stop, 2);
        }
        settle_one(storm, i, end_us);
    }
}

/* ---- one storm ---------------------------------------------------------------------- */

/* From fresh objects and a fresh log to the check, until so many kills are done in all. */
static void round_of(storm_t *storm, unsigned kills, int64_t end_us) {
    void *memory;
    apr_pool_create(&storm->pool, NULL);
    storm->path = brood_test_file_name("storm", storm->pool);
    if (brood_test_block_create(&memory, storm->path, storm->kind->log_size,
                                storm->pool) != APR_SUCCESS) {
        die(storm, "log");
    }
    storm->log = memory;
    if (storm->kind->make(storm) != APR_SUCCESS) {
        die(storm, "make");
    }
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        apr_pool_create(&storm->pools[i], storm->pool);
        place(storm, i);
    }
    rage(storm, kills, end_us);
    settle(storm);
    if (storm->kind->check != NULL) {
        storm->kind->check(storm);
    }
    for (uint32_t i = 0; i < storm->kind->workers; i++) {
        storm->steps += atomic_load(&head_of(storm)->steps[i]);
        storm->workers[i] = NULL;
    }
    storm->repairs += atomic_load(&head_of(storm)->repairs);
    storm->violations += atomic_load(&head_of(storm)->violations);
    apr_pool_destroy(storm->pool);
    storm->log = NULL;
    storm->pool = NULL;
}

static void tell(storm_t *storm, int64_t took_us) {
    const storm_kind_t *kind = storm->kind;
    char line[200];
    if (kind->tell != NULL) {
        kind->tell(storm, line, sizeof line);
    } else {
        (void)snprintf(line, sizeof line, "%" PRIu64 " %s, %" PRIu64 " %s", storm->steps,
                       kind->steps != NULL ? kind->steps : "steps", storm->repairs,
                       kind->repairs != NULL ? kind->repairs : "repairs");
    }
    printf("%s storm, %s: %u kills, %u stops in %.1f s; %s; still after a death "
           "p50 %" PRIu32 " us, p99 %" PRIu32 " us, max %" PRIu32 " us, %u over 200 ms; "
           "%" PRIu32 " violations\n",
           kind->name, brood_start_method_name(storm->method), storm->kills, storm->stops,
           (double)took_us / 1e6, line, storm_delay_at(&storm->delays, 50),
           storm_delay_at(&storm->delays, 99), storm_delay_at(&storm->delays, 100),
           (unsigned)storm_delays_over(&storm->delays, STORM_LATE_US), storm->violations);
    fflush(stdout);
}

static uint32_t storm_under(const storm_kind_t *kind, const storm_options_t *options,
                            brood_start_method_t method, unsigned kills) {
    storm_t storm;
    int64_t start = brood_test_now_us();
    int64_t end =
        options->seconds == 0 ? INT64_MAX : start + (int64_t)options->seconds * 1000000;
    memset(&storm, 0, sizeof storm);
    storm.kind = kind;
    storm.options = *options;
    storm.method = method;
    if (kind->keeps_ledger) { /* makes what the system keeps for good */
        round_of(&storm, 0, end);
    }
    do {
        unsigned until = kills;
        if (kind->round_kills > 0 && kills - storm.kills > kind->round_kills) {
            until = storm.kills + kind->round_kills;
        }
        brood_test_ledger_open();
        round_of(&storm, until, end);
        if (kind->keeps_ledger && brood_test_ledger_check() != 0) {
            fprintf(stderr, "VIOLATION: something is left\n");
            storm.violations++;
        }
    } while (storm.violations == 0 && storm.kills < kills && brood_test_now_us() < end);
    tell(&storm, brood_test_now_us() - start);
    free(storm.delays.us);
    return storm.violations;
}

int storm_main(const storm_kind_t *kinds, size_t count, int argc, char **argv) {
    storm_options_t options;
    uint32_t violations = 0;
    unsigned methods;
    if (brood_init(&argc, &argv) != APR_SUCCESS || !storm_options(&options, argc, argv)) {
        return 2;
    }
    methods = storm_methods(&options);
    for (size_t k = 0; k < count; k++) {
        if (options.kind != NULL && strcmp(options.kind, kinds[k].name) != 0) {
            continue;
        }
        for (int m = BROOD_START_FORK; m <= BROOD_START_FORKSERVER; m++) {
            if (storm_has(&options, (brood_start_method_t)m)) {
                violations += storm_under(&kinds[k], &options, (brood_start_method_t)m,
                                          (options.kills + methods - 1) / methods);
            }
        }
    }
    return violations == 0 ? 0 : 1;
}
