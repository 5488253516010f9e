/* Finalizers: what a process does last, in which order. */
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

static void say(void *words) {
    printf("%s: %s\n", brood_current_name(), (const char *)words);
    fflush(stdout);
}

static void open_gate(void *gate) {
    check(brood_event_set(gate), "set");
}

/* Has a finalizer of its own, and none of its parent's. */
static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *gate;
    check(BROOD_UNPACK(state, &gate), "unpack");
    check(brood_finalizer_register(NULL, say, "the child's last word", 0, pool),
          "register");
    check(brood_event_wait(gate, BROOD_FOREVER), "wait");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *process;
    brood_finalizer_t *early;
    brood_event_t *gate;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_event_create(&gate, pool), "event");
    check(brood_process_create(&process, child, BROOD_ARGS(gate), NULL, pool), "create");
    check(brood_process_start(process), "start");

    check(brood_finalizer_register(NULL, say, "after the children", -1, pool),
          "register");
    check(brood_finalizer_register(NULL, open_gate, gate, 0, pool), "register");
    check(brood_finalizer_register(NULL, say, "before the children", 10, pool),
          "register");
    check(brood_finalizer_register(&early, say, "called by hand", 99, pool), "register");
    check(brood_finalizer_call(early), "call");
    return 0; /* the child is joined here, between 0 and -1 */
}
