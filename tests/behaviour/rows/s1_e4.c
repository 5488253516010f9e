/* Two processes count up a global variable: each its own. */
#include "support/say.h"

static int zero = 0;

static int increment(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    for (int i = 0; i < 3; i++) {
        zero++;
        say("%s %d\n", brood_current_name(), zero);
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *one, *two;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&one, increment, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_create(&two, increment, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(one));
    MUST(brood_process_start(two));
    MUST(brood_process_join(one, BROOD_FOREVER));
    MUST(brood_process_join(two, BROOD_FOREVER));
    say("%d\n", zero);
    return 0;
}
