/* Where a function lies, here and in a child: at the same address under fork, at another where the
 * program is started again, and either way the memory is not shared: addresses prove nothing. */
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

static int watch(const brood_values_t *state, apr_pool_t *pool) {
    int64_t address;
    (void)pool;
    check(BROOD_UNPACK(state, &address), "unpack");
    printf("watch lies at %s\n",
           address == (int64_t)(uintptr_t)watch ? "the same address" : "another address");
    for (int i = 0; i < 3; i++) {
        printf("看电视... %lld\n", (long long)brood_current_pid());
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    check(brood_process_create(&child, watch, BROOD_ARGS((int64_t)(uintptr_t)watch), NULL,
                               pool),
          "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");
    return 0;
}
