/* The storm on families: the root of a tree of three levels is killed at a random moment, often
 * while the tree still grows, and again and again.
 *
 * A root starts two in the middle, each of those two leaves, all of which are to end with their
 * creators; they use a queue, a lock and a pipe all the time, the root has made a block with a
 * name, and those in the middle have started an external program each, which ends with them. A
 * second after the root's death none of them may be there: not a process that bears the storm's
 * mark among its arguments (so one that is being born is seen, too), not a zombie, not the pipe's
 * other end. The name is taken back then, and no file of it is left; and what the storm itself
 * holds of the system is at the end what it was.
 *
 *   storm_family [--kills N] [--seed X] [--method NAME]
 *
 * The program starts itself once more with the mark, and that is the one that all others come
 * from. */
#include "storm.h"

#include "block.h"
#include "ledger.h"
#include "os/clock.h"
#include "os/entropy.h"
#include "os/handle.h"
#include "os/identity.h"
#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include "outside.h"
#include "strangers.h"
#include "traces.h"
#include <apr_strings.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIDDLES 2
#define LEAVES 2
#define PROCESSES (1 + MIDDLES + MIDDLES * LEAVES)
#define MARK "--mark"
#define STRANGER "stranger"
#define STRANGER_NS (60 * 1000000000LL)
#define GONE_US 1000000
#define LATE_NS (20 * 1000000000LL)
#define SHORT_US 20000

/* What outlives the processes. */
typedef struct log_t {
    _Atomic uint64_t started; /* processes that came to run */
    _Atomic uint64_t steps;
    _Atomic uint32_t complete; /* of this tree */
} log_t;

static const char *the_mark;
static int64_t the_launcher;

/* ---- the tree --------------------------------------------------------------------------- */

typedef struct member_t {
    const char *path; /* of the log */
    log_t *log;
    brood_queue_t *queue;
    brood_lock_t *lock;
    brood_connection_t *life;
    int level, method, option;
} member_t;

static int be_member(const brood_values_t *state, apr_pool_t *pool);

/* An external program that the kernel ties to this process, where it can. */
static apr_status_t start_stranger(void) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    brood_os_process_t process = none;
    char path[BROOD_OS_PATH_MAX], launcher[32];
    const char *arguments[6];
    brood_os_start_t image;
    brood_os_start_step_t step;
    apr_status_t rv = brood_os_program_path(path, sizeof path);

    (void)snprintf(launcher, sizeof launcher, "%lld", (long long)the_launcher);
    arguments[0] = path;
    arguments[1] = STRANGER;
    arguments[2] = MARK;
    arguments[3] = launcher;
    arguments[4] = the_mark;
    arguments[5] = NULL;
    memset(&image, 0, sizeof image);
    image.image = path;
    image.argv = arguments;
    image.null_stdin = 1;
    image.boot = BROOD_OS_NO_HANDLE;
    image.end_with_parent = 1;
    if (rv == APR_SUCCESS) {
        rv = brood_os_process_start(&process, &image, &step);
    }
    return APR_STATUS_IS_ENOTIMPL(rv) ? APR_SUCCESS : rv;
}

static int start_others(const member_t *self, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    int count = self->level == 0 ? MIDDLES : LEAVES;

    options.method = (brood_start_method_t)self->method;
    options.end_with_parent = self->option;
    for (int i = 0; i < count; i++) {
        brood_process_t *process;
        apr_status_t rv;

        CHILD_OK(brood_process_create(&process, be_member,
                                      BROOD_ARGS(self->path, self->queue, self->lock,
                                                 self->life, self->level + 1,
                                                 self->method, self->option),
                                      &options, pool));
        rv = brood_process_start(process);
        if (rv == BROOD_EBOOT) {
            return 3; /* it was killed with all the others, a moment before this one is */
        }
        CHILD_OK(rv);
    }
    return 0;
}

