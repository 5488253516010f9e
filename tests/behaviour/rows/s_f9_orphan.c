/* A child whose parent ends first: the kernel gives it another. */
#include "support/kernel.h"
#include "support/raw_fork.h"
#include <apr_time.h>

static void middle(brood_event_t *child_has_looked) {
    int64_t self = brood_current_pid();
    if (fork_or_say() == 0) {
        say("child of %lld\n", (long long)kernel_parent());
        MUST(brood_event_set(child_has_looked));
        while (kernel_parent() == self) { /* ends when the parent has ended */
            apr_sleep(1000);
        }
        say("adopted by %lld, started by %lld\n", (long long)kernel_parent(),
            (long long)brood_parent_pid());
        brood_exit_now(0);
    }
    MUST(brood_event_wait(child_has_looked, BROOD_FOREVER));
    brood_exit_now(0);
}

int main(int argc, char **argv) {
    brood_event_t *child_has_looked;
    apr_pool_t *pool;
    int64_t pid;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_event_create(&child_has_looked, pool));

    pid = fork_or_say();
    if (pid == 0) {
        middle(child_has_looked);
    }
    wait_for(pid);
    say("%lld has ended\n", (long long)pid);
    return 0;
}
