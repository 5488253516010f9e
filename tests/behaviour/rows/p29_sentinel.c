/* The sentinel of a process, and a wait for whichever of two ends first. */
#include "support/say.h"

static int end_when_told(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 7;
}

static const char *ready(brood_process_t **children, apr_interval_time_t timeout) {
    brood_wait_item_t items[] = {BROOD_WAIT_PROCESS(children[0]),
                                 BROOD_WAIT_PROCESS(children[1])};
    apr_status_t status = brood_wait(items, 2, timeout, NULL);
    return status == APR_TIMEUP ? "none" : items[0].ready ? "the first" : "the second";
}

int main(int argc, char **argv) {
    brood_process_t *children[2];
    brood_event_t *events[2];
    brood_native_t sentinel;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    for (int i = 0; i < 2; i++) {
        MUST(brood_event_create(&events[i], pool));
        MUST(brood_process_create(&children[i], end_when_told, BROOD_ARGS(events[i]),
                                  NULL, pool));
    }

    say("not started: %s\n", name_of(brood_process_sentinel(children[0], &sentinel)));
    MUST(brood_process_start(children[0]));
    MUST(brood_process_start(children[1]));
    say("started: %s\n", name_of(brood_process_sentinel(children[0], &sentinel)));
    say("ended: %s\n", ready(children, 0));
    MUST(brood_event_set(events[1]));
    say("ended: %s\n", ready(children, BROOD_FOREVER));
    MUST(brood_process_join(children[1], BROOD_FOREVER));
    MUST(brood_process_exit_code(children[1], &code));
    say("exit code %d\n", code);
    MUST(brood_event_set(events[0]));
    return 0;
}
