/* The same function under every start method that this system has. */
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

static int greet(const brood_values_t *state, apr_pool_t *pool) {
    const char *method;
    (void)pool;
    check(BROOD_UNPACK(state, &method), "unpack");
    printf("%s: this is %s, a child of %s\n", method, brood_current_name(),
           brood_parent_pid() != brood_current_pid() ? "another process" : "itself");
    return 0;
}

int main(int argc, char **argv) {
    brood_start_method_t method;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    check(brood_get_start_method(&method), "method");
    printf("here the choice is %s, unless the program says otherwise\n",
           brood_start_method_name(method));
    for (method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        const char *name = brood_start_method_name(method);
        brood_process_t *child;
        apr_status_t status;

        options.method = method;
        check(brood_process_create(&child, greet, BROOD_ARGS(name), &options, pool),
              "create");
        status = brood_process_start(child);
        if (status == BROOD_EMETHOD) {
            printf("%s: not on this system\n", name);
            continue;
        }
        check(status, name);
        check(brood_process_join(child, BROOD_FOREVER), "join");
    }
    return 0;
}
