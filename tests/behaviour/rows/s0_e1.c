/* Ten processes are started and none is joined: the parent joins them when it ends. */
#include "support/say.h"

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &number));
    say("Process: %d\n", number);
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 10; i++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, worker, BROOD_ARGS(i), NULL, pool));
        MUST(brood_process_start(child));
    }
    return 0;
}
