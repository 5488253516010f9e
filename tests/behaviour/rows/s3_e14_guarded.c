/* The guarded form: only the first process comes past brood_init(). */
#include "support/say.h"

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("Working\n");
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 2; i++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
    return 0;
}
