/* The end of a queue: what is there can still be taken, and those who wait are told. */
#include "support/say.h"

static int take_all(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *value;
    apr_status_t rv;
    MUST(BROOD_UNPACK(state, &queue));
    while ((rv = brood_queue_get(queue, &value, BROOD_FOREVER, pool)) == APR_SUCCESS) {
        say("get: success\n");
    }
    say("get: %s\n", name_of(rv));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_queue_put(queue, BROOD_ARGS(1), BROOD_FOREVER));
    MUST(brood_queue_put(queue, BROOD_ARGS(2), BROOD_FOREVER));
    say("shutdown: %s\n", name_of(brood_queue_shutdown(queue, 0, BROOD_FOREVER)));
    say("put: %s\n", name_of(brood_queue_put(queue, BROOD_ARGS(3), BROOD_FOREVER)));
    MUST(brood_process_create(&child, take_all, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
