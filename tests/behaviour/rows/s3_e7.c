/* Producer and consumer; an empty message says that no more will come. */
#include "support/say.h"

static int producer(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < 5; i++) {
        say("Produced: %d\n", i);
        MUST(brood_queue_put(queue, BROOD_ARGS(i), BROOD_FOREVER));
    }
    MUST(brood_queue_put(queue, BROOD_NO_ARGS, BROOD_FOREVER));
    return 0;
}

static int consumer(const brood_values_t *state, apr_pool_t *pool) {
    brood_values_t *message;
    brood_queue_t *queue;
    int i;
    MUST(BROOD_UNPACK(state, &queue));
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    while (brood_values_count(message) > 0) {
        MUST(BROOD_UNPACK(message, &i));
        say("Consumed: %d\n", i);
        MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *producing, *consuming;
    brood_queue_t *queue;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));

    MUST(brood_process_create(&producing, producer, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_create(&consuming, consumer, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(producing));
    MUST(brood_process_start(consuming));
    MUST(brood_process_join(producing, BROOD_FOREVER));
    MUST(brood_process_join(consuming, BROOD_FOREVER));
    return 0;
}
