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

static void start_one(void) {
    brood_process_t *child;
    apr_status_t status;
    apr_pool_t *pool;
    int code;
    MUST(apr_pool_create(&pool, NULL));
    status = brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool);
    if (status == APR_SUCCESS) {
        status = brood_process_start(child);
    }
    say("start: %s\n", name_of(status));
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
        MUST(brood_process_exit_code(child, &code));
        say("exit code %d\n", code);
    }
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(apr_initialize());
    if (getenv("BEHAVIOUR_IN_CHILD") != NULL) {
        start_one();
    }
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_env_set("BEHAVIOUR_IN_CHILD", "1", pool));
    start_one();
    return 0;
}
