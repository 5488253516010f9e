/* Kill points: a process is killed, or stopped, exactly where it hurts, while others work.
 *
 * One victim and two survivors share a queue, or a lock. The victim sets its own plan. The
 * others must go on: each remembers the longest time between two of its completed calls.
 * Nothing is torn, out of order or twice, and nothing that was acknowledged is missing; a
 * stopped victim keeps what it holds. Then the starts: a parent or a child that is killed
 * in the middle of one leaves nothing behind.
 *
 *   fault_kill_points [--rounds N]     prints for each kind how long the others waited */
#include "block.h"
#include "forkserver.h"
#include "ledger.h"
#include "methods.h"
#include "os/clock.h"
#include "os/fault.h"
#include "outside.h"
#include <apr_env.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)
#define NUMBERS 4000000 /* more than are put in the time that a case takes */
#define GAPS 4096
#define STEPS_AFTER 30 /* that each survivor must complete after the death */

enum { VICTIM, SAME_SIDE, OTHER_SIDE, WORKERS };

/* What all of them map. */
typedef struct log_t {
    atomic_int stop;
    atomic_int faults; /* that a worker itself has seen */
    _Atomic int64_t steps[WORKERS];
    _Atomic int64_t longest_us[WORKERS];
    _Atomic uint32_t acked[2];         /* by the producers VICTIM and SAME_SIDE */
    _Atomic uint8_t taken[2][NUMBERS]; /* how often */
    atomic_int counted, mirrored;      /* changed together under the lock */
} log_t;

typedef struct message_t {
    uint32_t producer, number, size, check;
} message_t;

#define LARGE 20000

static unsigned bad;
static unsigned cases;
static int warming; /* what the systems keep for good is made: the ledger is not looked at */
static int64_t gaps[GAPS];
static size_t gap_count;

static void complain(const char *point, const char *what, int64_t number) {
    (void)fprintf(stderr, "%s: %s (%lld; %s)\n", point, what, (long long)number,
                  brood_error_detail());
    bad++;
}

/* ---- workers ------------------------------------------------------------------------ */

static void step_done(log_t *log, int worker, int64_t *last) {
    int64_t now = brood_test_now_us();

    if (*last != 0 && now - *last > atomic_load(&log->longest_us[worker])) {
        atomic_store(&log->longest_us[worker], now - *last);
    }
    *last = now;
    atomic_fetch_add(&log->steps[worker], 1);
}

static uint32_t check_of(const message_t *message) {
    const unsigned char *body = (const unsigned char *)(message + 1);
    uint32_t check = message->producer * 40503u + message->number;
    size_t i;

    for (i = 0; i + sizeof *message < message->size; i++) {
        check = check * 31 + body[i];
    }
    return check;
}

