/* Ten processes are started and none is joined: the parent does that at its normal end. */
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

static int process(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    check(BROOD_UNPACK(state, &number), "unpack");
    printf("Process: %d\n", number);
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    for (int i = 0; i < 10; i++) {
        brood_process_t *child;
        check(brood_process_create(&child, process, BROOD_ARGS(i), NULL, pool), "create");
        check(brood_process_start(child), "start");
    }
    return 0;
}
