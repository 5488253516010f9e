/* One variable in parent and child: is its address the same, is its value? */
#include "support/say.h"

static int x = 1;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    unsigned long long parents;
    (void)pool;
    MUST(BROOD_UNPACK(state, &parents));
    x = 2;
    say("address in the child: %s\n",
        parents == (unsigned long long)(uintptr_t)&x ? "the same" : "another");
    say("value in the child: %d\n", x);
    return 0;
}

int main(int argc, char **argv) {
    unsigned long long address = (unsigned long long)(uintptr_t)&x;
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, look, BROOD_ARGS(address), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("value in the parent: %d\n", x);
    return 0;
}
