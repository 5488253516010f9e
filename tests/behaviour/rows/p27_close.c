/* close: while it runs, after its end, and what the object is good for then. */
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
    MUST(brood_process_start(child));

    say("while it runs: %s\n", name_of(brood_process_close(child)));
    MUST(brood_event_set(event));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("when it has ended: %s\n", name_of(brood_process_close(child)));
    say("join after that: %s\n", name_of(brood_process_join(child, 0)));
    say("close after that: %s\n", name_of(brood_process_close(child)));
    return 0;
}
