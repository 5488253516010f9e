/* The same lock, handed to the children in their state. */
#include "support/say.h"

static int look(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    int number;
    (void)pool;
    MUST(BROOD_UNPACK(state, &number, &lock));
    if (brood_lock_acquire(lock, 0) == APR_TIMEUP) {
        say("Message %d: the lock is held\n", number);
    } else {
        say("Message %d: the lock was free\n", number);
        MUST(brood_lock_release(lock));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[5];
    brood_lock_t *lock;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&lock, pool));

    MUST(brood_lock_acquire(lock, BROOD_FOREVER));
    for (int i = 0; i < 5; i++) {
        MUST(brood_process_create(&children[i], look, BROOD_ARGS(i, lock), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 5; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    MUST(brood_lock_release(lock));
    return 0;
}
