/* The states of a process, in the line that describes it. */
#include "support/say.h"

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 0;
}

static void describe(brood_process_t *child) {
    char line[200];
    size_t length = brood_process_describe(child, line, sizeof(line));
    say("%.*s\n", (int)length - 2, line + 1); /* without the brackets */
}

int main(int argc, char **argv) {
    brood_process_t *child;
    brood_event_t *event;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));
    MUST(brood_process_create(&child, wait_for_event, BROOD_ARGS(event), NULL, pool));

    describe(child);
    MUST(brood_process_start(child));
    describe(child);
    MUST(brood_process_terminate(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    describe(child);
    MUST(brood_process_close(child));
    describe(child);
    return 0;
}
