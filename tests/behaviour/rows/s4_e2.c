/* fork: what stands before it runs once. The line is flushed before the fork. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int w = 100;
    int64_t pid;
    MUST(brood_init(&argc, &argv));

    say("1. once, w=%d\n", w);
    pid = fork_or_say();
    if (pid == 0) {
        say("2. the child\n");
        brood_exit_now(0);
    }
    say("3. the parent\n");
    wait_for(pid);
    return 0;
}
