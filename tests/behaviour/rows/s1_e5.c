/* A queue of room 20 and ten processes that each take a number out and put their own in. All
 * of them are joined before the last number is taken. */
#include "support/say.h"

static int next_number(brood_queue_t *queue, apr_pool_t *pool) {
    brood_values_t *message;
    int number;
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &number));
    return number;
}

static int replace(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    int own;
    MUST(BROOD_UNPACK(state, &own, &queue));
    next_number(queue, pool);
    say("process %d\n", own);
    MUST(brood_queue_put(queue, BROOD_ARGS(own), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_process_t *children[10];
    brood_queue_t *queue;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    options.max_items = 20;
    MUST(brood_queue_create(&queue, &options, pool));

    MUST(brood_queue_put(queue, BROOD_ARGS(-1), BROOD_FOREVER));
    for (int i = 0; i < 10; i++) {
        MUST(brood_process_create(&children[i], replace, BROOD_ARGS(i, queue), NULL,
                                  pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 10; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    say("last: %d\n", next_number(queue, pool));
    return 0;
}
