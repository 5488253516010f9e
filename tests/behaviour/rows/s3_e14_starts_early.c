/* A main that, in a child, starts a process before brood_init(): the child is refused, and
 * the parent's start says why. No tree of processes grows. */
#include "support/say.h"
#include <apr_env.h>

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("Working\n");
    return 0;
}

static brood_process_t *started(apr_status_t *status, apr_pool_t *pool) {
    brood_process_t *child;
    *status = brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool);
    if (*status == APR_SUCCESS) {
        *status = brood_process_start(child);
    }
    return child;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_status_t status;
    apr_pool_t *pool;
    int code;
    MUST(apr_initialize());
    MUST(apr_pool_create(&pool, NULL));
    if (getenv("BEHAVIOUR_IN_CHILD") != NULL) {
        started(&status, pool); /* too early; and it goes on as if nothing had happened */
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_env_set("BEHAVIOUR_IN_CHILD", "1", pool));

    child = started(&status, pool);
    say("start: %s\n", name_of(status));
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
        MUST(brood_process_exit_code(child, &code));
        say("exit code %d\n", code);
    }
    return 0;
}
