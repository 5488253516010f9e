/* Which process has computed the value that a global variable has in the child: the parent,
 * whose memory was copied, the child, which ran the program's top level again, or a server
 * that did that before the child was made of it. */
#include "support/say.h"

static long long computed_in = 0;

static int look(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("computed in %s\n", computed_in == brood_current_pid()  ? "this process"
                            : computed_in == brood_parent_pid() ? "the parent"
                                                                : "a server");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_pool_t *pool;
    computed_in = brood_current_pid(); /* the top level */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, look, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return 0;
}
