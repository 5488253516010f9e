/* Deaths that others wait for: the engine. */
#include "hanging.h"

#include "block.h"
#include "ledger.h"
#include "os/clock.h"
#include "outside.h"
#include "waiting.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMISED_US 200000
#define ROUNDS_MOST 10000u

static unsigned bad;

static void complain(const hang_t *hang, const char *what, int64_t number) {
    (void)fprintf(stderr, "%s: %s (%lld; %s)\n", hang->name, what, (long long)number,
                  brood_error_detail());
    bad++;
}

/* ---- the victim and the bystander --------------------------------------------------- */

apr_status_t hang_arrive(const brood_values_t **args, hang_log_t **log,
                         const brood_values_t *state, apr_pool_t *pool) {
    const char *path;
    void *memory = NULL;
    apr_status_t rv = BROOD_UNPACK(state, &path, args);
    if (rv == APR_SUCCESS) {
        rv = brood_test_block_open(&memory, path, pool);
    }
    *log = memory;
    return rv;
}

int hang_passed(hang_log_t *log) {
    atomic_store(&log->passed_us, brood_test_now_us());
    return 0;
}

/* ---- one round ---------------------------------------------------------------------- */

static apr_status_t place(hang_round_t *round, brood_target_fn *target,
                          brood_process_t **process) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const brood_values_t *args = round->args;
    apr_status_t rv;
    options.method = round->method;
    rv = brood_process_create(process, target, BROOD_ARGS(round->path, args), &options,
                              round->pool);
    return rv == APR_SUCCESS ? brood_process_start(*process) : rv;
}

static apr_status_t set_up(const hang_t *hang, hang_round_t *round) {
    void *memory = NULL;
    apr_status_t rv;
    round->path = brood_test_file_name("hang", round->pool);
    rv = brood_test_block_create(&memory, round->path, sizeof(hang_log_t), round->pool);
    round->log = memory;
    if (rv == APR_SUCCESS) {
        rv = hang->make(round);
    }
    if (rv == APR_SUCCESS) {
        rv = place(round, hang->victim, &round->victim);
    }
    if (rv == APR_SUCCESS &&
        !(hang->is_there == NULL ? brood_test_await_waiters(round->object, 1)
                                 : hang->is_there(round))) {
        rv = APR_TIMEUP;
    }
    if (rv == APR_SUCCESS) {
        rv = place(round, hang->bystander, &round->bystander);
    }
    if (rv == APR_SUCCESS &&
        !brood_test_await_waiters(round->object, hang->is_there == NULL ? 2 : 1)) {
        rv = APR_TIMEUP;
    }
    return rv;
}

/* Kills the victim, and with `bury` takes its status as well. When it was dead for certain. */
static int64_t kill_it(hang_round_t *round, int bury) {
    int64_t end_us = brood_test_now_us() + HANG_STALL_US;
    int64_t pid = brood_process_pid(round->victim);
    int64_t now_us = brood_test_now_us();
    (void)brood_process_kill(round->victim);
    if (bury) {
        (void)brood_process_join(round->victim, HANG_STALL_US);
    }
    while (brood_test_lives(pid) && now_us < end_us) {
        brood_os_yield();
        now_us = brood_test_now_us();
    }
    return now_us;
}

