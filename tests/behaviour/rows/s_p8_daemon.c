/* A daemon may not have children. */
#include "support/say.h"

static int never(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("a child of a daemon\n");
    return 0;
}

static int daemon_body(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_t *child;
    (void)state;
    MUST(brood_process_create(&child, never, BROOD_NO_ARGS, NULL, pool));
    say("start in a daemon: %s\n", name_of(brood_process_start(child)));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    options.daemon = 1;
    MUST(brood_process_create(&child, daemon_body, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
