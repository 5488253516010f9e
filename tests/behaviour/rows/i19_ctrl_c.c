/* Ctrl-C in a terminal reaches every process of the group: a child, and the forkserver. */
#include "support/kernel.h"

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 0;
}

static void run(const char *which, int interrupted, apr_pool_t *pool) {
    brood_process_t *child;
    brood_event_t *event;
    int code;
    MUST(brood_event_create(&event, pool));
    MUST(brood_process_create(&child, stay, BROOD_ARGS(event), NULL, pool));
    MUST(brood_process_start(child));
    if (!interrupted || !interrupt_all_but_me()) {
        MUST(brood_event_set(event));
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("%s: %d\n", which, code);
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    run("a child", 1, pool);
    run("the next one", 0, pool);
    return 0;
}
