/* Many external programs, two at a time: Brood's commands, a bare loop around posix_spawn, and
 * the tools of the shell. */
#include "peers/pairs.h"
#include "support/clock.h"
#include "support/elsewhere.h"
#include "support/say.h"

#include <apr_pools.h>
#include <brood/command.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PROGRAM "/bin/true"

enum { AT_A_TIME = 2 };

extern char **environ;

/* ---- Brood ---- */

static apr_status_t put_one(brood_command_t **place, apr_pool_t *pool) {
    static const char *const argv[] = {PROGRAM, NULL};
    apr_status_t status = brood_command_create(place, argv, NULL, pool);
    return status == APR_SUCCESS ? brood_command_start(*place) : status;
}

static double run_brood(const bench_subject_t *subject, uint64_t count) {
    brood_command_t *commands[AT_A_TIME] = {NULL};
    apr_pool_t *pools[AT_A_TIME];
    double begin = bench_now();
    apr_status_t status = APR_SUCCESS;
    uint64_t started = 0, ended = 0;
    (void)subject;
    for (size_t i = 0; i < AT_A_TIME; i++)
        if (apr_pool_create(&pools[i], NULL) != APR_SUCCESS)
            return -1;
    while (status == APR_SUCCESS && ended < count) {
        size_t at = 0;
        while (at < AT_A_TIME && commands[at])
            at++;
        if (at < AT_A_TIME && started < count) {
            status = put_one(&commands[at], pools[at]);
            started++;
            continue;
        }
        status = brood_command_wait_any(commands, AT_A_TIME, BROOD_FOREVER, &at);
        if (status == APR_SUCCESS) {
            apr_pool_clear(pools[at]);
            commands[at] = NULL;
            ended++;
        }
    }
    for (size_t i = 0; i < AT_A_TIME; i++)
        apr_pool_destroy(pools[i]);
    if (status != APR_SUCCESS)
        bench_say_status("brood_command", status);
    return status == APR_SUCCESS ? bench_now() - begin : -1;
}

/* ---- the system's own calls ---- */

static double run_posix_spawn(const bench_subject_t *subject, uint64_t count) {
    static char program[] = PROGRAM;
    char *const argv[] = {program, NULL};
    double begin = bench_now();
    uint64_t started = 0, ended = 0;
    (void)subject;
    while (ended < count) {
        pid_t child;
        if (started < count && started - ended < AT_A_TIME) {
            if (posix_spawn(&child, PROGRAM, NULL, NULL, argv, environ))
                return -1;
            started++;
            continue;
        }
        if (waitpid(-1, NULL, 0) > 0)
            ended++;
        else if (errno != EINTR)
            return -1;
    }
    return bench_now() - begin;
}

/* ---- tools ---- */

/* `line` has a place for how many; what it takes is measured here. */
static double run_line(const bench_subject_t *subject, uint64_t count) {
    char line[256];
    double begin;
    snprintf(line, sizeof line, subject->context, (unsigned long long)count);
    begin = bench_now();
    return system(line) == 0 ? bench_now() - begin : -1;
}

static const char *look_for_parallel(void) {
    return system("parallel --version 2>/dev/null | grep -q GNU") == 0
               ? NULL
               : "no GNU parallel here";
}

const bench_subject_t *bench_pairs(void) {
    static bench_subject_t subjects[BENCH_PAIRS] = {
        {"Brood, command", BENCH_BROOD, NULL, run_brood, NULL, 0},
        {"posix_spawn in a loop", BENCH_PEER, NULL, run_posix_spawn, NULL, 0},
        {"xargs -P2", BENCH_PEER, NULL, run_line, "seq %llu | xargs -P2 -n1 " PROGRAM, 0},
        {"GNU parallel -j2", BENCH_PEER, NULL, run_line,
         "seq %llu | parallel -j2 " PROGRAM, 0},
    };
    subjects[3].absent = look_for_parallel();
    return subjects;
}
