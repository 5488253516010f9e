/* Waiting for all children that were forked: a loop until there is none. */
#include "support/raw_fork.h"

int main(int argc, char **argv) {
    int count = 0, sum = 0, code;
    apr_status_t status;
    MUST(brood_init(&argc, &argv));

    for (int i = 1; i <= 10; i++) {
        if (fork_or_say() == 0) {
            brood_exit_now(i);
        }
    }
    while ((status = brood_fork_wait(NULL, &code, 0, 0, BROOD_FOREVER)) == APR_SUCCESS) {
        count++;
        sum += code;
    }
    say("%d have ended, their codes make %d\nthen: %s\n", count, sum, name_of(status));
    return 0;
}
