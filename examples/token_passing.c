/* Ten processes pass one number on: each takes the one that is in the queue and puts its own in.
 * The parent takes the last one, in two ways. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define PROCESSES 10

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int pass_on(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *message;
    brood_queue_t *queue;
    apr_status_t rv;
    int own;
    check(BROOD_UNPACK(state, &queue, &own), "unpack");
    rv = brood_queue_get(queue, &message, BROOD_FOREVER, pool);
    if (rv == APR_EOF) {
        return 1; /* nobody puts one in any more */
    }
    check(rv, "get");
    check(brood_queue_put(queue, BROOD_ARGS(own), BROOD_FOREVER), "put");
    return 0;
}

static void start(brood_process_t **children, brood_queue_t **queue, apr_pool_t *pool) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    options.max_items = 20;
    check(brood_queue_create(queue, &options, pool), "queue");
    check(brood_queue_put(*queue, BROOD_ARGS(-1), BROOD_FOREVER), "put");
    for (int i = 0; i < PROCESSES; i++) {
        check(brood_process_create(&children[i], pass_on, BROOD_ARGS(*queue, i), NULL,
                                   pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
}

/* Joins them all; returns how many were left without the number. */
static int join(brood_process_t **children) {
    int without = 0, code;
    for (int i = 0; i < PROCESSES; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
        check(brood_process_exit_code(children[i], &code), "exit code");
        without += code;
    }
    return without;
}

int main(int argc, char **argv) {
    brood_process_t *children[PROCESSES];
    brood_values_t *last;
    brood_queue_t *queue;
    apr_pool_t *pool;
    int without;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");

    /* Right: the number is the parent's when all have ended. */
    start(children, &queue, pool);
    without = join(children);
    check(brood_queue_get(queue, &last, 0, pool), "get");
    printf("all joined: %d of %d without the number\n", without, PROCESSES);

    /* Wrong: only the last one is joined, and the parent may take the number that others still
     * wait for. They would wait for ever, and the parent's end for them. */
    start(children, &queue, pool);
    check(brood_process_join(children[PROCESSES - 1], BROOD_FOREVER), "join");
    check(brood_queue_get(queue, &last, BROOD_FOREVER, pool), "get");
    /* To end a queue is to tell everybody who waits. */
    check(brood_queue_shutdown(queue, 0, BROOD_FOREVER), "shutdown");
    without = join(children);
    fprintf(stderr, "one joined: %d of %d without the number\n", without, PROCESSES);
    printf("one joined: nobody waits any more\n");
    return 0;
}
