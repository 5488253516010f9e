/* A function that runs once in the forkserver, before its children. */
#include "support/say.h"
#include "brood/forkserver.h"

static int64_t loaded_by; /* whoever has run the function */

static int load(apr_pool_t *pool) {
    (void)pool;
    loaded_by = brood_current_pid();
    return 0;
}

static int fail(apr_pool_t *pool) {
    (void)pool;
    return 1;
}

static int look(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("%s: loaded %s\n", brood_current_name(),
        loaded_by == 0                     ? "by nobody"
        : loaded_by == brood_current_pid() ? "here"
                                           : "by the server");
    return 0;
}

static void start(apr_pool_t *pool) {
    brood_process_t *child;
    apr_status_t status;
    MUST(brood_process_create(&child, look, BROOD_NO_ARGS, NULL, pool));
    status = brood_process_start(child);
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
    } else {
        say("%s: %s\n", brood_process_name(child), name_of(status));
    }
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    say("preload: %s\n", name_of(brood_forkserver_set_preload(load)));
    start(pool);
    start(pool);
    brood_forkserver_stop(NULL);
    brood_forkserver_set_preload(fail);
    start(pool);
    return 0;
}
