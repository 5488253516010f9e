/* brood_init() is what `if __name__ == "__main__"` is in Python. A start that comes before it is
 * refused, in every process, so that no tree of them grows: try it with --too-early. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    printf("Working\n");
    return 0;
}

static apr_status_t run(apr_pool_t *pool) {
    brood_process_t *child;
    apr_status_t status;
    check(brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool), "create");
    status = brood_process_start(child);
    if (status == APR_SUCCESS) {
        check(brood_process_join(child, BROOD_FOREVER), "join");
    }
    return status;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    if (argc > 1 && strcmp(argv[1], "--too-early") == 0) {
        check(apr_initialize(), "apr");
        check(apr_pool_create(&pool, NULL), "pool");
        check(run(pool), "too early");
    }
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    check(run(pool), "start");
    check(run(pool), "start");
    return 0;
}