static void work(const member_t *self) {
    char message[200];
    size_t size;
    apr_status_t rv;

    memset(message, 'f', sizeof message);
    for (;;) { /* until it is killed */
        rv = brood_lock_acquire(self->lock, SHORT_US);
        if (rv == APR_SUCCESS || rv == BROOD_EOWNERDEAD) {
            (void)brood_queue_put_bytes(self->queue, message, sizeof message, 0);
            (void)brood_lock_release(self->lock);
        }
        (void)brood_queue_get_bytes(self->queue, message, sizeof message, &size,
                                    SHORT_US);
        atomic_fetch_add(&self->log->steps, 1);
    }
}

static int be_member(const brood_values_t *state, apr_pool_t *pool) {
    member_t self;
    void *log;
    int failed;

    CHILD_OK(BROOD_UNPACK(state, &self.path, &self.queue, &self.lock, &self.life,
                          &self.level, &self.method, &self.option));
    CHILD_OK(brood_test_block_open(&log, self.path, pool));
    self.log = log;
    atomic_fetch_add(&self.log->started, 1);
    if (self.level == 1) {
        CHILD_OK(start_stranger());
    }
    failed = self.level < 2 ? start_others(&self, pool) : 0;
    if (failed) {
        return failed;
    }
    if (atomic_fetch_add(&self.log->complete, 1) + 1 == PROCESSES) {
        (void)brood_connection_send_bytes(self.life, "all", 3, 0);
    }
    work(&self);
    return 0;
}

static int be_root(const brood_values_t *state, apr_pool_t *pool) {
    const brood_values_t *inner;
    brood_block_t *block;
    const char *name;

    CHILD_OK(BROOD_UNPACK(state, &name, &inner));
    CHILD_OK(brood_block_create_named(&block, name, 100000, NULL, pool));
    return be_member(inner, pool);
}

/* ---- one round -------------------------------------------------------------------------- */

typedef struct storm_family_t {
    brood_start_method_t method;
    uint64_t seed;
    const char *path;
    log_t *log;
    storm_delays_t delays;
    uint32_t grows_us; /* how long the first tree took to grow, and half as long again */
    unsigned whole;    /* trees that had grown when their root was killed */
    unsigned faults;
} storm_family_t;

static void fault(storm_family_t *storm, const char *what, int64_t number) {
    fprintf(stderr, "FAULT: %s: %s (%lld)\n", brood_start_method_name(storm->method),
            what, (long long)number);
    storm->faults++;
}

static void must(apr_status_t rv, const char *what) {
    if (rv != APR_SUCCESS) {
        fprintf(stderr, "family storm: %s: %d, %s\n", what, rv, brood_error_detail());
        exit(2);
    }
}

static int others(int64_t *first) {
    return brood_test_marked(the_mark, brood_current_pid(),
                             brood_has_start_method(BROOD_START_FORKSERVER)
                                 ? brood_forkserver_pid(NULL)
                                 : the_launcher,
                             first);
}

/* Everybody's end of the pipe is closed, and nobody with the mark is left. */
static void await_nobody(storm_family_t *storm, brood_connection_t *mine, int64_t began) {
    int64_t end = began + LATE_NS;
    int64_t first = 0;
    size_t size;
    char words[8];
    int left = 0;
    apr_status_t rv;

    do { /* ends with the last process that holds the other end, or in time */
        rv = brood_connection_recv_bytes_into(mine, words, sizeof words, &size,
                                              (end - brood_os_now_ns()) / 1000);
    } while (rv == APR_SUCCESS);
    if (rv == APR_TIMEUP) {
        fault(storm, "somebody holds the pipe", rv);
    }
    while (brood_os_now_ns() < end && (left = others(&first)) > 0) {
        brood_os_yield();
    }
    if (left > 0) {
        fault(storm, "a process is left", first);
    }
    storm_delay_add(&storm->delays, (brood_os_now_ns() - began) / 1000);
}

