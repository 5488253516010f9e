/* A process with a name of its own. */
#include "support/say.h"

static int run(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("Process %s running\n", brood_current_name());
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    options.name = "Worker";
    MUST(brood_process_create(&child, run, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
