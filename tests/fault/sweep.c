/* The k-th failure: every call of the seam that an operation makes fails once, and then
 * every one from the k-th on. After each failure the operation has said so or has worked,
 * nothing is left behind, and the same operation works.
 *
 *   fault_sweep [--verbose]      prints how many failures were injected, for each operation */
#include "brood/brood.h"

#include "forkserver.h"
#include "ledger.h"
#include "methods.h"
#include "os/fault.h"
#include <apr_env.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE (20 * 1000000)
#define K_MOST 400

typedef struct sweep_t {
    const char *name;
    /* Does it and, when it worked, uses and ends what it made. Returns the status of what may
     * fail; *sound is set to 0 when something that had worked did not do what it should. */
    apr_status_t (*run)(apr_pool_t *pool, int *sound);
    brood_start_method_t method; /* of the children it starts */
} sweep_t;

static brood_start_method_t method;
static const char *present_plan; /* NULL: none */
static int verbose;
static unsigned bad;

/* The plan ends where the operation does: what comes after must not fail. */
static unsigned plan_end(void) {
    unsigned fired = brood__fault_count();

    brood__fault_plan("");
    return fired;
}

static unsigned fired;

/* ---- operations --------------------------------------------------------------------- */

static apr_status_t run_lock(apr_pool_t *pool, int *sound) {
    brood_lock_t *lock;
    apr_status_t rv = brood_lock_create(&lock, pool);

    fired = plan_end();
    if (rv == APR_SUCCESS) {
        *sound = brood_lock_acquire(lock, 0) == APR_SUCCESS &&
                 brood_lock_release(lock) == APR_SUCCESS &&
                 brood_lock_close(lock) == APR_SUCCESS;
    } else {
        *sound = lock == NULL;
    }
    return rv;
}

#define MANY 300 /* permits that lie in a segment of their own */

static apr_status_t run_semaphore(apr_pool_t *pool, int *sound) {
    brood_semaphore_t *semaphore;
    apr_status_t rv = brood_semaphore_create(&semaphore, MANY, BROOD_SEM_OWNED, pool);

    fired = plan_end();
    if (rv == APR_SUCCESS) {
        *sound = brood_semaphore_acquire(semaphore, 0) == APR_SUCCESS &&
                 brood_semaphore_release(semaphore, 1) == APR_SUCCESS &&
                 brood_semaphore_close(semaphore) == APR_SUCCESS;
    } else {
        *sound = semaphore == NULL;
    }
    return rv;
}

static apr_status_t run_queue(apr_pool_t *pool, int *sound) {
    brood_queue_t *queue;
    char buffer[4];
    size_t size;
    apr_status_t rv = brood_queue_create(&queue, NULL, pool);

    fired = plan_end();
    if (rv == APR_SUCCESS) {
        *sound = brood_queue_put_bytes(queue, "abc", 3, 0) == APR_SUCCESS &&
                 brood_queue_get_bytes(queue, buffer, 4, &size, 0) == APR_SUCCESS &&
                 size == 3 && brood_queue_close(queue) == APR_SUCCESS;
    } else {
        *sound = queue == NULL;
    }
    return rv;
}

static apr_status_t run_pipe(apr_pool_t *pool, int *sound, int duplex) {
    brood_connection_t *one, *other;
    char buffer[4];
    size_t size;
    apr_status_t rv = brood_pipe_create(&one, &other, duplex, pool);

    fired = plan_end();
    if (rv == APR_SUCCESS) {
        *sound =
            brood_connection_send_bytes(other, "abc", 3, LATE) == APR_SUCCESS &&
            brood_connection_recv_bytes_into(one, buffer, 4, &size, LATE) == APR_SUCCESS;
    } else {
        *sound = one == NULL && other == NULL;
    }
    return rv;
}

static apr_status_t run_simplex(apr_pool_t *pool, int *sound) {
    return run_pipe(pool, sound, 0);
}

static apr_status_t run_duplex(apr_pool_t *pool, int *sound) {
    return run_pipe(pool, sound, 1);
}

#define LARGE 500000

