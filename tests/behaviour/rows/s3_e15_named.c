/* A function that can be named can run in any child. */
#include "support/say.h"

static int seven(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 7;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_status_t status;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, seven, BROOD_NO_ARGS, NULL, pool));
    status = brood_process_start(child);
    if (status != APR_SUCCESS) {
        say("start: %s\n", name_of(status));
        return 0;
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("exit code %d\n", code);
    return 0;
}
