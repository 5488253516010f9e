/* Name and daemon flag, before the start and after it. */
#include "support/say.h"

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_event_t *event;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));
    MUST(brood_process_create(&child, wait_for_event, BROOD_ARGS(event), NULL, pool));

    say("%s, daemon %d\n", brood_process_name(child), brood_process_daemon(child));
    MUST(brood_process_set_name(child, "Worker"));
    MUST(brood_process_set_daemon(child, 1));
    say("%s, daemon %d\n", brood_process_name(child), brood_process_daemon(child));
    MUST(brood_process_start(child));
    say("daemon, when it runs: %s\n", name_of(brood_process_set_daemon(child, 0)));
    MUST(brood_event_set(event));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