/* A message that does not lie in the ring: put or left, taken or left, but whole. */
static apr_status_t run_large(apr_pool_t *pool, int *sound) {
    char *out = calloc(1, LARGE);
    char *in = calloc(1, LARGE);
    brood_queue_t *queue;
    size_t size = 0;
    size_t count = 9;
    apr_status_t rv, got = APR_SUCCESS;

    memset(out, 'l', LARGE);
    brood__fault_plan("");
    rv = brood_queue_create(&queue, NULL, pool);
    if (rv == APR_SUCCESS) {
        brood__fault_plan(present_plan);
        rv = brood_queue_put_bytes(queue, out, LARGE, 0);
        if (rv == APR_SUCCESS) {
            got = brood_queue_get_bytes(queue, in, LARGE, &size, 0);
        }
        fired = plan_end();
        *sound = brood_queue_qsize(queue, &count) == APR_SUCCESS &&
                 count == (rv == APR_SUCCESS && got != APR_SUCCESS ? 1 : 0);
        if (rv == APR_SUCCESS && got != APR_SUCCESS) {
            *sound &= brood_queue_get_bytes(queue, in, LARGE, &size, 0) == APR_SUCCESS;
        }
        if (rv == APR_SUCCESS) {
            *sound &= size == LARGE && memcmp(in, out, LARGE) == 0;
        }
        *sound &= brood_queue_close(queue) == APR_SUCCESS;
    }
    free(out);
    free(in);
    return rv != APR_SUCCESS ? rv : got;
}

/* A wait for several things that runs out, and afterwards one that does not. */
static apr_status_t run_wait(apr_pool_t *pool, int *sound) {
    brood_connection_t *reader, *writer;
    brood_queue_t *queue;
    size_t ready = 0;
    apr_status_t rv;

    brood__fault_plan("");
    if (brood_queue_create(&queue, NULL, pool) != APR_SUCCESS ||
        brood_pipe_create(&reader, &writer, 0, pool) != APR_SUCCESS) {
        *sound = 0;
        return APR_EGENERAL;
    }
    brood__fault_plan(present_plan);
    brood_wait_item_t items[] = {BROOD_WAIT_QUEUE(queue), BROOD_WAIT_CONNECTION(reader)};
    rv = brood_wait(items, 2, 5000, NULL);
    fired = plan_end();
    *sound = rv != APR_SUCCESS &&
             brood_queue_put_bytes(queue, "a", 1, 0) == APR_SUCCESS &&
             brood_wait(items, 2, LATE, &ready) == APR_SUCCESS && ready == 1;
    return rv == APR_TIMEUP ? APR_SUCCESS : rv;
}

/* With a plan that begins when the queue is there. */
static apr_status_t make_queue(brood_queue_t **queue, uint32_t flags, apr_pool_t *pool) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    apr_status_t rv;

    brood__fault_plan("");
    options.capacity_bytes = 4096;
    options.flags = flags;
    rv = brood_queue_create(queue, &options, pool);
    if (rv == APR_SUCCESS) {
        brood__fault_plan(present_plan);
    }
    return rv;
}

/* What is in the queue at the end: so many messages of that size, whole. */
static int holds(brood_queue_t *queue, size_t count, size_t size) {
    char *bytes = calloc(1, size + 1);
    size_t left = 0, got = 0;
    int sound = brood_queue_qsize(queue, &left) == APR_SUCCESS && left == count;

    for (; sound && count > 0; count--) {
        sound = brood_queue_get_bytes(queue, bytes, size, &got, 0) == APR_SUCCESS &&
                got == size && bytes[0] == 'm' && bytes[size - 1] == 'm';
    }
    free(bytes);
    return sound && brood_queue_empty(queue) && brood_queue_close(queue) == APR_SUCCESS;
}

/* In place: reserved or not, put or not, taken or left. */
static apr_status_t run_in_place(apr_pool_t *pool, int *sound) {
    brood_queue_t *queue;
    brood_message_t message;
    apr_status_t rv = make_queue(&queue, 0, pool);
    int put = 0, taken = 0;

    if (rv == APR_SUCCESS) {
        rv = brood_queue_reserve(queue, &message, LARGE, 0);
    }
    if (rv == APR_SUCCESS) {
        memset(message.data, 'm', LARGE);
        rv = brood_queue_commit(queue, &message, 0);
        put = rv == APR_SUCCESS;
        if (!put) {
            *sound &= brood_queue_abandon(queue, &message) == APR_SUCCESS;
        }
    }
    if (rv == APR_SUCCESS) {
        rv = brood_queue_take(queue, &message, 0);
        taken = rv == APR_SUCCESS;
    }
    if (taken) {
        *sound &= message.size == LARGE && ((char *)message.data)[LARGE - 1] == 'm';
        rv = brood_queue_release(queue, &message);
    }
    fired = plan_end();
    *sound &= holds(queue, put && !taken, LARGE);
    return rv;
}

