/* The missing guard: a process is started before brood_init(). If that were done, a spawned
 * child would come here too and start the next one, and so on. */
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
    MUST(apr_initialize());
    MUST(apr_pool_create(&pool, NULL));

    status = brood_process_create(&child, work, BROOD_NO_ARGS, NULL, pool);
    if (status == APR_SUCCESS) {
        status = brood_process_start(child);
    }
    say("start: %s\n", name_of(status));
    return 0;
}
