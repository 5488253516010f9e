/* A queue made at the top level, used by the child as it finds it; and one handed over. */
#include "support/say.h"

static brood_queue_t *inherited;

static int put_both(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *handed;
    (void)pool;
    MUST(BROOD_UNPACK(state, &handed));
    MUST(brood_queue_put(inherited, BROOD_ARGS(1), BROOD_FOREVER));
    MUST(brood_queue_put(handed, BROOD_ARGS(1), BROOD_FOREVER));
    return 0;
}

static void say_size(const char *name, brood_queue_t *queue) {
    size_t count;
    MUST(brood_queue_qsize(queue, &count));
    say("%s: %d\n", name, (int)count);
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_queue_t *handed;
    apr_pool_t *pool;

    MUST(
        brood_queue_create(&inherited, NULL, NULL)); /* in every process that runs main */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&handed, NULL, pool));

    MUST(brood_process_create(&child, put_both, BROOD_ARGS(handed), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say_size("inherited", inherited);
    say_size("handed over", handed);
    return 0;
}
