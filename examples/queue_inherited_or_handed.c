/* Two queues: one made at the program's top level, which a child uses as it finds it, and one
 * that is handed to the child. Try it with BROOD_START_METHOD=fork and =spawn: what is handed
 * over is always the parent's queue, what is only there is so under fork alone. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

static brood_queue_t *top_level;

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *handed;
    (void)pool;
    check(BROOD_UNPACK(state, &handed), "unpack");
    check(brood_queue_put(top_level, BROOD_ARGS("hello"), BROOD_FOREVER), "put");
    check(brood_queue_put(handed, BROOD_ARGS("hello"), BROOD_FOREVER), "put");
    return 0;
}

int main(int argc, char **argv) {
    brood_start_method_t method;
    brood_process_t *child;
    brood_queue_t *handed;
    apr_pool_t *pool;
    size_t in_top_level, in_handed;

    /* Before brood_init: every process that runs main makes one. */
    check(brood_queue_create(&top_level, NULL, NULL), "queue");
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&handed, NULL, pool), "queue");

    check(brood_process_create(&child, worker, BROOD_ARGS(handed), NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");

    check(brood_queue_qsize(top_level, &in_top_level), "qsize");
    check(brood_queue_qsize(handed, &in_handed), "qsize");
    check(brood_get_start_method(&method), "method");
    printf("%s: %d in the queue of the top level, %d in the one handed over\n",
           brood_start_method_name(method), (int)in_top_level, (int)in_handed);
    return in_handed == 1 ? 0 : 1;
}