/* Returns how long the slower of the two took, in microseconds. */
static int64_t pass(const hang_t *hang, hang_round_t *round, int bury) {
    int64_t death_us = kill_it(round, bury);
    apr_status_t rv = hang->go_on(round);
    int64_t through_us = brood_test_now_us();
    int code = 0;
    if (rv != APR_SUCCESS) {
        complain(hang, "what came after the death failed", rv);
    }
    if (brood_process_join(round->bystander, 2 * HANG_STALL_US) != APR_SUCCESS) {
        complain(hang, "the bystander hangs", 0);
        (void)brood_process_kill(round->bystander);
        (void)brood_process_join(round->bystander, BROOD_FOREVER);
    }
    (void)brood_process_exit_code(round->bystander, &code);
    if (code != 0) {
        complain(hang, "the bystander failed", code);
    }
    (void)brood_process_join(round->victim, BROOD_FOREVER);
    (void)brood_process_exit_code(round->victim, &code);
    if (code != -9) {
        complain(hang, "the victim was not killed", code);
    }
    if (atomic_load(&round->log->told) != hang->told) {
        complain(hang, "the wrong number was told of the death",
                 atomic_load(&round->log->told));
    }
    if (atomic_load(&round->log->passed_us) > through_us) {
        through_us = atomic_load(&round->log->passed_us);
    }
    return through_us - death_us;
}

static int64_t run_round(const hang_t *hang, brood_start_method_t method, int bury,
                         int warming) {
    int64_t took_us = 0;
    hang_round_t round;
    apr_status_t rv;
    memset(&round, 0, sizeof round);
    round.method = method;
    brood_test_ledger_open();
    if (apr_pool_create(&round.pool, NULL) != APR_SUCCESS) {
        complain(hang, "no memory", 0);
        return 0;
    }
    rv = set_up(hang, &round);
    if (rv == APR_SUCCESS) {
        took_us = pass(hang, &round, bury);
    } else {
        complain(hang, "the two do not come to their places", rv);
    }
    apr_pool_destroy(round.pool);
    if (!warming && brood_test_ledger_check() != 0) {
        complain(hang, "something was left", 0);
    }
    return took_us;
}

/* ---- all of them -------------------------------------------------------------------- */

static int compare(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return a < b ? -1 : a > b;
}

static void run_hang(const hang_t *hang, brood_start_method_t method, unsigned rounds) {
    static int64_t took_us[ROUNDS_MOST];
    unsigned late = 0;
    /* What the systems keep for good is made in a round that is not looked at. */
    (void)run_round(hang, method, 1, 1);
    for (unsigned i = 0; i < rounds; i++) {
        took_us[i] = run_round(hang, method, i % 2 == 0, 0);
        late += took_us[i] > PROMISED_US;
    }
    qsort(took_us, rounds, sizeof took_us[0], compare);
    (void)printf("%-32s %-10s %4u deaths, all through after p50 %.1f ms, p99 %.1f ms, "
                 "max %.1f ms, %u over 200 ms\n",
                 hang->name, brood_start_method_name(method), rounds,
                 (double)took_us[rounds / 2] / 1000,
                 (double)took_us[rounds * 99 / 100] / 1000,
                 (double)took_us[rounds - 1] / 1000, late);
    (void)fflush(stdout);
    if (late * 20 > rounds) {
        complain(hang, "more than one in twenty took over 200 ms", late);
    }
}

int hang_main(const hang_t *hangs, size_t count, int argc, char **argv) {
    brood_start_method_t wanted = BROOD_START_DEFAULT;
    unsigned long rounds = 10;
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 2;
    }
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--rounds") == 0) {
            rounds = strtoul(argv[i + 1], NULL, 10);
        } else if (i + 1 == argc || strcmp(argv[i], "--method") != 0 ||
                   brood_start_method_parse(argv[i + 1], &wanted) != APR_SUCCESS) {
            rounds = 0;
        }
    }
    if (rounds == 0 || rounds > ROUNDS_MOST) {
        (void)fprintf(stderr, "usage: %s [--rounds N] [--method NAME]\n", argv[0]);
        return 2;
    }
    for (int method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        for (size_t i = 0; i < count; i++) {
            if (brood_has_start_method((brood_start_method_t)method) &&
                (wanted == BROOD_START_DEFAULT || (int)wanted == method)) {
                run_hang(&hangs[i], (brood_start_method_t)method, (unsigned)rounds);
            }
        }
    }
    (void)printf("%u faults found\n", bad);
    return bad == 0 ? 0 : 1;
}
