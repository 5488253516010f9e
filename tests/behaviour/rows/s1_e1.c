/* Who am I: five processes print their name, the name of the module they run in, their
 * parent and themselves. The module is "__main__" where the child is a copy of the first
 * process, and "__mp_main__" where the program's top level ran anew for it. */
#include "support/say.h"

static const char *module = "__mp_main__";

static int tell(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    say("%s in %s, parent %lld, process %lld\n", brood_current_name(), module,
        (long long)brood_parent_pid(), (long long)brood_current_pid());
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *children[5];
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    module = "__main__"; /* only the first process comes here */
    say("%s in %s, process %lld\n", brood_current_name(), module,
        (long long)brood_current_pid());
    for (int i = 0; i < 5; i++) {
        MUST(brood_process_create(&children[i], tell, BROOD_NO_ARGS, NULL, pool));
        MUST(brood_process_start(children[i]));
    }
    for (int i = 0; i < 5; i++) {
        MUST(brood_process_join(children[i], BROOD_FOREVER));
    }
    return 0;
}
