/* Start to end of a child under each method, in a program whose top level takes 50 ms, as
 * one does that loads modules. A copy of the first process does not run it again, a new
 * image does, and of a server's children none does. */
#include "support/median.h"

#define TIMES 7

static int nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

static apr_time_t time_start(brood_start_method_t method, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    apr_time_t began = apr_time_now();
    brood_process_t *child;
    options.method = method;
    MUST(brood_process_create(&child, nothing, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return apr_time_now() - began;
}

static double measure(brood_start_method_t method, apr_pool_t *pool) {
    apr_time_t times[TIMES];
    double ms;
    if (!brood_has_start_method(method)) {
        return 0;
    }
    time_start(method, pool); /* a server is started once */
    for (int i = 0; i < TIMES; i++) {
        times[i] = time_start(method, pool);
    }
    ms = median_ms(times, TIMES);
    say("%s: %.2f ms\n", brood_start_method_name(method), ms);
    return ms;
}

int main(int argc, char **argv) {
    double fork_ms, server_ms, spawn_ms;
    apr_pool_t *pool;
    apr_sleep(apr_time_from_msec(50)); /* the top level's work */
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    fork_ms = measure(BROOD_START_FORK, pool);
    server_ms = measure(BROOD_START_FORKSERVER, pool);
    spawn_ms = measure(BROOD_START_SPAWN, pool);
    say("spawn pays for the top level: %s\n", spawn_ms >= 50 ? "yes" : "no");
    if (fork_ms > 0) {
        say("fork is faster than spawn: %s\n", fork_ms < spawn_ms ? "yes" : "no");
        say("forkserver is faster than spawn: %s\n", server_ms < spawn_ms ? "yes" : "no");
    }
    return 0;
}
