/* A variable from before the fork: the same value on both sides, and then two variables. */
#include "support/raw_fork.h"

static int x = 1;

int main(int argc, char **argv) {
    brood_event_t *parent_wrote;
    apr_pool_t *pool;
    int64_t pid;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&parent_wrote, pool));

    pid = fork_or_say();
    if (pid == 0) {
        MUST(brood_event_wait(parent_wrote, BROOD_FOREVER));
        say("child: x = %d\n", x);
        x = 3;
        brood_exit_now(0);
    }
    x = 2;
    MUST(brood_event_set(parent_wrote));
    wait_for(pid);
    say("parent: x = %d\n", x);
    return 0;
}
