/* Work that each child needs done before its own, and how often it is done for four children. */
#include "support/say.h"
#include "brood/forkserver.h"

#define CHILDREN 4

static int64_t loaded_by; /* the process that has done it; 0: nobody */

static int load(apr_pool_t *pool) {
    (void)pool;
    loaded_by = brood_current_pid();
    return 0;
}

static int tell(const brood_values_t *state, apr_pool_t *pool) {
    brood_queue_t *told;
    MUST(BROOD_UNPACK(state, &told));
    if (loaded_by == 0) {
        load(pool);
    }
    MUST(brood_queue_put(told, BROOD_ARGS(loaded_by), BROOD_FOREVER));
    return 0;
}

/* How many different processes have done it. */
static int count_loaders(brood_queue_t *told, apr_pool_t *pool) {
    int64_t loaders[CHILDREN];
    int count = 0;
    for (int i = 0; i < CHILDREN; i++) {
        brood_values_t *message;
        int known = 0;
        MUST(brood_queue_get(told, &message, BROOD_FOREVER, pool));
        MUST(BROOD_UNPACK(message, &loaders[count]));
        for (int j = 0; j < count; j++) {
            known |= loaders[j] == loaders[count];
        }
        count += !known;
    }
    return count;
}

int main(int argc, char **argv) {
    brood_start_method_t method;
    brood_queue_t *told;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&told, NULL, pool));

    MUST(brood_get_start_method(&method));
    if (method == BROOD_START_FORK) {
        load(pool);
    } else if (method == BROOD_START_FORKSERVER) {
        MUST(brood_forkserver_set_preload(load));
    }
    for (int i = 0; i < CHILDREN; i++) {
        brood_process_t *child;
        MUST(brood_process_create(&child, tell, BROOD_ARGS(told), NULL, pool));
        MUST(brood_process_start(child));
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
    say("done %d times for %d children\n", count_loaders(told, pool), CHILDREN);
    return 0;
}
