/* A queue put into a queue, and a message after it. */
#include "support/say.h"

int main(int argc, char **argv) {
    brood_queue_t *queue, *other;
    brood_values_t *value;
    const char *text;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&queue, NULL, pool));
    MUST(brood_queue_create(&other, NULL, pool));
    say("put a queue: %s\n", name_of(brood_queue_put(queue, BROOD_ARGS(other), 0)));
    MUST(brood_queue_put(queue, BROOD_ARGS("hello"), BROOD_FOREVER));
    MUST(brood_queue_get(queue, &value, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(value, &text));
    say("get: %s\n", text);
    return 0;
}
