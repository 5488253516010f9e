/* fork: what stands after it runs twice, and the child has the parent's variables. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int w = 100;
    long pid;
    MUST(brood_init(&argc, &argv));

    pid = raw_fork();
    if (pid < 0) {
        return say_no_fork();
    }
    say("1. both, w=%d\n", w);
    if (pid == 0) {
        say("2. the child\n");
        raw_end();
    }
    say("3. the parent\n");
    raw_wait();
    return 0;
}
