/* Contexts of each start method side by side, and one lock for children of all of them. */
#include "support/say.h"
#include "brood/context.h"

static int use(const brood_values_t *state, apr_pool_t *pool) {
    brood_lock_t *lock;
    const char *method;
    (void)pool;
    MUST(BROOD_UNPACK(state, &lock, &method));
    say("%s: the lock is %s\n", method,
        brood_lock_acquire(lock, 0) == APR_TIMEUP ? "held" : "free");
    return 0;
}

int main(int argc, char **argv) {
    brood_lock_t *lock;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_lock_create(&lock, pool));
    MUST(brood_lock_acquire(lock, BROOD_FOREVER));

    for (brood_start_method_t method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER;
         method++) {
        const char *name = brood_start_method_name(method);
        brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
        brood_process_t *child;
        apr_status_t status = brood_context_create(&options.context, method, NULL, pool);
        if (status != APR_SUCCESS) {
            say("%s: %s\n", name, name_of(status));
            continue;
        }
        MUST(brood_process_create(&child, use, BROOD_ARGS(lock, name), &options, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
    MUST(brood_lock_release(lock));
    return 0;
}
