/* A stop in steps: a worker that hears a request ends well, one that does not is terminated. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

/* Has something to do once a minute, and ends when it is asked. */
static int polite(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    while (brood_stop_wait(apr_time_from_sec(60)) == APR_TIMEUP) {
        /* … the work … */
    }
    return 0;
}

/* Looks at nothing while it works. */
static int deaf(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    apr_sleep(apr_time_from_sec(60));
    return 0;
}

static void stop(const char *who, brood_target_fn *target, apr_interval_time_t patience,
                 apr_pool_t *pool) {
    const brood_stop_step_t steps[] = {{BROOD_STOP_ASK, patience},
                                       {BROOD_STOP_TERMINATE, apr_time_from_sec(20)},
                                       {BROOD_STOP_KILL, BROOD_FOREVER}};
    brood_stop_what_t ended_by;
    brood_process_t *child;
    int code;
    check(brood_process_create(&child, target, BROOD_NO_ARGS, NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_stop(child, steps, 3, &ended_by), "stop");
    check(brood_process_exit_code(child, &code), "exit code");
    printf("%s: ended by %s, exit code %d\n", who, brood_stop_name(ended_by), code);
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    stop("polite", polite, apr_time_from_sec(20), pool);
    stop("deaf", deaf, apr_time_from_msec(50), pool);
    return 0;
}