static apr_status_t open_log(log_t **log, const char *path, apr_pool_t *pool) {
    void *memory = NULL;
    apr_status_t rv = brood_test_block_open(&memory, path, pool);

    *log = memory;
    return rv;
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    static union {
        message_t head;
        unsigned char bytes[sizeof(message_t) + LARGE + 100];
    } message;
    brood_queue_t *queue;
    const char *path, *plan;
    uint32_t large;
    int worker;
    log_t *log;
    int64_t last = 0;

    CHILD_OK(BROOD_UNPACK(state, &queue, &path, &worker, &plan, &large));
    CHILD_OK(open_log(&log, path, pool));
    brood__fault_plan(plan);
    message.head.producer = (uint32_t)worker;
    while (!atomic_load(&log->stop) && message.head.number < NUMBERS - 1) {
        uint32_t i;
        message.head.size = (uint32_t)sizeof(message_t) +
                            (large != 0 ? LARGE + message.head.number % 90
                                        : message.head.number % 90);
        for (i = (uint32_t)sizeof(message_t); i < message.head.size; i++) {
            message.bytes[i] = (unsigned char)(message.head.number + i);
        }
        message.head.check = check_of(&message.head);
        {
            apr_status_t rv =
                brood_queue_put_bytes(queue, message.bytes, message.head.size, 100000);
            if (rv == APR_TIMEUP) {
                continue;
            }
            CHILD_OK(rv);
        }
        message.head.number++;
        atomic_store(&log->acked[worker], message.head.number);
        step_done(log, worker, &last);
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    static union {
        message_t head;
        unsigned char bytes[LARGE + 200];
    } message;
    brood_queue_t *queue;
    const char *path, *plan;
    uint32_t unused;
    int worker;
    log_t *log;
    int64_t last = 0;
    int64_t latest[2] = {-1, -1};

    CHILD_OK(BROOD_UNPACK(state, &queue, &path, &worker, &plan, &unused));
    CHILD_OK(open_log(&log, path, pool));
    brood__fault_plan(plan);
    for (;;) {
        size_t size;
        apr_status_t rv = brood_queue_get_bytes(queue, message.bytes, sizeof message.bytes,
                                                &size, 100000);
        if (rv == APR_TIMEUP && atomic_load(&log->stop)) {
            return 0;
        }
        if (rv == APR_TIMEUP) {
            continue;
        }
        CHILD_OK(rv);
        if (size != message.head.size || message.head.producer > 1 ||
            message.head.number >= NUMBERS || message.head.check != check_of(&message.head) ||
            (int64_t)message.head.number <= latest[message.head.producer]) {
            atomic_fetch_add(&log->faults, 1);
            return 98;
        }
        latest[message.head.producer] = message.head.number;
        atomic_fetch_add(&log->taken[message.head.producer][message.head.number], 1);
        step_done(log, worker, &last);
    }
}

static int use_lock(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    const char *path, *plan;
    uint32_t unused;
    int worker;
    log_t *log;
    int64_t last = 0;

    CHILD_OK(BROOD_UNPACK(state, &lock, &path, &worker, &plan, &unused));
    CHILD_OK(open_log(&log, path, pool));
    brood__fault_plan(plan);
    while (!atomic_load(&log->stop)) {
        apr_status_t rv = brood_lock_acquire(lock, LATE);
        if (rv == BROOD_EOWNERDEAD) { /* what it guards is put right */
            atomic_store(&log->mirrored, atomic_load(&log->counted));
        } else {
            CHILD_OK(rv);
        }
        if (atomic_load(&log->counted) != atomic_load(&log->mirrored)) {
            atomic_fetch_add(&log->faults, 1);
        }
        atomic_fetch_add(&log->counted, 1);
        atomic_fetch_add(&log->mirrored, 1);
        CHILD_OK(brood_lock_release(lock));
        step_done(log, worker, &last);
    }
    return 0;
}

/* ---- one point ---------------------------------------------------------------------- */

typedef struct case_t {
    const char *point;
    brood_target_fn *victim;
    unsigned passing; /* at which it happens */
    int large;
    int holds; /* the victim has its side's lock there */
} case_t;

static const case_t queue_cases[] = {
    {"queue.put.locked", produce, 50, 0, 1},    {"queue.put.reserved", produce, 50, 0, 1},
    {"queue.put.copied", produce, 50, 0, 1},    {"queue.put.published", produce, 50, 0, 1},
    {"queue.put.unlocked", produce, 50, 0, 0},  {"queue.put.waiting", produce, 3, 0, 0},
    {"queue.put.block", produce, 5, 1, 1},      {"queue.put.copied", produce, 5, 1, 1},
    {"queue.put.published", produce, 5, 1, 1},  {"queue.get.locked", consume, 50, 0, 1},
    {"queue.get.copied", consume, 50, 0, 1},    {"queue.get.published", consume, 50, 0, 1},
    {"queue.get.unlocked", consume, 50, 0, 0},  {"queue.get.waiting", consume, 3, 0, 0},
    {"queue.get.copied", consume, 20, 1, 1},    {"queue.get.published", consume, 20, 1, 1},
};
static const case_t lock_cases[] = {
    {"lock.acquired", use_lock, 50, 0, 1},
    {"lock.releasing", use_lock, 50, 0, 1},
    {"lock.waiting", use_lock, 1, 0, 0},
    {"lock.released", use_lock, 1, 0, 0},
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static brood_process_t *start(brood_start_method_t method, brood_target_fn *target,
                              brood_args_t args, const char *name, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;

    options.method = method;
    options.name = name;
    if (brood_process_create(&process, target, args, &options, pool) != APR_SUCCESS ||
        brood_process_start(process) != APR_SUCCESS) {
        complain(name, "cannot be started", 0);
        return NULL;
    }
    return process;
}

/* Waits until the worker has done so many steps more. 0: it does not, which is the fault. */
static int await_steps(log_t *log, int worker, int64_t more) {
    int64_t wanted = atomic_load(&log->steps[worker]) + more;
    int64_t end = brood_test_now_us() + LATE;

    while (atomic_load(&log->steps[worker]) < wanted) {
        if (brood_test_now_us() > end) {
            return 0;
        }
        brood_os_sleep_until(brood_os_now_ns() + 500000);
    }
    return 1;
}

static int code_of(brood_process_t *process) {
    int code = 1000;

    if (process == NULL || brood_process_join(process, LATE) != APR_SUCCESS) {
        return 1001;
    }
    (void)brood_process_exit_code(process, &code);
    return code;
}

/* All that was acknowledged was taken once; what a killed consumer had in its hands may be
 * missing, one message at the most. */
static void check_messages(log_t *log, const case_t *at) {
    int missing = 0;
    int producer;
    uint32_t i;

    for (producer = 0; producer < 2; producer++) {
        for (i = 0; i < NUMBERS; i++) {
            unsigned taken = atomic_load(&log->taken[producer][i]);
            if (taken > 1) {
                complain(at->point, "a message came twice", i);
            }
            missing += taken == 0 && i < atomic_load(&log->acked[producer]);
            if (taken != 0 && i > atomic_load(&log->acked[producer])) {
                complain(at->point, "a message came that was not put", i);
            }
        }
    }
    if (missing > (at->victim == consume)) {
        complain(at->point, "acknowledged messages are lost", missing);
    }
}

/* A stopped victim: who shares its side waits as long as it takes, and nobody steals. */
static void stop_and_continue(log_t *log, const case_t *at, brood_process_t *victim) {
    int64_t pid = brood_process_pid(victim);
    apr_status_t rv = brood_test_await_stopped(pid);
    int64_t before;

    if (rv != APR_SUCCESS) {
        complain(at->point, "the victim does not stop", rv);
        return;
    }
    brood_os_sleep_until(brood_os_now_ns() + 20 * 1000000);
    before = atomic_load(&log->steps[SAME_SIDE]);
    brood_os_sleep_until(brood_os_now_ns() + 120 * 1000000);
    if (at->holds && atomic_load(&log->steps[SAME_SIDE]) != before) {
        complain(at->point, "a lock was taken from a stopped process",
                 atomic_load(&log->steps[SAME_SIDE]) - before);
    }
    (void)brood_test_continue(pid);
    if (!await_steps(log, VICTIM, at->point[0] == 'q' ? 1 : 0)) {
        complain(at->point, "the victim does not go on", 0);
    }
}

static void check_killed(const case_t *at, brood_process_t *victim) {
    int code = code_of(victim);

    if (code != -9) {
        complain(at->point, "the victim was not killed there", code);
    }
}

/* How a case goes: the victim is stopped; or killed, and buried by its parent at once, which
 * wakes who waits for it; or killed, and nobody but the survivors themselves finds that out. */
typedef enum way_t { STOP, KILL_AND_BURY, KILL } way_t;

static void run_case(const case_t *at, brood_start_method_t method, way_t way) {
    apr_pool_t *pool;
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *workers[WORKERS] = {NULL, NULL, NULL};
    brood_queue_t *queue = NULL;
    brood_lock_t *lock = NULL;
    const char *path;
    void *memory;
    log_t *log;
    char plan[100];
    size_t left = 1;
    int is_lock = at->victim == use_lock;
    int i;
    brood_target_fn *other = at->victim == produce ? consume : produce;

    (void)snprintf(plan, sizeof plan, "%s:%u:%s", at->point, at->passing,
                   way == STOP ? "stop" : "kill");
    cases++;
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return;
    }
    path = brood_test_file_name("kill", pool);
    options.capacity_bytes = 4096;
    options.max_items = at->large ? 0 : 3;
    if (brood_test_block_create(&memory, path, sizeof *log, pool) != APR_SUCCESS ||
        brood_queue_create(&queue, &options, pool) != APR_SUCCESS ||
        brood_lock_create(&lock, pool) != APR_SUCCESS) {
        complain(at->point, "cannot begin", 0);
        return;
    }
    log = memory;
    if (is_lock) {
        workers[SAME_SIDE] = start(method, use_lock,
                                   BROOD_ARGS(lock, path, SAME_SIDE, "", 0), "same side", pool);
        workers[OTHER_SIDE] = start(
            method, use_lock, BROOD_ARGS(lock, path, OTHER_SIDE, "", 0), "other side", pool);
        workers[VICTIM] =
            start(method, use_lock, BROOD_ARGS(lock, path, VICTIM, plan, 0), "victim", pool);
    } else {
        /* Consumers are workers by their place; producers are numbered 0 and 1. */
        workers[SAME_SIDE] =
            start(method, at->victim, BROOD_ARGS(queue, path, SAME_SIDE, "", 0), "same side", pool);
        workers[OTHER_SIDE] =
            start(method, other,
                  BROOD_ARGS(queue, path, other == produce ? 0 : OTHER_SIDE, "", at->large),
                  "other side", pool);
        workers[VICTIM] = start(
            method, at->victim,
            BROOD_ARGS(queue, path, at->victim == produce ? VICTIM : OTHER_SIDE, plan, at->large),
            "victim", pool);
    }
    if (workers[VICTIM] != NULL && way == STOP) {
        stop_and_continue(log, at, workers[VICTIM]);
    } else if (workers[VICTIM] != NULL && way == KILL_AND_BURY) {
        check_killed(at, workers[VICTIM]);
    } else if (workers[VICTIM] != NULL) {
        int64_t end = brood_test_now_us() + LATE;
        while (brood_test_lives(brood_process_pid(workers[VICTIM])) &&
               brood_test_now_us() < end) { /* ends with the victim */
            brood_os_sleep_until(brood_os_now_ns() + 500000);
        }
    }
    for (i = SAME_SIDE; i < WORKERS; i++) {
        int worker = i == OTHER_SIDE && other == produce && !is_lock ? VICTIM : i;
        if (!await_steps(log, worker, STEPS_AFTER)) {
            complain(at->point, "a survivor does not go on", i);
        }
    }
    if (way != STOP && gap_count < GAPS) {
        gaps[gap_count++] = atomic_load(&log->longest_us[SAME_SIDE]);
    }
    if (way == KILL) {
        check_killed(at, workers[VICTIM]);
    }
    atomic_store(&log->stop, 1);
    for (i = SAME_SIDE; i < WORKERS; i++) {
        int code = code_of(workers[i]);
        if (code != 0) {
            complain(at->point, "a survivor failed", code);
        }
    }
    if (way == STOP && code_of(workers[VICTIM]) != 0) {
        complain(at->point, "the victim failed", 0);
    }
    if (!is_lock) {
        /* The last producer may have outlived the last consumer. */
        static unsigned char rest[LARGE + 200];
        size_t size;
        while (brood_queue_get_bytes(queue, rest, sizeof rest, &size, 0) == APR_SUCCESS) {
            message_t head;
            memcpy(&head, rest, sizeof head);
            if (head.producer < 2 && head.number < NUMBERS) {
                atomic_fetch_add(&log->taken[head.producer][head.number], 1);
            }
        }
        if (brood_queue_qsize(queue, &left) != APR_SUCCESS || left != 0) {
            complain(at->point, "the queue does not become empty", (int64_t)left);
        }
        check_messages(log, at);
    }
    if (atomic_load(&log->faults) != 0) {
        complain(at->point, "a worker saw something torn", atomic_load(&log->faults));
    }
    apr_pool_destroy(pool);
    if (!warming && brood_test_ledger_check() != 0) {
        complain(at->point, "something was left", 0);
    }
}

/* ---- starts ------------------------------------------------------------------------- */

static int end_at_once(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

/* A parent with a plan: it dies while it starts a child, who has the other end of a pipe. */
static int start_and_die(const brood_values_t *state, apr_pool_t *pool) {
    brood_connection_t *connection;
    brood_process_t *child;
    const char *plan;

    CHILD_OK(BROOD_UNPACK(state, &connection, &plan));
    CHILD_OK(brood_process_create(&child, end_at_once, BROOD_ARGS(connection), NULL, pool));
    brood__fault_plan(plan);
    CHILD_OK(brood_process_start(child));
    brood__fault_plan("");
    CHILD_OK(brood_process_join(child, LATE));
    return 0;
}

static void parent_dies(const char *point, brood_start_method_t method) {
    brood_connection_t *mine, *theirs;
    brood_process_t *parent;
    apr_pool_t *pool;
    char plan[100];
    char byte;
    size_t size;
    int code;

    cases++;
    (void)snprintf(plan, sizeof plan, "%s:1:kill", point);
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        brood_pipe_create(&mine, &theirs, 0, pool) != APR_SUCCESS) {
        return;
    }
    (void)brood_set_start_method(method);
    parent = start(method, start_and_die, BROOD_ARGS(theirs, plan), "parent", pool);
    code = code_of(parent);
    /* fork sends nothing, so it does not come there. */
    if (code != -9 && !(method == BROOD_START_FORK && code == 0)) {
        complain(point, "the parent was not killed there", code);
    }
    (void)brood_connection_close(theirs);
    if (brood_connection_recv_bytes_into(mine, &byte, 1, &size, LATE) != APR_EOF) {
        complain(point, "a half-born child lives on", 0);
    }
    (void)brood_set_start_method(BROOD_START_DEFAULT);
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        complain(point, "something was left", 0);
    }
}

