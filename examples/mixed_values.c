/* Values of every kind through a queue: nil, numbers, text, bytes, and a list in a map. */
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

static int reply(const brood_values_t *state, apr_pool_t *pool) {
    brood_builder_t *builder;
    brood_values_t *nested;
    brood_queue_t *queue;
    check(BROOD_UNPACK(state, &queue), "unpack");

    check(brood_builder_create(&builder, pool), "builder");
    brood_build_map_begin(builder); /* the builder remembers its first failure */
    brood_build_string(builder, "primes");
    brood_build_list_begin(builder);
    for (int i = 2; i <= 7; i += i == 2 ? 1 : 2) {
        brood_build_int(builder, i);
    }
    brood_build_end(builder);
    brood_build_end(builder);
    check(brood_builder_finish(builder, &nested), "finish");

    check(brood_queue_put(queue,
                          BROOD_ARGS(42, brood_arg_nil(), "hello", 2.5, (bool)true,
                                     brood_bytes("\x01\x02", 2), nested),
                          BROOD_FOREVER),
          "put");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_values_t *message;
    brood_queue_t *queue;
    apr_pool_t *pool;
    char line[200];
    check(brood_init(&argc, &argv), "init");
    check(apr_pool_create(&pool, NULL), "pool");
    check(brood_queue_create(&queue, NULL, pool), "queue");

    check(brood_process_create(&child, reply, BROOD_ARGS(queue), NULL, pool), "create");
    check(brood_process_start(child), "start");
    check(brood_process_join(child, BROOD_FOREVER), "join");
    check(brood_queue_get(queue, &message, 0, pool), "get");
    brood_values_print(message, line, sizeof(line));
    printf("%s\n", line);
    return 0;
}
