/* A producer that ends right after its last put, without any exit handler. */
#include "support/say.h"

static int put_ten(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < 10; i++) {
        MUST(brood_queue_put(queue, BROOD_ARGS(i), BROOD_FOREVER));
    }
    _Exit(0);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    brood_values_t *value;
    apr_pool_t *pool;
    int count = 0;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_process_create(&child, put_ten, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    while (brood_queue_get(queue, &value, 0, pool) == APR_SUCCESS) {
        count++;
    }
    say("%d of 10 are there\n", count);
    return 0;
}