/* Mostly while the tree grows; every fourth time, and the first, it has grown. */
static void await_moment(storm_family_t *storm, brood_connection_t *mine) {
    int64_t began = brood_os_now_ns();
    char words[8];
    size_t size;

    if (storm->grows_us != 0 && storm_random(&storm->seed, 4) != 0) {
        storm_moment(&storm->seed, storm->grows_us);
    } else {
        must(brood_connection_recv_bytes_into(mine, words, sizeof words, &size,
                                              LATE_NS / 1000),
             "waiting for the tree");
        storm->grows_us =
            storm->grows_us != 0
                ? storm->grows_us
                : (uint32_t)((brood_os_now_ns() - began) / 1000 * 3 / 2) + 1;
        storm_moment(&storm->seed, 2000);
    }
    storm->whole += atomic_load(&storm->log->complete) == PROCESSES;
}

static void take_name_back(storm_family_t *storm, const char *name, apr_pool_t *pool) {
    size_t count;

    must(brood_block_reclaim(name, &count), "taking the name back");
    if (brood_test_traces(name, pool) != 0) {
        fault(storm, "a file of the block is left", 0);
    }
}

static void kill_a_tree(storm_family_t *storm, unsigned number, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    const char *name = apr_psprintf(pool, "family.%s.%u", the_mark + 6, number);
    int option = 1 + (int)storm_random(&storm->seed, 2);
    brood_connection_t *mine, *theirs;
    brood_process_t *root;
    brood_values_t *state;
    brood_queue_t *queue;
    brood_lock_t *lock;
    int64_t began;

    atomic_store(&storm->log->complete, 0);
    must(brood_queue_create(&queue, NULL, pool), "a queue");
    must(brood_lock_create(&lock, pool), "a lock");
    must(brood_pipe_create(&mine, &theirs, 0, pool), "a pipe");
    must(brood_values_pack(
             &state,
             BROOD_ARGS(storm->path, queue, lock, theirs, 0, (int)storm->method, option),
             pool),
         "the state");
    options.method = storm->method;
    options.end_with_parent = option;
    must(brood_process_create(&root, be_root, BROOD_ARGS(name, state), &options, pool),
         "the root");
    must(brood_process_start(root), "starting the root");
    must(brood_connection_close(theirs), "closing the pipe");
    await_moment(storm, mine);
    began = brood_os_now_ns();
    must(brood_process_kill(root), "killing the root");
    must(brood_process_join(root, LATE_NS / 1000), "joining the root");
    await_nobody(storm, mine, began);
    take_name_back(storm, name, pool);
}

/* ---- all of them ------------------------------------------------------------------------ */

/* Without a handle on a process its end is looked for now and then. */
static int has_watches(void) {
    brood_os_handle_t watch;
    brood_os_identity_t self;
    int has = brood_os_identity_self(&self) == APR_SUCCESS &&
              brood_os_identity_watch(&self, &watch) == APR_SUCCESS;

    if (has) {
        brood_os_handle_close(watch);
    }
    return has;
}

