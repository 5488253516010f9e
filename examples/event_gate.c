/* Three processes get ready, each in its own time, and begin together when the gate opens. */
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

static int run(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *gate;
    brood_semaphore_t *ready;
    int number;
    (void)pool;
    check(BROOD_UNPACK(state, &number, &gate, &ready), "unpack");
    check(brood_semaphore_release(ready, 1), "ready");

    check(brood_event_wait(gate, BROOD_FOREVER), "wait");
    printf("runner %d is off\n", number);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *runners[3];
    brood_semaphore_t *ready;
    brood_event_t *gate;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_event_create(&gate, pool), "event");
    check(brood_semaphore_create(&ready, 0, 0, pool), "semaphore");

    for (int i = 0; i < 3; i++) {
        check(brood_process_create(&runners[i], run, BROOD_ARGS(i, gate, ready), NULL,
                                   pool),
              "create");
        check(brood_process_start(runners[i]), "start");
    }
    for (int i = 0; i < 3; i++) {
        check(brood_semaphore_acquire(ready, BROOD_FOREVER), "acquire");
    }
    printf("all are ready, the gate is %s\n", brood_event_is_set(gate) ? "open" : "shut");
    fflush(stdout);
    check(brood_event_set(gate), "set");
    for (int i = 0; i < 3; i++) {
        check(brood_process_join(runners[i], BROOD_FOREVER), "join");
    }
    return 0;
}
