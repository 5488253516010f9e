/* Three processes print under one lock, and nobody joins them. (The documents have five, of 10
 * to 14 lines.) */
#include "support/say.h"

static int loop(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    int count;
    (void)pool;
    MUST(BROOD_UNPACK(state, &count, &lock));
    for (int i = 0; i < count; i++) {
        MUST(brood_lock_acquire(lock, BROOD_FOREVER));
        say("Pid: %lld LoopCount: %d\n", (long long)brood_current_pid(), i);
        MUST(brood_lock_release(lock));
    }
    return 0;
}

int main(int argc, char **argv) {
    brood_lock_t *lock;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&lock, pool));

    for (int count = 2; count < 5; count++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, loop, BROOD_ARGS(count, lock), NULL, pool));
        MUST(brood_process_start(child));
    }
    return 0;
}
