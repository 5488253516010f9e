/* A child that has ended keeps its number until it is waited for. */
#include "support/kernel.h"
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int64_t pid;
    MUST(brood_init(&argc, &argv));

    pid = fork_or_say();
    if (pid == 0) {
        brood_exit_now(0);
    }
    MUST(brood_fork_wait(NULL, NULL, pid, BROOD_FORK_PEEK, BROOD_FOREVER));
    say("has ended: %s\n", number_is_taken(pid) ? "there still" : "gone");
    wait_for(pid);
    say("waited for: %s\n", number_is_taken(pid) ? "there still" : "gone");
    return 0;
}
