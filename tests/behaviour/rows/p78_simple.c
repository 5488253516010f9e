/* The simple queue: put, get, empty, close. */
#include "support/say.h"

static int reply(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    MUST(brood_queue_put(queue, BROOD_ARGS("hello"), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    brood_values_t *value;
    const char *text;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    say("empty: %d\n", brood_queue_empty(queue));
    MUST(brood_process_create(&child, reply, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("empty: %d\n", brood_queue_empty(queue));
    MUST(brood_queue_get(queue, &value, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(value, &text));
    say("%s\n", text);
    MUST(brood_queue_close(queue));
    say("after close: %s\n", name_of(brood_queue_put(queue, BROOD_ARGS(1), 0)));
    return 0;
}
