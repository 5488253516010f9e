/* A message is a copy, made by put: what is changed afterwards stays here. */
#include "support/say.h"

static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    for (int i = 0; i < 100; i++) {
        int numbers[1000];
        size_t size;
        MUST(
            brood_queue_get_bytes(queue, numbers, sizeof(numbers), &size, BROOD_FOREVER));
        if (numbers[0] != 1 || numbers[999] != 1) {
            say("changed after put\n");
            return 0;
        }
    }
    say("as it was put\n");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    apr_pool_t *pool;
    int numbers[1000];
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_process_create(&child, look, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    for (int i = 0; i < 100; i++) {
        for (int j = 0; j < 1000; j++) {
            numbers[j] = 1;
        }
        MUST(brood_queue_put_bytes(queue, numbers, sizeof(numbers), BROOD_FOREVER));
        numbers[0] = numbers[999] = 2;
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