static unsigned storm_under(brood_start_method_t method, unsigned kills, uint64_t seed) {
    storm_family_t storm = {
        method, seed + (uint64_t)method, NULL, NULL, {NULL, 0, 0}, 0, 0, 0};
    apr_pool_t *pool, *round;
    int64_t began = brood_os_now_ns();
    void *log;
    size_t late;

    must(apr_pool_create(&pool, NULL), "a pool");
    must(apr_pool_create(&round, pool), "a pool");
    storm.path = brood_test_file_name("storm-family", pool);
    must(brood_test_block_create(&log, storm.path, sizeof(log_t), pool), "the log");
    storm.log = log;
    kill_a_tree(&storm, 0, round); /* what the library keeps is made now */
    apr_pool_clear(round);
    brood_test_ledger_open();
    for (unsigned i = 1; i < kills && storm.faults < 5; i++) {
        kill_a_tree(&storm, i, round);
        apr_pool_clear(round);
    }
    storm.faults += (unsigned)brood_test_ledger_check();
    late = storm_delays_over(&storm.delays, GONE_US);
    printf("family, %s: %llu roots killed (%u of whole trees), %" PRIu64
           " processes, %" PRIu64
           " steps, all gone after p50 %u us, p99 %u us, most %u us, "
           "%llu over 1 s; %u faults; %.1f s\n",
           brood_start_method_name(method), (unsigned long long)storm.delays.count,
           storm.whole, atomic_load(&storm.log->started), atomic_load(&storm.log->steps),
           storm_delay_at(&storm.delays, 50), storm_delay_at(&storm.delays, 99),
           storm_delay_at(&storm.delays, 100), (unsigned long long)late, storm.faults,
           (double)(brood_os_now_ns() - began) / 1e9);
    fflush(stdout);
    free(storm.delays.us);
    apr_pool_destroy(pool);
    /* One that had to wait for a processor is no fault; two in a hundred are. */
    return storm.faults +
           (has_watches() && late > storm.delays.count / 50 + 1 ? (unsigned)late : 0);
}

static int storm_all(int argc, char **argv) {
    storm_options_t options;
    unsigned faults = 0;

    if (!storm_options(&options, argc, argv)) {
        return 2;
    }
    for (int m = BROOD_START_FORK; m <= BROOD_START_FORKSERVER; m++) {
        if (storm_has(&options, (brood_start_method_t)m)) {
            unsigned kills = options.kills / storm_methods(&options);

            faults += storm_under((brood_start_method_t)m, kills == 0 ? 1 : kills,
                                  options.seed);
        }
    }
    return faults == 0 ? 0 : 1;
}

/* The program once more, with the mark at its end. */
static int launch(int argc, char **argv) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    brood_os_process_t process = none;
    char path[BROOD_OS_PATH_MAX];
    char mark[64], launcher[32];
    const char **arguments = calloc((size_t)argc + 4, sizeof *arguments);
    brood_os_start_t image;
    brood_os_start_step_t step;
    brood_os_exit_t how;
    uint64_t number = 0;

    memset(&image, 0, sizeof image);
    if (arguments == NULL || brood_os_program_path(path, sizeof path) != APR_SUCCESS ||
        brood_os_random(&number, sizeof number) != APR_SUCCESS) {
        return 2;
    }
    (void)snprintf(mark, sizeof mark, "brood-%016" PRIx64, number);
    (void)snprintf(launcher, sizeof launcher, "%lld", (long long)brood_current_pid());
    memcpy(arguments, argv, (size_t)argc * sizeof *arguments);
    arguments[argc] = MARK;
    arguments[argc + 1] = launcher;
    arguments[argc + 2] = mark;
    image.image = path;
    image.argv = arguments;
    image.boot = BROOD_OS_NO_HANDLE;
    if (brood_os_process_start(&process, &image, &step) != APR_SUCCESS ||
        brood_os_process_wait(&process, BROOD_OS_FOREVER, &how) != APR_SUCCESS) {
        return 2;
    }
    free(arguments);
    return how.signaled ? 2 : how.code;
}

int main(int argc, char **argv) {
    int all = argc;

    if (argc > 3 && strncmp(argv[argc - 1], "--brood-boot", 12) == 0) {
        all--; /* a child: brood_init() does not return */
    }
    if (all < 4 || strcmp(argv[all - 3], MARK) != 0) {
        return launch(argc, argv);
    }
    the_launcher = strtoll(argv[all - 2], NULL, 10);
    the_mark = argv[all - 1];
    if (strcmp(argv[1], STRANGER) == 0) {
        brood_os_sleep_until(brood_os_now_ns() + STRANGER_NS);
        return 0;
    }
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 2;
    }
    return storm_all(all - 3, argv);
}
