/* Three producers and two consumers at one queue. */
#include "support/say.h"

#define PRODUCERS 3
#define CONSUMERS 2
#define MESSAGES 100

static int produce(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue, *results;
    int own;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue, &results, &own));
    for (int i = 0; i < MESSAGES; i++) {
        MUST(brood_queue_put(queue, BROOD_ARGS(own, i), BROOD_FOREVER));
    }
    return 0;
}

/* Until an empty message; reports how many there were, and whether each one's are in order. */
static int consume(const brood_values_t *state, apr_pool_t *pool) {
    int latest[PRODUCERS] = {-1, -1, -1}, own, count = 0, in_order = 1;
    brood_queue_t *queue, *results;
    brood_values_t *message;
    MUST(BROOD_UNPACK(state, &queue, &results, &own));
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    while (brood_values_count(message) > 0) {
        int producer, number;
        MUST(BROOD_UNPACK(message, &producer, &number));
        in_order = in_order && number > latest[producer];
        latest[producer] = number;
        count++;
        MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    }
    MUST(brood_queue_put(results, BROOD_ARGS(count, in_order), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[PRODUCERS + CONSUMERS];
    int all = 0, all_in_order = 1;
    brood_queue_t *queue, *results;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_queue_create(&results, NULL, pool));
    for (int i = 0; i < PRODUCERS + CONSUMERS; i++) {
        MUST(brood_process_create(&children[i], i < PRODUCERS ? produce : consume,
                                  BROOD_ARGS(queue, results, i), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < PRODUCERS; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    for (int i = 0; i < CONSUMERS; i++) {
        MUST(brood_queue_put(queue, BROOD_NO_ARGS, BROOD_FOREVER));
    }
    for (int i = 0; i < CONSUMERS; i++) {
        brood_values_t *result;
        int count, in_order;
        MUST(brood_queue_get(results, &result, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(result, &count, &in_order));
        all += count;
        all_in_order = all_in_order && in_order;
        MUST(brood_process_join(children[PRODUCERS + i], BROOD_FOREVER));
    }
    say("%d messages, each producer's in order: %d\n", all, all_in_order);
    return 0;
}
