/* Four processes, all started and then all joined. */
#include "support/say.h"

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    const char *name;
    (void)pool;
    MUST(BROOD_UNPACK(state, &name));
    say("Worker %s, PID: %lld\n", name, (long long)brood_current_pid());
    return 0;
}

int main(int argc, char **argv) {
    const char *names[] = {"P0", "P1", "P2", "P3"};
    brood_process_t *children[4];
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < 4; i++) {
        MUST(
            brood_process_create(&children[i], worker, BROOD_ARGS(names[i]), NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 4; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    return 0;
}
