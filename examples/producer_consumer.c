/* A producer and two consumers; an empty message tells a consumer that no more will come. */
#include "brood/brood.h"
#include <stdio.h>
#include <stdlib.h>

#define CONSUMERS 2

/* Ends the program when a call failed. */
static void check(apr_status_t status, const char *what) {
    char text[100];
    if (status != APR_SUCCESS) {
        fprintf(stderr, "%s: %s: %s\n", what, brood_strerror(status, text, sizeof(text)),
                brood_error_detail());
        exit(1);
    }
}

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    check(BROOD_UNPACK(state, &queue), "unpack");
    for (int i = 0; i < 6; i++) {
        check(brood_queue_put(queue, BROOD_ARGS(i, "apples"), BROOD_FOREVER), "put");
    }
    for (int i = 0; i < CONSUMERS; i++) {
        check(brood_queue_put(queue, BROOD_NO_ARGS, BROOD_FOREVER), "put");
    }
    return 0;
}

static int consume(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *message;
    brood_queue_t *queue;
    const char *what;
    int count;
    check(BROOD_UNPACK(state, &queue), "unpack");
    check(brood_queue_get(queue, &message, BROOD_FOREVER, pool), "get");
    while (brood_values_count(message) > 0) {
        check(BROOD_UNPACK(message, &count, &what), "unpack");
        printf("consumed: %d %s\n", count, what);
        fflush(stdout); /* the processes share one output: a line at a time */
        check(brood_queue_get(queue, &message, BROOD_FOREVER, pool), "get");
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[1 + CONSUMERS];
    brood_queue_t *queue;
    apr_pool_t *pool;
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&queue, NULL, pool), "queue");

    for (int i = 0; i < 1 + CONSUMERS; i++) {
        brood_target_fn *role = i == 0 ? produce : consume;
        check(brood_process_create(&children[i], role, BROOD_ARGS(queue), NULL, pool),
              "create");
        check(brood_process_start(children[i]), "start");
    }
    for (int i = 0; i < 1 + CONSUMERS; i++) {
        check(brood_process_join(children[i], BROOD_FOREVER), "join");
    }
    return 0;
}
