/* interrupt: what Ctrl-C does, to one child. */
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
    apr_status_t status;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));
    MUST(brood_process_create(&child, wait_for_event, BROOD_ARGS(event), NULL, pool));
    MUST(brood_process_start(child));

    status = brood_process_interrupt(child);
    say("interrupt: %s\n", name_of(status));
    if (status != APR_SUCCESS) {
        MUST(brood_event_set(event));
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("exit code %d\n", code);
    return 0;
}
