/* Where a function lies in the parent and in the child, and a child that watches television.
 * (The documents print Python's id() of the function and pause a second after each line.) */
#include "support/say.h"

static int watch(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("watch: 0x%llx\n", (unsigned long long)(uintptr_t)watch);
    for (int i = 0; i < 3; i++) {
        say("看电视... %lld\n", (long long)brood_current_pid());
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    say("watch: 0x%llx\n", (unsigned long long)(uintptr_t)watch);
    MUST(brood_process_create(&child, watch, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
