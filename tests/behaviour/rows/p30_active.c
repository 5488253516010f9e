/* active_children: those that have been started and have not ended. */
#include "support/say.h"

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 0;
}

static void say_active(const char *when, apr_pool_t *pool) {
    brood_process_t **children;
    size_t count;
    MUST(brood_active_children(&children, &count, pool));
    say("%s:", when);
    for (size_t i = 0; i < count; i++) {
        say(" %s", brood_process_name(children[i]));
    }
    say("%s\n", count == 0 ? " none" : "");
}

int main(int argc, char **argv) {
    brood_process_t *children[2];
    brood_event_t *event;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));
    for (int i = 0; i < 2; i++) {
        MUST(brood_process_create(&children[i], wait_for_event, BROOD_ARGS(event), NULL,
                                  pool));
    }

    say_active("made", pool);
    MUST(brood_process_start(children[0]));
    MUST(brood_process_start(children[1]));
    say_active("started", pool);
    MUST(brood_process_kill(children[0]));
    MUST(brood_process_join(children[0], BROOD_FOREVER));
    say_active("one killed", pool);
    MUST(brood_event_set(event));
    MUST(brood_process_join(children[1], BROOD_FOREVER));
    say_active("both ended", pool);
    return 0;
}
