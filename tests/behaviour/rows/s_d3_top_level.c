/* How often the program's top level runs for two children: once where they are copies of the
 * first process, once more for a server that they are copies of, or anew for each. */
#include "support/say.h"

static int child_line(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("child in %lld\n", (long long)brood_current_pid());
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    say("top level in %lld\n", (long long)brood_current_pid());
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 2; i++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, child_line, BROOD_NO_ARGS, NULL, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
    return 0;
}
