/* Lines of a log, their form, and the level in a child. */
#include "support/say.h"
#include "brood/log.h"

static int child(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    brood_log(BROOD_LOG_WARNING, "from the child");
    brood_log(BROOD_LOG_INFO, "not wanted");
    return 0;
}

int main(int argc, char **argv) {
    brood_process_t *process;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    brood_log(BROOD_LOG_ERROR, "silent, until somebody asks");
    MUST(brood_log_to_stderr(BROOD_LOG_WARNING));
    brood_log(BROOD_LOG_WARNING, "from the parent");
    MUST(brood_process_create(&process, child, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(process));
    MUST(brood_process_join(process, BROOD_FOREVER));
    return 0;
}
