/* A producer of a large message is joined before the message is taken. */
#include "support/say.h"
#include <apr_time.h>

#define SIZE 1000000

static int put_large(const brood_values_t *state, apr_pool_t *pool) {
    static char bytes[SIZE];
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    MUST(brood_queue_put_bytes(queue, bytes, SIZE, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    static char bytes[SIZE];
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    apr_status_t rv;
    size_t size;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_process_create(&child, put_large, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    rv = brood_process_join(child, apr_time_from_sec(10));
    say("join: %s\n", rv == APR_TIMEUP ? "still there" : "ended");
    MUST(brood_queue_get_bytes(queue, bytes, SIZE, &size, 0));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("get: %d bytes\n", (int)size);
    return 0;
}
