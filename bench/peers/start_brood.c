/* Brood's three start methods. */
#include "peers/starts.h"
#include "support/say.h"

#include <brood/process.h>

static int nothing(const brood_values_t *state, apr_pool_t *pool) {
    (void)state, (void)pool;
    return 0;
}

static int start(brood_start_method_t method) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_pool_t *pool;
    apr_status_t status;
    int code = -1;
    options.method = method;
    status = apr_pool_create(&pool, NULL);
    if (status != APR_SUCCESS)
        return -1;
    status = brood_process_create(&child, nothing, BROOD_NO_ARGS, &options, pool);
    if (status == APR_SUCCESS)
        status = brood_process_start(child);
    if (status == APR_SUCCESS)
        status = brood_process_join(child, BROOD_FOREVER);
    if (status == APR_SUCCESS)
        status = brood_process_exit_code(child, &code);
    if (status != APR_SUCCESS)
        bench_say_status(brood_start_method_name(method), status);
    apr_pool_destroy(pool);
    return code;
}

static int start_fork(void) {
    return start(BROOD_START_FORK);
}

static int start_spawn(void) {
    return start(BROOD_START_SPAWN);
}

static int start_forkserver(void) {
    return start(BROOD_START_FORKSERVER);
}

const bench_start_t bench_brood_fork = {"Brood, fork", BENCH_BROOD, NULL, start_fork,
                                        NULL};
const bench_start_t bench_brood_spawn = {"Brood, spawn", BENCH_BROOD, NULL, start_spawn,
                                         NULL};
const bench_start_t bench_brood_forkserver = {"Brood, forkserver", BENCH_BROOD, NULL,
                                              start_forkserver, NULL};
