/* A child looks at its parent: its name, whether it lives, and when it has ended. */
#include "support/say.h"

static int child(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *looked;
    (void)pool;
    MUST(BROOD_UNPACK(state, &looked));
    say("parent: %s, %s\n", brood_parent_name(),
        brood_parent_is_alive() ? "lives" : "has ended");
    MUST(brood_event_set(looked));
    say("join: %s\n", name_of(brood_parent_join(BROOD_FOREVER)));
    say("parent: %s, %s\n", brood_parent_name(),
        brood_parent_is_alive() ? "lives" : "has ended");
    return 0;
}

static int parent(const brood_values_t *state, apr_pool_t *pool) {
    brood_process_t *process;
    brood_event_t *looked;
    MUST(BROOD_UNPACK(state, &looked));
    MUST(brood_process_create(&process, child, BROOD_ARGS(looked), NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_process_join(process, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *process;
    brood_event_t *looked;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&looked, pool));

    say("parent of the first: %s\n",
        brood_parent_name() == NULL ? "none" : brood_parent_name());
    MUST(brood_process_create(&process, parent, BROOD_ARGS(looked), NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_event_wait(looked, BROOD_FOREVER));
    MUST(brood_process_kill(process));
    MUST(brood_process_join(process, BROOD_FOREVER));
    return 0;
}
