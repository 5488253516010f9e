/* fork() as the system has it, for the rows about fork itself. */
#ifndef BEHAVIOUR_RAW_FORK_H
#define BEHAVIOUR_RAW_FORK_H

#include "support/say.h"

#ifdef _WIN32

static inline long raw_fork(void) {
    return -1;
}

static inline void raw_end(void) {
    abort();
}

static inline void raw_wait(void) {
}

#else
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* 0 in the child, the child's number in the parent, -1 where there is no fork. */
static inline long raw_fork(void) {
    return (long)fork();
}

/* Leaves a child made by raw_fork(): no exit handler of the parent runs in it. */
static inline void raw_end(void) {
    fflush(stdout);
    _exit(0);
}

/* Waits for the one child. */
static inline void raw_wait(void) {
    wait(NULL);
}

#endif

static int never_run(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 1;
}

/* What a user is told who asks for a fork where there is none. */
static inline int say_no_fork(void) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(apr_pool_create(&pool, NULL));
    options.method = BROOD_START_FORK;
    MUST(brood_process_create(&child, never_run, BROOD_NO_ARGS, &options, pool));
    say("fork: %s\n", name_of(brood_process_start(child)));
    return 0;
}

#endif
