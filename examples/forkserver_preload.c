/* A forkserver that reads a table once, for all the workers it forks. Prints:
 *     worker 0: 4 squares, 9
 *     worker 1: 4 squares, 9
 *     worker 2: 4 squares, 9
 */
#include <brood/brood.h>
#include <stdio.h>

static int squares[4];
static int count; /* 0 in the first process, and wherever nothing was loaded */

static int preload(apr_pool_t *pool) {
    (void)pool;
    for (count = 0; count < 4; count++) { /* in earnest: a large file */
        squares[count] = count * count;
    }
    return 0;
}

static int worker(const brood_values_t *state, apr_pool_t *pool) {
    int number;

    if (BROOD_UNPACK(state, &number) != APR_SUCCESS) {
        return 1;
    }
    if (count == 0) { /* another start method: it has to be done here */
        (void)preload(pool);
    }
    printf("worker %d: %d squares, %d\n", number, count, squares[3]);
    return 0;
}

static apr_status_t run(apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_context_options_t settings = BROOD_CONTEXT_OPTIONS_INIT;
    apr_status_t rv = APR_SUCCESS;

    settings.preload = preload;
    rv = brood_context_create(&options.context,
                              brood_has_start_method(BROOD_START_FORKSERVER)
                                  ? BROOD_START_FORKSERVER
                                  : BROOD_START_SPAWN,
                              &settings, pool);
    for (int i = 0; rv == APR_SUCCESS && i < 3; i++) {
        brood_process_t *child;
        rv = brood_process_create(&child, worker, BROOD_ARGS(i), &options, pool);
        if (rv == APR_SUCCESS) {
            rv = brood_process_start(child);
        }
        if (rv == APR_SUCCESS) {
            rv = brood_process_join(child, BROOD_FOREVER);
        }
    }
    return rv;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    apr_status_t rv = brood_init(&argc, &argv);
    char words[120];

    if (rv == APR_SUCCESS) {
        rv = apr_pool_create(&pool, NULL);
    }
    if (rv == APR_SUCCESS) {
        rv = run(pool);
    }
    if (rv != APR_SUCCESS) {
        fprintf(stderr, "%s: %s\n", brood_strerror(rv, words, sizeof words),
                brood_error_detail());
        return 1;
    }
    return 0;
}
