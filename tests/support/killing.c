/* The kill points' engine. */
#include "killing.h"

#include "block.h"
#include "ledger.h"
#include "os/clock.h"
#include "os/fault.h"
#include "outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAPS 8192
#define STEPS_AFTER 30
#define NOT_ENDED 1001

static unsigned bad;
static unsigned cases;
static unsigned cases_told; /* by the reports so far */
static int
    warming; /* what the systems keep for good is made: the ledger is not looked at */
static int64_t gaps[GAPS];
static size_t gap_count;

void killing_complain(const char *point, const char *what, int64_t number) {
    (void)fprintf(stderr, "%s: %s (%lld; %s)\n", point, what, (long long)number,
                  brood_error_detail());
    bad++;
}

void killing_count_case(void) {
    cases++;
}

/* ---- workers ------------------------------------------------------------------------ */

apr_status_t killing_worker(killing_worker_t *self, const brood_values_t *state,
                            apr_pool_t *pool) {
    const char *path;
    apr_status_t rv =
        BROOD_UNPACK(state, &path, &self->me, &self->variant, &self->plan, &self->state);
    self->last_us = 0;
    return rv == APR_SUCCESS ? brood_test_block_open(&self->log, path, pool) : rv;
}

static void set_plan(const char *plan) {
#ifdef BROOD_FAULTS
    brood__fault_plan(plan);
#else
    (void)plan;
#endif
}

void killing_plan(const killing_worker_t *self) {
    set_plan(self->plan);
}

void killing_step(killing_worker_t *self) {
    killing_log_t *log = self->log;
    int64_t now = brood_test_now_us();
    if (self->last_us != 0 &&
        now - self->last_us > atomic_load(&log->longest_us[self->me])) {
        atomic_store(&log->longest_us[self->me], now - self->last_us);
    }
    self->last_us = now;
    atomic_fetch_add(&log->steps[self->me], 1);
}

int killing_over(const killing_worker_t *self) {
    return atomic_load(&((killing_log_t *)self->log)->over);
}

void killing_fault(killing_worker_t *self, const char *what, int64_t number) {
    (void)fprintf(stderr, "worker %u: %s (%lld)\n", (unsigned)self->me, what,
                  (long long)number);
    atomic_fetch_add(&((killing_log_t *)self->log)->faults, 1);
}

/* ---- starting and ending ------------------------------------------------------------ */

apr_status_t killing_place(killing_t *run, uint32_t worker, brood_target_fn *target,
                           brood_args_t args) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *plan = worker == KILLING_VICTIM ? run->plan : "";
    brood_values_t *values;
    brood_process_t *process;
    apr_status_t rv = brood_values_pack(&values, args, run->pool);
    options.method = run->method;
    options.name = worker == KILLING_VICTIM ? "victim" : "survivor";
    if (rv == APR_SUCCESS) {
        const brood_values_t *own = values;
        rv = brood_process_create(
            &process, target, BROOD_ARGS(run->path, worker, run->at->variant, plan, own),
            &options, run->pool);
    }
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(process);
    }
    if (rv == APR_SUCCESS) {
        run->workers[worker] = process;
    }
    return rv;
}

static void place(killing_t *run, uint32_t worker) {
    apr_status_t rv = run->kind->place(run, worker);
    if (rv != APR_SUCCESS) {
        killing_complain(run->at->point, "a worker cannot be started", rv);
    }
}

int killing_code_of(brood_process_t *process) {
    int code = NOT_ENDED;
    if (process == NULL || brood_process_join(process, KILLING_LATE_US) != APR_SUCCESS) {
        return NOT_ENDED;
    }
    (void)brood_process_exit_code(process, &code);
    return code;
}

/* The same, with the nudge; one that does not end is ended. */
static int end_of(killing_t *run, uint32_t worker) {
    int64_t end = brood_test_now_us() + KILLING_LATE_US;
    brood_process_t *process = run->workers[worker];
    int code = NOT_ENDED;
    if (process == NULL) {
        return NOT_ENDED;
    }
    while (run->kind->nudge != NULL && brood_test_now_us() < end &&
           brood_process_join(process, 5000) == APR_TIMEUP) { /* or with the worker */
        run->kind->nudge(run);
    }
    code = killing_code_of(process);
    if (code == NOT_ENDED) {
        (void)brood_process_kill(process);
        (void)brood_process_join(process, BROOD_FOREVER);
    }
    return code;
}

/* ---- one case ----------------------------------------------------------------------- */

static killing_log_t *head_of(const killing_t *run) {
    return run->log;
}

/* Waits until the worker has done so many steps more. 0: it does not, which is the fault. */
static int await_steps(const killing_t *run, uint32_t worker, int64_t more) {
    int64_t wanted = atomic_load(&head_of(run)->steps[worker]) + more;
    int64_t end = brood_test_now_us() + KILLING_LATE_US;
    while (atomic_load(&head_of(run)->steps[worker]) < wanted) {
        if (brood_test_now_us() > end) {
            return 0;
        }
        brood_os_sleep_until(brood_os_now_ns() + 500000);
    }
    return 1;
}

