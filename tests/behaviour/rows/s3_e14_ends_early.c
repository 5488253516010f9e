/* A main that ends before brood_init() when it runs in a child, as one does that lets only
 * one copy of itself run. */
#include "support/say.h"
#include <apr_env.h>

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("Working\n");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t status;
    int code;
    if (getenv("BEHAVIOUR_RUNS_ALREADY") != NULL) {
        return 0;
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_env_set("BEHAVIOUR_RUNS_ALREADY", "1", pool));

    MUST(brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool));
    status = brood_process_start(child);
    say("start: %s\n", name_of(status));
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
        MUST(brood_process_exit_code(child, &code));
        say("exit code %d\n", code);
    }
    return 0;
}
