/* Four workers with names: all started, then all joined. */
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

static int work(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    check(BROOD_UNPACK(state, &number), "unpack");
    printf("%s has worked\n", brood_current_name());
    return number;
}

int main(int argc, char **argv) {
    brood_process_t *workers[4];
    apr_pool_t *pool;
    char name[32];
    int code;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    for (int i = 0; i < 4; i++) {
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        snprintf(name, sizeof(name), "Worker P%d", i);
        options.name = name;
        check(brood_process_create(&workers[i], work, BROOD_ARGS(i), &options, pool),
              "create");
        check(brood_process_start(workers[i]), "start");
    }
    for (int i = 0; i < 4; i++) {
        check(brood_process_join(workers[i], BROOD_FOREVER), "join");
        check(brood_process_exit_code(workers[i], &code), "exit code");
        printf("%s: exit code %d\n", brood_process_name(workers[i]), code);
    }
    return 0;
}