/* On lease: given back it is there again, acknowledged it is gone. */
static apr_status_t run_lease(apr_pool_t *pool, int *sound) {
    brood_queue_t *queue;
    brood_message_t message;
    char bytes[200];
    apr_status_t rv = make_queue(&queue, BROOD_QUEUE_LEASES, pool);
    int put = 0, over = 0;

    memset(bytes, 'm', sizeof bytes);
    if (rv == APR_SUCCESS) {
        rv = brood_queue_put_bytes(queue, bytes, sizeof bytes, 0);
        put = rv == APR_SUCCESS;
    }
    for (uint32_t turn = 1; rv == APR_SUCCESS && turn <= 2; turn++) {
        rv = brood_queue_lease(queue, &message, BROOD_FOREVER, 0);
        if (rv != APR_SUCCESS) {
            break;
        }
        *sound &= message.deliveries == turn && message.size == sizeof bytes;
        over = turn == 2;
        rv = over ? brood_queue_acknowledge(queue, &message)
                  : brood_queue_give_back(queue, &message);
    }
    fired = plan_end();
    *sound &= holds(queue, put && !over, sizeof bytes);
    return rv;
}

/* A batch, each message of it beside the ring: the first few are put, or all. */
static apr_status_t run_batch(apr_pool_t *pool, int *sound) {
    char *out = malloc(LARGE);
    char *in = malloc((size_t)2 * LARGE);
    brood_bytes_t messages[3] = {{out, LARGE}, {out, LARGE}, {out, LARGE}};
    brood_bytes_t got[3];
    brood_queue_t *queue;
    size_t done = 0, count = 0, all = 0;
    apr_status_t rv = make_queue(&queue, 0, pool);

    memset(out, 'm', LARGE);
    if (rv == APR_SUCCESS) {
        rv = brood_queue_put_many(queue, messages, 3, &done, 0);
        *sound &= done == 3 || rv != APR_SUCCESS;
    }
    while (rv == APR_SUCCESS && all < done) {
        rv = brood_queue_get_many(queue, in, (size_t)2 * LARGE, got, 3, &count, 0);
        all += count;
        *sound &= count <= 2 && (count == 0 || got[0].size == LARGE);
    }
    fired = plan_end();
    *sound &= holds(queue, done - all, LARGE);
    free(out);
    free(in);
    return rv;
}

static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_lock_t *lock;
    brood_connection_t *connection;
    brood_semaphore_t *semaphore;

    (void)pool;
    CHILD_OK(BROOD_UNPACK(state, &queue, &lock, &connection, &semaphore));
    CHILD_OK(brood_semaphore_acquire(semaphore, LATE));
    CHILD_OK(brood_queue_put(queue, BROOD_ARGS(1), 0));
    CHILD_OK(brood_lock_acquire(lock, LATE));
    CHILD_OK(brood_lock_release(lock));
    CHILD_OK(brood_connection_send(connection, BROOD_ARGS(2), LATE));
    return 21;
}

/* Start to end of a child whose state has one of each. */
static apr_status_t run_start(apr_pool_t *pool, int *sound) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    brood_queue_t *queue;
    brood_lock_t *lock;
    brood_connection_t *one, *other;
    brood_semaphore_t *semaphore;
    uint32_t permits = 0;
    size_t count = 0;
    int code = 0;
    apr_status_t rv;

    brood__fault_plan("");
    options.method = method;
    options.name = "swept";
    if (brood_queue_create(&queue, NULL, pool) != APR_SUCCESS ||
        brood_lock_create(&lock, pool) != APR_SUCCESS ||
        brood_pipe_create(&one, &other, 0, pool) != APR_SUCCESS ||
        brood_semaphore_create(&semaphore, MANY, BROOD_SEM_OWNED, pool) != APR_SUCCESS) {
        *sound = 0;
        return APR_EGENERAL;
    }
    brood__fault_plan(present_plan);
    rv = brood_process_create(&process, child, BROOD_ARGS(queue, lock, other, semaphore),
                              &options, pool);
    if (rv == APR_SUCCESS) {
        rv = brood_process_start(process);
    }
    fired = plan_end();
    if (rv == APR_SUCCESS) {
        *sound = brood_process_join(process, LATE) == APR_SUCCESS &&
                 brood_process_exit_code(process, &code) == APR_SUCCESS;
        /* A forked child passes points of its own, and says so by its exit code. */
        if (*sound && method == BROOD_START_FORK && code == 1) {
            return APR_EGENERAL;
        }
        *sound &=
            code == 21 && brood_queue_qsize(queue, &count) == APR_SUCCESS && count == 1 &&
            brood_semaphore_value(semaphore, &permits) == APR_SUCCESS && permits == MANY;
    } else if (method != BROOD_START_FORKSERVER) {
        /* When the parent could not read the child's word, the child had begun before it was
         * ended: what it did is whole, and what it held is told. */
        apr_status_t got = brood_lock_acquire(lock, LATE);
        *sound = brood_queue_qsize(queue, &count) == APR_SUCCESS && count <= 1 &&
                 (got == APR_SUCCESS || got == BROOD_EOWNERDEAD) &&
                 brood_lock_release(lock) == APR_SUCCESS;
    } /* else the child's answer may be what could not be read: it may have run by then */
    return rv;
}

