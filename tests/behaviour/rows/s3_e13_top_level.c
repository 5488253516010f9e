/* A lock made at the program's top level. The parent holds it while five children look, one
 * after another: a child that can take it sees another lock. */
#include "support/say.h"

static brood_lock_t *lock;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    int number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &number));
    if (brood_lock_acquire(lock, 0) == APR_TIMEUP) {
        say("Message %d: the lock is held\n", number);
    } else {
        say("Message %d: the lock was free\n", number);
        MUST(brood_lock_release(lock));
    }
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;

    MUST(brood_lock_create(&lock, NULL)); /* in every process that runs main */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_lock_acquire(lock, BROOD_FOREVER));
    for (int i = 0; i < 5; i++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, look, BROOD_ARGS(i), NULL, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
    MUST(brood_lock_release(lock));
    return 0;
}