/* A child that dies while it boots: its start says so, or it had started and was killed. */
static void child_dies(const char *point, brood_start_method_t method, apr_pool_t *setting) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t rv;
    char plan[100];
    int code = 0;

    cases++;
    (void)snprintf(plan, sizeof plan, "%s:1:kill", point);
    brood_test_ledger_open();
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return;
    }
    options.method = method;
    options.name = "victim";
    (void)brood_process_create(&child, end_at_once, BROOD_NO_ARGS, &options, pool);
    if (method == BROOD_START_FORK) {
        brood__fault_plan(plan);
    } else {
        (void)apr_env_set("BROOD_FAULT", plan, setting);
    }
    rv = brood_process_start(child);
    brood__fault_plan("");
    (void)apr_env_delete("BROOD_FAULT", setting);
    if (rv == APR_SUCCESS) {
        code = code_of(child);
        if (code != -9 && code != 0) {
            complain(point, "the child ended in an odd way", code);
        }
    } else if (rv != BROOD_EBOOT) {
        complain(point, "the start failed in an odd way", rv);
    }
    apr_pool_destroy(pool);
    if (brood_test_ledger_check() != 0) {
        complain(point, "something was left", 0);
    }
    child = start(method, end_at_once, BROOD_NO_ARGS, "after", setting);
    if (code_of(child) != 0) {
        complain(point, "nothing can be started any more", 0);
    }
}

