/* A process by each way that there may be, and by whatever the system offers. */
#include "support/say.h"

static int seven(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 7;
}

static void run(brood_start_method_t method, const char *how, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_status_t status;
    int code;
    options.method = method;
    MUST(brood_process_create(&child, seven, BROOD_NO_ARGS, &options, pool));
    status = brood_process_start(child);
    if (status != APR_SUCCESS) {
        say("%s: %s\n", how, name_of(status));
        return;
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("%s: exit code %d\n", how, code);
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    say("main's own work\n"); /* a child does not come here */
    run(BROOD_START_FORK, "by fork", pool);
    run(BROOD_START_SPAWN, "by spawn", pool);
    run(BROOD_START_DEFAULT, "by the system's own way", pool);
    return 0;
}
