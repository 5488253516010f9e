/* A look at a child that has ended, which takes nothing; a wait; and one wait too many. */
#include "support/raw_fork.h"

static void look(const char *what, int64_t pid, unsigned flags) {
    int code;
    apr_status_t status = brood_fork_wait(NULL, &code, pid, flags, BROOD_FOREVER);
    if (status == APR_SUCCESS) {
        say("%s: %d\n", what, code);
    } else {
        say("%s: %s\n", what, name_of(status));
    }
}

int main(int argc, char **argv) {
    int64_t pid;
    MUST(brood_init(&argc, &argv));

    pid = fork_or_say();
    if (pid == 0) {
        brood_exit_now(3);
    }
    look("looked", pid, BROOD_FORK_PEEK);
    look("looked again", pid, BROOD_FORK_PEEK);
    look("waited", pid, 0);
    look("waited again", pid, 0);
    return 0;
}