static void check_killed(killing_t *run) {
    int code = end_of(run, KILLING_VICTIM);
    if (code != -9) {
        killing_complain(run->at->point, "the victim was not killed there", code);
    }
}

static void await_death(killing_t *run) {
    int64_t end = brood_test_now_us() + KILLING_LATE_US;
    while (brood_test_lives(brood_process_pid(run->workers[KILLING_VICTIM])) &&
           brood_test_now_us() < end) { /* ends with the victim */
        brood_os_sleep_until(brood_os_now_ns() + 500000);
    }
}

/* What those have done in 120 ms who depend on the stopped victim. That is more than two of the
 * slices in which a waiter asks whether an owner is dead. */
static int64_t steps_taken(const killing_t *run) {
    int64_t before[KILLING_WORKERS_MAX];
    int64_t taken = 0;
    uint32_t i;
    for (i = 0; i < run->kind->workers; i++) {
        before[i] = atomic_load(&head_of(run)->steps[i]);
    }
    brood_os_sleep_until(brood_os_now_ns() + 120 * 1000000);
    for (i = 0; i < run->kind->workers; i++) {
        if (run->at->holds >> i & 1) {
            taken += atomic_load(&head_of(run)->steps[i]) - before[i];
        }
    }
    return taken;
}

/* A stopped victim: who depends on it waits as long as it takes, and nobody steals. Who was on its
 * way completes that step when it gets a processor again; who steals goes on and on. */
static void stop_and_continue(killing_t *run) {
    const killing_point_t *at = run->at;
    int64_t pid = brood_process_pid(run->workers[KILLING_VICTIM]);
    apr_status_t rv = brood_test_await_stopped(pid);
    int64_t taken = 1;
    int window;
    if (rv != APR_SUCCESS) {
        killing_complain(at->point, "the victim does not stop", rv);
        (void)brood_test_continue(pid);
        return;
    }
    brood_os_sleep_until(brood_os_now_ns() + 20 * 1000000);
    for (window = 0; window < 5 && taken != 0; window++) {
        taken = steps_taken(run);
    }
    if (taken != 0) {
        killing_complain(at->point, "what a stopped process holds was taken", taken);
    }
    (void)brood_test_continue(pid);
    if (!await_steps(run, KILLING_VICTIM, 1)) {
        killing_complain(at->point, "the victim does not go on", 0);
    }
}

static void await_survivors(killing_t *run) {
    int64_t longest = 0;
    unsigned steps = run->kind->steps_after == 0 ? STEPS_AFTER : run->kind->steps_after;
    uint32_t i;
    for (i = KILLING_VICTIM + 1; i < run->kind->workers; i++) {
        int64_t own;
        if (run->way != KILLING_STOPPED && (run->at->stands >> i & 1)) {
            continue;
        }
        if (!await_steps(run, i, (int64_t)steps)) {
            killing_complain(run->at->point, "a survivor does not go on", i);
        }
        own = atomic_load(&head_of(run)->longest_us[i]);
        longest = own > longest ? own : longest;
    }
    if (run->way != KILLING_STOPPED && gap_count < GAPS) {
        gaps[gap_count++] = longest;
    }
}

/* From the blow to the end of all. */
static void go_through(killing_t *run) {
    uint32_t i;
    if (run->way == KILLING_STOPPED) {
        stop_and_continue(run);
    } else if (run->way == KILLING_JOINED) {
        check_killed(run);
    } else {
        await_death(run);
    }
    await_survivors(run);
    if (run->way == KILLING_NOT_JOINED) {
        check_killed(run);
    }
    atomic_store(&head_of(run)->over, 1);
    for (i = 0; i < run->kind->workers; i++) {
        int code =
            i == KILLING_VICTIM && run->way != KILLING_STOPPED ? 0 : end_of(run, i);
        if (code != 0) {
            killing_complain(
                run->at->point,
                i == KILLING_VICTIM ? "the victim failed" : "a survivor failed", code);
        }
    }
    if (run->kind->check != NULL) {
        run->kind->check(run);
    }
    if (atomic_load(&head_of(run)->faults) != 0) {
        killing_complain(run->at->point, "a worker saw something wrong",
                         atomic_load(&head_of(run)->faults));
    }
}

