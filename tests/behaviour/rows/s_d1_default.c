/* Which start methods there are, and which one is meant when nobody says. */
#include "support/say.h"
#include <apr_env.h>

int main(int argc, char **argv) {
    brood_start_method_t method;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    apr_env_delete("BROOD_START_METHOD", pool); /* nobody says */

    MUST(brood_get_start_method(&method));
    say("default: %s\n", brood_start_method_name(method));
    for (method = BROOD_START_FORK; method <= BROOD_START_FORKSERVER; method++) {
        if (brood_has_start_method(method)) {
            say("there is %s\n", brood_start_method_name(method));
        }
    }
    return 0;
}
