/* A function that lies in no module of the program: there is nothing to call it by in
 * another image, and the start says so before anything is started. A copy made by fork has
 * it at the same address. */
#include "support/machine_code.h"

int main(int argc, char **argv) {
    brood_process_t *child;
    apr_status_t status;
    apr_pool_t *pool;
    int code;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(brood_process_create(&child, make_code(), BROOD_NO_ARGS, NULL, pool));
    status = brood_process_start(child);
    if (status != APR_SUCCESS) {
        say("start: %s\n", name_of(status));
        return 0;
    }
    MUST(brood_process_join(child, BROOD_FOREVER));
    MUST(brood_process_exit_code(child, &code));
    say("exit code %d\n", code);
    return 0;
}
