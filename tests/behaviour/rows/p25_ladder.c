/* A child that does not heed its end, brought to it step by step. */
#include "support/say.h"
#include <signal.h>

static int stay(const brood_values_t *state, apr_pool_t *pool) {
    brood_event_t *here;
    int heeds;
    (void)pool;
    MUST(BROOD_UNPACK(state, &here, &heeds));
    signal(SIGTERM, SIG_IGN);
    MUST(brood_event_set(here));
    MUST(brood_stop_wait(BROOD_FOREVER));
    while (!heeds) {
        apr_sleep(APR_USEC_PER_SEC);
    }
    return 5;
}

static void stop(const char *which, int heeds, apr_pool_t *pool) {
    static const brood_stop_step_t ladder[] = {{BROOD_STOP_ASK, 200000},
                                               {BROOD_STOP_TERMINATE, 200000},
                                               {BROOD_STOP_KILL, BROOD_FOREVER}};
    brood_stop_what_t by;
    brood_process_t *child;
    brood_event_t *here;
    int code;
    MUST(brood_event_create(&here, pool));
    MUST(brood_process_create(&child, stay, BROOD_ARGS(here, heeds), NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_event_wait(here, BROOD_FOREVER));
    MUST(brood_process_stop(child, ladder, 3, &by));
    MUST(brood_process_exit_code(child, &code));
    say("%s: %s, exit code %d\n", which, brood_stop_name(by), code);
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    stop("one that heeds", 1, pool);
    stop("one that does not", 0, pool);
    return 0;
}
