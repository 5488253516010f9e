/* A program that ignores SIGCHLD, so that the kernel keeps no ends of children. */
#include "support/kernel.h"

static int three(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 3;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t status;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    ignore_ends_of_children();
    MUST(brood_process_create(&child, three, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    say("join: %s\n", name_of(brood_process_join(child, 10 * APR_USEC_PER_SEC)));
    say("alive: %d\n", brood_process_is_alive(child));
    status = brood_process_exit_code(child, &code);
    say("exit code: %d, %s\n", code, name_of(status));
    return 0;
}
