/* A message of mixed values through a queue. */
#include "support/say.h"

static int reply(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *queue;
    (void)pool;
    MUST(BROOD_UNPACK(state, &queue));
    MUST(brood_queue_put(queue, BROOD_ARGS(42, brood_arg_nil(), "hello"), BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *queue;
    brood_values_t *message;
    const char *nothing, *text;
    apr_pool_t *pool;
    int number;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));

    MUST(brood_process_create(&child, reply, BROOD_ARGS(queue), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_queue_get(queue, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &number, &nothing, &text));
    say("[%d, %s, '%s']\n", number, nothing == NULL ? "None" : nothing, text);
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
