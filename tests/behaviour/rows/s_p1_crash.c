/* A child that crashes, and a parent that goes on. */
#include "support/say.h"

static int crash(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    abort();
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, crash, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("crashed: %d\nthe parent goes on\n", code);
    return 0;
}
