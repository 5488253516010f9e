/* Five processes say who they are, and compare it with what their parent says of itself. */
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

static int who(const brood_values_t *state, apr_pool_t *pool) {
    int64_t parent;
    (void)pool;
    check(BROOD_UNPACK(state, &parent), "unpack");
    printf("%s is %s of process %s\n", brood_current_name(),
           brood_parent_pid() == parent ? "a child" : "no child",
           brood_current_pid() == parent ? "itself" : "MainProcess");
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    printf("this is %s\n", brood_current_name());
    for (int i = 0; i < 5; i++) {
        brood_process_t *child;
        check(brood_process_create(&child, who, BROOD_ARGS(brood_current_pid()), NULL,
                                   pool),
              "create");
        check(brood_process_start(child), "start");
    }
    return 0;
}
