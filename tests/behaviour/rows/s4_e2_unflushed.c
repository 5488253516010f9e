/* fork copies what stdio has not written yet, too: the first line appears twice when output
 * goes to a file or a pipe. A start by Brood flushes before, so that it appears once. */
#include "support/raw_fork.h"

static int child_line(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    printf("4. a child that was started\n");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    int64_t pid;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    printf("1. before\n");
    if (brood_fork(&pid) == APR_SUCCESS) {
        if (pid == 0) {
            printf("2. the child\n");
            fflush(stdout);
            brood_exit_now(0);
        }
        wait_for(pid);
    }
    printf("3. the parent\n");
    MUST(brood_process_create(&child, child_line, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
