/* How a child ended: by returning, by being terminated or killed, or not yet. */
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

static int three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

static int sleep_long(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    apr_sleep(apr_time_from_sec(60));
    return 0;
}

static brood_process_t *start(brood_target_fn *target, apr_pool_t *pool) {
    brood_process_t *child;
    check(brood_process_create(&child, target, BROOD_NO_ARGS, NULL, pool), "create");
    check(brood_process_start(child), "start");
    return child;
}

static void print_code(const char *what, brood_process_t *child) {
    int code;
    check(brood_process_join(child, BROOD_FOREVER), "join");
    check(brood_process_exit_code(child, &code), "exit code");
    printf("%s: %d\n", what, code);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    int code;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    print_code("returned 3", start(three, pool));

    child = start(sleep_long, pool);
    if (brood_process_exit_code(child, &code) == APR_EAGAIN &&
        brood_process_join(child, 1000) == APR_TIMEUP) {
        printf("still running after a millisecond\n");
    }
    check(brood_process_terminate(child), "terminate");
    print_code("terminated", child);

    child = start(sleep_long, pool);
    check(brood_process_kill(child), "kill");
    print_code("killed", child);
    return 0;
}