/* The bare fork. Its child has its parent's name, and so the plan; where it finds no place it
 * ends with 1. */
static apr_status_t run_bare_fork(apr_pool_t *pool, int *sound) {
    int64_t pid;
    int code = 0;
    apr_status_t rv = brood_fork(&pid);

    (void)pool;
    if (rv == APR_SUCCESS && pid == 0) {
        brood_exit_now(4);
    }
    fired = plan_end();
    *sound = rv != APR_SUCCESS
                 ? pid == -1
                 : brood_fork_wait(NULL, &code, pid, 0, LATE) == APR_SUCCESS &&
                       (code == 4 || code == 1);
    return rv;
}

/* The forkserver is started anew each time. */
static apr_status_t run_server(apr_pool_t *pool, int *sound) {
    apr_status_t rv;

    (void)brood_forkserver_stop(NULL);
    rv = run_start(pool, sound);
    (void)brood_forkserver_stop(NULL);
    return rv;
}

static int sit(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *values;
    brood_queue_t *told;

    CHILD_OK(BROOD_UNPACK(state, &told));
    CHILD_OK(brood_queue_get(told, &values, LATE, pool));
    return 22;
}

/* A tree of one that ends with this process, and is ended before. */
static apr_status_t run_tree(apr_pool_t *pool, int *sound) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *process;
    brood_queue_t *told;
    int code = 0;
    apr_status_t rv;

    brood__fault_plan("");
    options.method = method;
    options.end_with_parent = 2;
    if (brood_queue_create(&told, NULL, pool) != APR_SUCCESS ||
        brood_process_create(&process, sit, BROOD_ARGS(told), &options, pool) !=
            APR_SUCCESS ||
        brood_process_start(process) != APR_SUCCESS) {
        *sound = 0;
        return APR_EGENERAL;
    }
    brood__fault_plan(present_plan);
    rv = brood_process_kill_tree(process, BROOD_STOP_KILL, NULL);
    fired = plan_end();
    rv = APR_STATUS_IS_ENOTIMPL(rv) ? APR_SUCCESS : rv;
    *sound = (rv == APR_SUCCESS || brood_process_kill(process) == APR_SUCCESS) &&
             brood_process_join(process, LATE) == APR_SUCCESS &&
             brood_process_exit_code(process, &code) == APR_SUCCESS && code == -9;
    return rv;
}

/* The child's own points: its environment has the plan, this process has none. */
static apr_status_t run_child(apr_pool_t *pool, int *sound) {
    const char *plan = present_plan;
    apr_status_t rv;

    present_plan = NULL;
    (void)apr_env_delete("BROOD_FAULT_ONLY", pool);
    if (plan != NULL) {
        (void)apr_env_set("BROOD_FAULT", plan, pool);
    }
    rv = run_start(pool, sound);
    (void)apr_env_delete("BROOD_FAULT", pool);
    (void)apr_env_set("BROOD_FAULT_ONLY", "MainProcess", pool);
    /* How often it fired is not known; a target that failed by it is no fault of ours. */
    fired = plan != NULL && strstr(plan, ":60") == NULL;
    *sound = 1;
    return rv;
}

