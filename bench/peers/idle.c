/* The memory that an idle child has for itself: private and dirty, as the kernel tells it in
 * /proc/PID/smaps_rollup. What it shares with its parent, as long as neither writes to it, is not
 * counted. */
#include "peers/idle.h"
#include "peers/starts.h"
#include "support/python.h"
#include "support/say.h"

#include <apr_time.h>
#include <brood/process.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough for a child to have come to where it waits. */
#define SETTLE_US 50000

extern char **environ;

/* Kilobytes; less than 0: not to be told. */
static double private_dirty(long long pid) {
    char path[64], line[256];
    unsigned long kilobytes;
    double found = -1;
    FILE *file;
    snprintf(path, sizeof path, "/proc/%lld/smaps_rollup", pid);
    file = fopen(path, "r");
    if (!file) {
        bench_say_errno(path);
        return -1;
    }
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Dirty: %lu kB", &kilobytes) == 1)
            found = (double)kilobytes;
    fclose(file);
    return found;
}

static int wait_for_ever(const brood_values_t *state, apr_pool_t *pool) {
    (void)state, (void)pool;
    for (;;)
        pause();
    return 0;
}

static double run_brood(const bench_subject_t *subject, uint64_t count) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    double kilobytes = -1;
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t status;
    options.method = *(const brood_start_method_t *)subject->context;
    if (apr_pool_create(&pool, NULL) != APR_SUCCESS)
        return -1;
    status = brood_process_create(&child, wait_for_ever, BROOD_NO_ARGS, &options, pool);
    if (status == APR_SUCCESS)
        status = brood_process_start(child);
    if (status == APR_SUCCESS) {
        apr_sleep(SETTLE_US);
        kilobytes = private_dirty((long long)brood_process_pid(child));
        status = brood_process_kill(child);
    }
    if (status == APR_SUCCESS)
        status = brood_process_join(child, BROOD_FOREVER);
    if (status != APR_SUCCESS)
        bench_say_status(brood_start_method_name(options.method), status);
    apr_pool_destroy(pool);
    return status == APR_SUCCESS ? kilobytes * (double)count : -1;
}

static double run_bare(const bench_subject_t *subject, uint64_t count) {
    static char program[] = "bench_process", word[] = BENCH_WAIT_FOR_EVER;
    char *const argv[] = {program, word, NULL};
    double kilobytes;
    pid_t child;
    (void)subject;
    errno = posix_spawn(&child, bench_image(), NULL, NULL, argv, environ);
    if (errno) {
        bench_say_errno("posix_spawn");
        return -1;
    }
    apr_sleep(SETTLE_US);
    kilobytes = private_dirty(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return kilobytes * (double)count;
}

static double run_python(const bench_subject_t *subject, uint64_t count) {
    return bench_python_run("python_start.py", subject->context) * (double)count;
}

const bench_subject_t *bench_idles(void) {
    static const brood_start_method_t methods[] = {BROOD_START_FORK, BROOD_START_SPAWN,
                                                   BROOD_START_FORKSERVER};
    static bench_subject_t subjects[BENCH_IDLES] = {
        {"Brood, fork", BENCH_BROOD, NULL, run_brood, &methods[0], 0},
        {"Brood, spawn", BENCH_BROOD, NULL, run_brood, &methods[1], 0},
        {"Brood, forkserver", BENCH_BROOD, NULL, run_brood, &methods[2], 0},
        {"posix_spawn of this program", BENCH_REFERENCE, NULL, run_bare, NULL, 0},
        {"CPython, spawn", BENCH_PEER, NULL, run_python, "spawn idle", 0},
        {"CPython, forkserver", BENCH_PEER, NULL, run_python, "forkserver idle", 0},
    };
    subjects[4].absent = subjects[5].absent = bench_python_absent();
    return subjects;
}
