/* What fork returns, and where. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int64_t pid;
    MUST(brood_init(&argc, &argv));

    say("parent %lld\n", (long long)brood_current_pid());
    pid = fork_or_say();
    if (pid == 0) {
        say("child %lld of %lld: fork returned 0\n", (long long)brood_current_pid(),
            (long long)brood_parent_pid());
        brood_exit_now(0);
    }
    wait_for(pid);
    say("parent %lld: fork returned %lld\n", (long long)brood_current_pid(),
        (long long)pid);
    return 0;
}
