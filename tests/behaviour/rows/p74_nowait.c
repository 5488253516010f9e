/* A child fills a queue for two without waiting; the parent empties it in the same way. */
#include "support/say.h"

static void say_state(brood_queue_t *queue) {
    size_t size;
    MUST(brood_queue_qsize(queue, &size));
    say("size %d, empty %d, full %d\n", (int)size, brood_queue_empty(queue),
        brood_queue_full(queue));
}

static int put_three(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    for (int i = 1; i <= 3; i++) {
        apr_status_t rv = brood_queue_put(queue, BROOD_ARGS(i), 0);
        say("put %d: %s\n", i, rv == APR_TIMEUP ? "full" : name_of(rv));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    options.max_items = 2;
    MUST(brood_queue_create(&queue, &options, pool));
    say_state(queue);
    MUST(brood_process_create(&child, put_three, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say_state(queue);
    for (int i = 1; i <= 3; i++) {
        brood_values_t *value;
        int number = 0;
        apr_status_t rv = brood_queue_get(queue, &value, 0, pool);
        if (rv == APR_SUCCESS) {
            MUST(BROOD_UNPACK(value, &number));
        }
        say("get: %s %d\n", rv == APR_TIMEUP ? "empty" : name_of(rv), number);
    }
    return 0;
}
