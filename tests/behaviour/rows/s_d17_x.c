/* The child's change of a variable does not reach the parent. */
#include "support/say.h"

static int x = 10;

static int change(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    x = 20;
    say("child: x = %d\n", x);
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, change, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("parent: x = %d\n", x);
    return 0;
}
