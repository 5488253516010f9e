/* is_alive, from before the start to after the end. */
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

    say("not started: %d\n", brood_process_is_alive(child));
    MUST(brood_process_start(child));
    say("running: %d\n", brood_process_is_alive(child));
    MUST(brood_process_terminate(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("ended: %d\n", brood_process_is_alive(child));
    say("terminate it all the same: %s\n", name_of(brood_process_terminate(child)));
    return 0;
}
