/* What a put has put, a get that does not wait finds. */
#include "support/say.h"

int main(int argc, char **argv) {
    brood_queue_t *queue;
    apr_pool_t *pool;
    int found = 0;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    for (int i = 0; i < 100; i++) {
        brood_values_t *value;
        MUST(brood_queue_put(queue, BROOD_ARGS(i), BROOD_FOREVER));
        found += brood_queue_get(queue, &value, 0, pool) == APR_SUCCESS;
    }
    say("found at once: %d of 100\n", found);
    return 0;
}
