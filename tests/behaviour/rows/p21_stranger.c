/* Process objects in the hands of another process than the one that made them. */
#include "support/raw_fork.h"

static int wait_for_event(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *event;
    (void)pool;
    MUST(BROOD_UNPACK(state, &event));
    MUST(brood_event_wait(event, BROOD_FOREVER));
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *running, *other;
    brood_event_t *event;
    apr_pool_t *pool;
    int64_t pid;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&event, pool));
    MUST(brood_process_create(&running, wait_for_event, BROOD_ARGS(event), NULL, pool));
    MUST(brood_process_start(running));
    MUST(brood_process_create(&other, wait_for_event, BROOD_ARGS(event), NULL, pool));
    MUST(brood_event_set(event));

    pid = fork_or_say();
    if (pid == 0) {
        say("start: %s\n", name_of(brood_process_start(other)));
        say("join: %s\n", name_of(brood_process_join(running, 0)));
        brood_exit_now(0);
    }
    wait_for(pid);
    say("join by its parent: %s\n", name_of(brood_process_join(running, BROOD_FOREVER)));
    return 0;
}