static const sweep_t sweeps[] = {
    {"lock", run_lock, BROOD_START_DEFAULT},
    {"semaphore", run_semaphore, BROOD_START_DEFAULT},
    {"queue", run_queue, BROOD_START_DEFAULT},
    {"pipe", run_simplex, BROOD_START_DEFAULT},
    {"duplex pipe", run_duplex, BROOD_START_DEFAULT},
    {"large message", run_large, BROOD_START_DEFAULT},
    {"in place", run_in_place, BROOD_START_DEFAULT},
    {"on lease", run_lease, BROOD_START_DEFAULT},
    {"large batch", run_batch, BROOD_START_DEFAULT},
    {"wait", run_wait, BROOD_START_DEFAULT},
    {"fork", run_start, BROOD_START_FORK},
    {"bare fork", run_bare_fork, BROOD_START_FORK},
    {"spawn", run_start, BROOD_START_SPAWN},
    {"forkserver", run_start, BROOD_START_FORKSERVER},
    {"server anew", run_server, BROOD_START_FORKSERVER},
    {"tree", run_tree, BROOD_START_DEFAULT},
    {"spawned child", run_child, BROOD_START_SPAWN},
};

/* ---- sweeping ----------------------------------------------------------------------- */

static void complain(const sweep_t *sweep, const char *plan, const char *what,
                     apr_status_t rv) {
    char words[120];

    (void)fprintf(stderr, "%s with %s: %s (%d %s; %s)\n", sweep->name, plan, what, rv,
                  brood_strerror(rv, words, sizeof words), brood_error_detail());
    bad++;
}

static apr_status_t run_once(const sweep_t *sweep, const char *plan) {
    apr_pool_t *pool;
    int sound = 1;
    apr_status_t rv;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return APR_ENOMEM;
    }
    fired = 0;
    present_plan = plan;
    brood__fault_plan(plan);
    rv = sweep->run(pool, &sound);
    brood__fault_plan("");
    apr_pool_destroy(pool);
    if (!sound) {
        complain(sweep, plan == NULL ? "no plan" : plan, "did not do what it should", rv);
    }
    return rv;
}

/* Fails the k-th call for k = 1, 2, … until none fails any more. */
static unsigned sweep_one(const sweep_t *sweep, const char *and_later) {
    static const char *const statuses[] = {"EMFILE", "ENOMEM", "ENOSPC", "EINTR"};
    unsigned k, count = 0;

    for (k = 1; k < K_MOST; k++) {
        char plan[100];
        apr_status_t rv;

        /* What ends a failed start cannot run out of anything. */
        (void)snprintf(plan, sizeof plan, "*:%u%s:%s,-os.process_wait,-os.process_signal",
                       k, and_later, statuses[k % (and_later[0] == '+' ? 3 : 4)]);
        brood_test_ledger_open();
        rv = run_once(sweep, plan);
        if (verbose) {
            (void)printf("  %s %s: fired %u, status %d (%s)\n", sweep->name, plan, fired,
                         rv, rv == APR_SUCCESS ? "" : brood_error_detail());
        }
        if (brood_test_ledger_check() != 0) {
            complain(sweep, plan, "left something behind", rv);
        }
        if (fired == 0) {
            if (rv != APR_SUCCESS) {
                complain(sweep, plan, "failed though nothing did", rv);
            }
            return count;
        }
        count += fired;
        rv = run_once(sweep, NULL);
        if (rv != APR_SUCCESS) {
            complain(sweep, plan, "does not work any more afterwards", rv);
        }
    }
    complain(sweep, "more than K_MOST", "the sweep does not end", APR_SUCCESS);
    return count;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    unsigned total = 0;
    size_t i;

    if (brood_init(&argc, &argv) != APR_SUCCESS ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 1;
    }
    if (argc > 1 && strncmp(argv[argc - 1], "--brood-boot=", 13) == 0) {
        (void)fprintf(stderr, "a child took itself for the first process\n");
        return 66; /* before it does as its parent did */
    }
    verbose = argc > 1 && strcmp(argv[1], "--verbose") == 0;
    (void)apr_env_set("BROOD_FAULT_ONLY", "MainProcess", pool);
    for (i = 0; i < sizeof sweeps / sizeof sweeps[0]; i++) {
        unsigned once, later;

        method = sweeps[i].method;
        if (method != BROOD_START_DEFAULT && !brood_has_start_method(method)) {
            continue;
        }
        if (run_once(&sweeps[i], NULL) != APR_SUCCESS) { /* makes what is kept for good */
            complain(&sweeps[i], "no plan", "does not work", APR_EGENERAL);
            continue;
        }
        once = sweep_one(&sweeps[i], "");
        later = sweep_one(&sweeps[i], "+");
        (void)printf("sweep %-14s %4u single failures, %5u in runs that go on failing\n",
                     sweeps[i].name, once, later);
        (void)fflush(stdout);
        total += once + later;
    }
    (void)printf("%u failures injected, %u faults found\n", total, bad);
    return bad == 0 ? 0 : 1;
}