/* ---- all of them -------------------------------------------------------------------- */

static int compare(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return a < b ? -1 : a > b;
}

static void report(const char *what, const char *how, brood_start_method_t method,
                   unsigned before) {
    size_t over = 0;
    size_t i;

    qsort(gaps, gap_count, sizeof gaps[0], compare);
    for (i = 0; i < gap_count; i++) {
        over += gaps[i] > 200000;
    }
    (void)printf("%-6s %-10s %-10s %3u cases", what, how,
                 brood_start_method_name(method), cases - before);
    if (gap_count > 0) {
        (void)printf(", longest wait of a survivor: p50 %.1f ms, p99 %.1f ms, max %.1f ms, "
                     "%zu over 200 ms",
                     (double)gaps[gap_count / 2] / 1000,
                     (double)gaps[gap_count * 99 / 100] / 1000,
                     (double)gaps[gap_count - 1] / 1000, over);
    }
    (void)printf("\n");
    (void)fflush(stdout);
    gap_count = 0;
}

static void run_method(brood_start_method_t method, unsigned rounds, apr_pool_t *pool) {
    static const char *const parents[] = {"start.reserved", "start.launched", "start.sent",
                                          "start.acknowledged"};
    static const char *const children[] = {"boot.begin", "boot.record",   "participant.claimed",
                                           "boot.attached", "boot.ready", "boot.finished"};
    unsigned before;
    unsigned round;
    int way;
    size_t i;

    for (way = KILL_AND_BURY; way <= KILL; way++) {
        const char *how = way == KILL ? "not joined" : "joined";
        before = cases;
        for (round = 0; round < rounds; round++) {
            for (i = 0; i < COUNT(queue_cases); i++) {
                run_case(&queue_cases[i], method, (way_t)way);
            }
        }
        report("queue", how, method, before);
        before = cases;
        for (round = 0; round < rounds; round++) {
            for (i = 0; i < COUNT(lock_cases); i++) {
                run_case(&lock_cases[i], method, (way_t)way);
            }
        }
        report("lock", how, method, before);
    }
    before = cases;
    if (brood_test_await_stopped(0) != APR_ENOTIMPL) {
        for (i = 0; i < COUNT(queue_cases); i++) {
            run_case(&queue_cases[i], method, STOP);
        }
        for (i = 0; i < COUNT(lock_cases); i++) {
            run_case(&lock_cases[i], method, STOP);
        }
        report("stops", "", method, before);
    }
    before = cases;
    for (i = 0; i < COUNT(parents); i++) {
        parent_dies(parents[i], method);
    }
    for (i = 0; method != BROOD_START_FORKSERVER && i < COUNT(children); i++) {
        child_dies(children[i], method, pool);
    }
    report("starts", "", method, before);
}

int main(int argc, char **argv) {
    unsigned rounds = 1;
    apr_pool_t *pool;
    int method;

    if (brood_init(&argc, &argv) != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 1;
    }
    brood__fault_plan("");
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        rounds = (unsigned)atoi(argv[2]);
    }
    for (method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        if (brood_has_start_method((brood_start_method_t)method)) {
            warming = 1;
            run_case(&queue_cases[0], (brood_start_method_t)method, KILL);
            run_case(&lock_cases[0], (brood_start_method_t)method, KILL);
            warming = 0;
            gap_count = 0;
            run_method((brood_start_method_t)method, rounds, pool);
        }
    }
    (void)printf("%u cases, %u faults found\n", cases, bad);
    return bad == 0 ? 0 : 1;
}
