/* A global variable is each process's own: two children count, the parent's stays 0. */
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

static int zero = 0;

static int count(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    for (int i = 0; i < 3; i++) {
        zero++;
        printf("%s %d\n", brood_current_name(), zero);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[2];
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    for (int i = 0; i < 2; i++) {
        check(brood_process_create(&children[i], count, BROOD_NO_ARGS, NULL, pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
    for (int i = 0; i < 2; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
    }
    printf("%d\n", zero);
    return 0;
}
