/* The names of processes: by default, nested, and chosen. */
#include "support/say.h"

static int say_name(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("%s\n", brood_current_name());
    return 0;
}

static void run(brood_target_fn *target, const char *name, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    options.name = name;
    MUST(brood_process_create(&child, target, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
}

static int with_children(const brood_values_t *state, apr_pool_t *pool) {
    say_name(state, pool);
    run(say_name, NULL, pool);
    run(say_name, NULL, pool);
    return 0;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    say("%s\n", brood_current_name());
    run(with_children, NULL, pool);
    run(say_name, "Worker", pool);
    run(say_name, NULL, pool);
    return 0;
}