static void run_case(const killing_kind_t *kind, const killing_point_t *at,
                     brood_start_method_t method, killing_way_t way) {
    killing_t run;
    uint32_t i;
    memset(&run, 0, sizeof run);
    run.kind = kind;
    run.at = at;
    run.way = way;
    run.method = method;
    (void)snprintf(run.plan, sizeof run.plan, "%s:%u:%s", at->point, at->passing,
                   way == KILLING_STOPPED ? "stop" : "kill");
    killing_count_case();
    brood_test_ledger_open();
    if (apr_pool_create(&run.pool, NULL) != APR_SUCCESS) {
        return;
    }
    run.path = brood_test_file_name("kill", run.pool);
    if (brood_test_block_create(&run.log, run.path, kind->log_size, run.pool) !=
            APR_SUCCESS ||
        kind->make(&run) != APR_SUCCESS) {
        killing_complain(at->point, "cannot begin", 0);
    } else {
        for (i = KILLING_VICTIM + 1; i < kind->workers; i++) {
            place(&run, i);
        }
        place(&run, KILLING_VICTIM);
        if (run.workers[KILLING_VICTIM] != NULL) {
            go_through(&run);
        } else { /* which is told; who has been started must not be waited for at the end */
            atomic_store(&head_of(&run)->over, 1);
            for (i = KILLING_VICTIM + 1; i < kind->workers; i++) {
                (void)end_of(&run, i);
            }
        }
    }
    apr_pool_destroy(run.pool);
    if (!warming && brood_test_ledger_check() != 0) {
        killing_complain(at->point, "something was left", 0);
    }
}

/* ---- reports ------------------------------------------------------------------------ */

static int compare(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return a < b ? -1 : a > b;
}

void killing_report(const char *name, const char *how, brood_start_method_t method) {
    size_t over = 0;
    size_t i;
    qsort(gaps, gap_count, sizeof gaps[0], compare);
    for (i = 0; i < gap_count; i++) {
        over += gaps[i] > 200000;
    }
    (void)printf("%-10s %-10s %-10s %3u cases", name, how,
                 brood_start_method_name(method), cases - cases_told);
    if (gap_count > 0) {
        (void)printf(
            ", longest wait of a survivor: p50 %.1f ms, p99 %.1f ms, max %.1f ms, "
            "%zu over 200 ms",
            (double)gaps[gap_count / 2] / 1000, (double)gaps[gap_count * 99 / 100] / 1000,
            (double)gaps[gap_count - 1] / 1000, over);
    }
    (void)printf("\n");
    (void)fflush(stdout);
    gap_count = 0;
    cases_told = cases;
}

int killing_end(void) {
    (void)printf("%u cases, %u faults found\n", cases, bad);
    return bad == 0 ? 0 : 1;
}

/* ---- all of them -------------------------------------------------------------------- */

static const char *const ways[] = {"joined", "not joined", "stopped"};

static void run_kind(const killing_kind_t *kind, brood_start_method_t method,
                     unsigned rounds, const char *only) {
    int way;
    for (way = KILLING_JOINED; way <= KILLING_STOPPED; way++) {
        unsigned round;
        if (way == KILLING_STOPPED && brood_test_await_stopped(0) == APR_ENOTIMPL) {
            continue;
        }
        for (round = 0; round < (way == KILLING_STOPPED ? 1 : rounds); round++) {
            size_t i;
            for (i = 0; i < kind->point_count; i++) {
                if (only == NULL || strcmp(only, kind->points[i].point) == 0) {
                    run_case(kind, &kind->points[i], method, (killing_way_t)way);
                }
            }
        }
        killing_report(kind->name, ways[way], method);
    }
}

int killing_main(const killing_kind_t *kinds, size_t count, int argc, char **argv) {
    brood_start_method_t wanted = BROOD_START_DEFAULT;
    const char *fewer = getenv("BROOD_KILL_METHOD"); /* as --method, of a whole build */
    const char *only = NULL;
    unsigned rounds = 1;
    int first = -1;
    int method, i;
    size_t k;
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 2;
    }
    set_plan("");
    if (fewer != NULL && brood_start_method_parse(fewer, &wanted) != APR_SUCCESS) {
        (void)fprintf(stderr, "BROOD_KILL_METHOD: %s\n", brood_error_detail());
        return 2;
    }
    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--rounds") == 0) {
            rounds = (unsigned)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--point") == 0) {
            only = argv[i + 1];
        } else if (strcmp(argv[i], "--method") != 0 ||
                   brood_start_method_parse(argv[i + 1], &wanted) != APR_SUCCESS) {
            (void)fprintf(stderr,
                          "usage: %s [--rounds N] [--method NAME] [--point NAME]\n",
                          argv[0]);
            return 2;
        }
    }
    for (method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        if (!brood_has_start_method((brood_start_method_t)method) ||
            (wanted != BROOD_START_DEFAULT && (int)wanted != method)) {
            continue;
        }
        first = first < 0 ? method : first;
        for (k = 0; k < count; k++) {
            if (kinds[k].one_method && method != first) {
                continue;
            }
            warming = 1;
            run_case(&kinds[k], &kinds[k].points[0], (brood_start_method_t)method,
                     KILLING_NOT_JOINED);
            warming = 0;
            gap_count = 0;
            cases_told = cases;
            run_kind(&kinds[k], (brood_start_method_t)method, rounds, only);
        }
    }
    return killing_end();
}
