/* A consumer is killed while it waits in get; the next one is not concerned. */
#include "support/say.h"
#include "waiting.h"
#include <apr_time.h>

static int take(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    brood_values_t *value;
    MUST(BROOD_UNPACK(state, &queue));
    MUST(brood_queue_get(queue, &value, BROOD_FOREVER, pool));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    brood_values_t *value;
    apr_pool_t *pool;
    apr_status_t rv;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_process_create(&child, take, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    if (!brood_test_await_waiters(queue, 1)) {
        return 1;
    }
    MUST(brood_process_kill(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_queue_put(queue, BROOD_ARGS("hello"), BROOD_FOREVER));
    rv = brood_queue_get(queue, &value, apr_time_from_sec(10), pool);
    say("after the death: %s\n", rv == APR_TIMEUP ? "empty" : name_of(rv));
    return 0;
}
