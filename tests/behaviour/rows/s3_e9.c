/* Four processes count to 10000 each under the lock of a shared value. */
#include "support/say.h"

static int count(const brood_values_t *state, apr_pool_t *pool) {
    brood_shared_value_t *counter;
    (void)pool;
    MUST(BROOD_UNPACK(state, &counter));
    for (int i = 0; i < 10000; i++) {
        int64_t number;
        MUST(brood_shared_value_acquire(counter, BROOD_FOREVER));
        MUST(brood_shared_value_get_int(counter, &number, BROOD_FOREVER));
        MUST(brood_shared_value_set_int(counter, number + 1, BROOD_FOREVER));
        MUST(brood_shared_value_release(counter));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[4];
    brood_shared_value_t *counter;
    int64_t number;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_shared_value_create(&counter, 'i', NULL, pool));
    for (int i = 0; i < 4; i++) {
        MUST(brood_process_create(&children[i], count, BROOD_ARGS(counter), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 4; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    MUST(brood_shared_value_get_int(counter, &number, BROOD_FOREVER));
    say("Result: %d\n", (int)number);
    return 0;
}
