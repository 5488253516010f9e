/* fork: what stands after it runs twice, and the child has the parent's variables. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int w = 100;
    int64_t pid;
    MUST(brood_init(&argc, &argv));

    pid = fork_or_say();
    say("1. both, w=%d\n", w);
    if (pid == 0) {
        say("2. the child\n");
        brood_exit_now(0);
    }
    say("3. the parent\n");
    wait_for(pid);
    return 0;
}
