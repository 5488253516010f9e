/* The same queue, handed to the child in its state. */
#include "support/say.h"

static int put_one(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *buffer;
    (void)pool;
    MUST(BROOD_UNPACK(state, &buffer));
    MUST(brood_queue_put(buffer, BROOD_ARGS(1), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *buffer;
    apr_pool_t *pool;
    size_t count;

    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&buffer, NULL, pool));

    MUST(brood_process_create(&child, put_one, BROOD_ARGS(buffer), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));

    MUST(brood_queue_qsize(buffer, &count));
    say("%d\n", (int)count);
    return 0;
}
