/* Ways to end, and the exit codes that come of them. */
#include "support/say.h"

static int leave(const brood_values_t *state, apr_pool_t *pool) {
    const char *how;
    int code;
    (void)pool;
    MUST(BROOD_UNPACK(state, &how, &code));
    if (how[0] == 'e') {
        exit(code);
    }
    if (how[0] == '_') {
        brood_exit_now(code);
    }
    return code;
}

static void try_to(const char *how, int wanted, apr_pool_t *pool) {
    brood_process_t *child;
    int code;
    MUST(brood_process_create(&child, leave, BROOD_ARGS(how, wanted), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("%s %d: %d\n", how, wanted, code);
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    try_to("return", 0, pool);
    try_to("return", 8, pool);
    try_to("exit", 9, pool);
    try_to("_exit", 10, pool);
    try_to("return", 257, pool);
    return 0;
}
