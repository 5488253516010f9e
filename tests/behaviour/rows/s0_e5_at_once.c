/* How many permits of the two semaphores are had without waiting: two of Semaphore(2), none of
 * Semaphore(0). */
#include "support/say.h"

static int try_all(const brood_values_t *state, apr_pool_t *pool) {
    brood_semaphore_t *two, *none;
    (void)pool;
    MUST(BROOD_UNPACK(state, &two, &none));
    for (int i = 0; i < 3; i++) {
        say("Semaphore(2): %d\n", brood_semaphore_acquire(two, 0) == APR_SUCCESS);
    }
    say("Semaphore(0): %d\n", brood_semaphore_acquire(none, 0) == APR_SUCCESS);
    MUST(brood_semaphore_release(none, 1));
    return 0;
}

int main(int argc, char **argv) {
    brood_semaphore_t *two, *none;
    brood_process_t *child;
    apr_pool_t *pool;
    uint32_t value;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_semaphore_create(&two, 2, 0, pool));
    MUST(brood_semaphore_create(&none, 0, 0, pool));
    MUST(brood_process_create(&child, try_all, BROOD_ARGS(two, none), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_semaphore_acquire(none, BROOD_FOREVER));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_semaphore_value(two, &value));
    say("the child has released; %u left of two\n", (unsigned)value);
    return 0;
}
