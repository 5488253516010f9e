/* fork: what stands before it runs once. The line is flushed before the fork. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int w = 100;
    long pid;
    MUST(brood_init(&argc, &argv));

    say("1. once, w=%d\n", w);
    pid = raw_fork();
    if (pid < 0) {
        return say_no_fork();
    }
    if (pid == 0) {
        say("2. the child\n");
        raw_end();
    }
    say("3. the parent\n");
    raw_wait();
    return 0;
}
