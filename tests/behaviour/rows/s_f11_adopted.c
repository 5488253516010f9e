/* A zombie whose parent ends without having waited for it. This process lets the kernel make it
 * the parent of its descendants' orphans, as the first process of a system is of all. */
#include "support/kernel.h"
#include "support/raw_fork.h"

/* Has a child that ends at once, looks at it, and ends without a wait. */
static void middle(brood_connection_t *tell) {
    int64_t ended, pid = fork_or_say();
    if (pid == 0) {
        brood_exit_now(5);
    }
    MUST(brood_fork_wait(&ended, NULL, pid, BROOD_FORK_PEEK, BROOD_FOREVER));
    say("ended, its parent does not wait: %s\n",
        number_is_taken(pid) ? "there still" : "gone");
    MUST(brood_connection_send(tell, BROOD_ARGS(pid), BROOD_FOREVER));
    brood_exit_now(0);
}

int main(int argc, char **argv) {
    brood_connection_t *here, *there;
    brood_values_t *message;
    apr_pool_t *pool;
    int64_t pid, zombie;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_pipe_create(&here, &there, 0, pool));

    adopt_orphans();
    pid = fork_or_say();
    if (pid == 0) {
        middle(there);
    }
    MUST(brood_connection_recv(here, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &zombie));
    wait_for(pid);
    say("its parent has ended, the next waits: exit code %d\n", reap_orphan(zombie));
    say("then: %s\n", number_is_taken(zombie) ? "there still" : "gone");
    return 0;
}
