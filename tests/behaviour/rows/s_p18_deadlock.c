/* Two processes take two locks in opposite order. */
#include "support/say.h"

static int take_both(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *one, *other;
    brood_barrier_t *both;
    (void)pool;
    MUST(BROOD_UNPACK(state, &one, &other, &both));
    MUST(brood_lock_acquire(one, BROOD_FOREVER));
    MUST(brood_barrier_wait(both, BROOD_FOREVER, NULL));
    say("%s: the second lock: %s\n", brood_current_name(),
        name_of(brood_lock_acquire(other, 100000)));
    MUST(brood_barrier_wait(both, BROOD_FOREVER, NULL)); /* neither gives way */
    MUST(brood_lock_release(one));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[2];
    brood_lock_t *one, *other;
    brood_barrier_t *both;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&one, pool));
    MUST(brood_lock_create(&other, pool));
    MUST(brood_barrier_create(&both, 2, NULL, BROOD_FOREVER, pool));

    MUST(brood_process_create(&children[0], take_both, BROOD_ARGS(one, other, both), NULL,
                              pool));
    MUST(brood_process_create(&children[1], take_both, BROOD_ARGS(other, one, both), NULL,
                              pool));
    MUST(brood_process_start(children[0]));
    MUST(brood_process_start(children[1]));
    MUST(brood_process_join(children[0], BROOD_FOREVER));
    MUST(brood_process_join(children[1], BROOD_FOREVER));
    return 0;
}
