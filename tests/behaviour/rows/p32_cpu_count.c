/* How many processors there are for this process, and for a child of it. */
#include "support/say.h"

static int count(const brood_values_t *state, apr_pool_t *pool) {
    int parents;
    (void)pool;
    MUST(BROOD_UNPACK(state, &parents));
    say("the child's: %s\n", (int)brood_cpu_count() == parents ? "as many" : "others");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    say("at least one: %d\n", brood_cpu_count() >= 1);
    say("no more than are online: %d\n", brood_cpu_count() <= brood_cpu_online());
    MUST(brood_process_create(&child, count, BROOD_ARGS((int)brood_cpu_count()), NULL,
                              pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
