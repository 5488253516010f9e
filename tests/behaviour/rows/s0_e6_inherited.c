/* A queue made at the program's top level. The child puts one message into the queue that it
 * finds under that name; the parent counts. */
#include "support/say.h"

static brood_queue_t *buffer;

static int put_one(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    MUST(brood_queue_put(buffer, BROOD_ARGS(1), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    size_t count;

    MUST(brood_queue_create(&buffer, NULL, NULL)); /* in every process that runs main */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, put_one, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));

    MUST(brood_queue_qsize(buffer, &count));
    say("%d\n", (int)count);
    return 0;
}
