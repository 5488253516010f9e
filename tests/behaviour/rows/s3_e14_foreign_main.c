/* Brood in a host whose main is not ours (a plug-in, a library of a Python process): it calls
 * brood_init(NULL, NULL), so a new image of the host would never come to the child's work. */
#include "support/say.h"

static int work(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("Working\n");
    return 0;
}

int main(void) {
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t status;
    int code;
    MUST(brood_init(NULL, NULL));
    MUST(apr_pool_create(&pool, NULL));

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
