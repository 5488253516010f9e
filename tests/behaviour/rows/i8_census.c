/* Threads start children side by side, each thread with pipes of its own open. What a child has
 * open is counted in the child. */
#include "support/say.h"
#include "os/handle.h"
#include <apr_thread_proc.h>

#define THREADS 4
#define STARTS 5

static int count(const brood_values_t *state, apr_pool_t *pool) {
    brood_os_handle_t handles[1];
    brood_queue_t *told;
    size_t open;
    (void)pool;
    MUST(BROOD_UNPACK(state, &told));
    MUST(brood_os_handle_list(handles, 1, &open));
    MUST(brood_queue_put(told, BROOD_ARGS((int64_t)open), BROOD_FOREVER));
    return 0;
}

static void start_one(brood_queue_t *told, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    options.allow_threads =
        1; /* fork: the threads here hold nothing that a child needs */
    MUST(brood_process_create(&child, count, BROOD_ARGS(told), &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
}

static void *APR_THREAD_FUNC start_some(apr_thread_t *thread, void *data) {
    brood_connection_t *one, *other;
    apr_pool_t *pool;
    MUST(apr_pool_create(&pool, NULL));
    for (int i = 0; i < STARTS; i++) {
        MUST(brood_pipe_create(&one, &other, i % 2, pool));
        start_one(data, pool);
    }
    apr_pool_destroy(pool);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static int64_t next(brood_queue_t *told, apr_pool_t *pool) {
    brood_values_t *message;
    int64_t open;
    MUST(brood_queue_get(told, &message, BROOD_FOREVER, pool));
    MUST(BROOD_UNPACK(message, &open));
    return open;
}

int main(int argc, char **argv) {
    apr_thread_t *threads[THREADS];
    brood_queue_t *told;
    apr_status_t result;
    apr_pool_t *pool;
    int64_t alone;
    int more = 0;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(brood_queue_create(&told, NULL, pool));

    start_one(told, pool);
    alone = next(told, pool);
    for (int i = 0; i < THREADS; i++) {
        MUST(apr_thread_create(&threads[i], NULL, start_some, told, pool));
    }
    for (int i = 0; i < THREADS; i++) {
        MUST(apr_thread_join(&result, threads[i]));
    }
    for (int i = 0; i < THREADS * STARTS; i++) {
        more += next(told, pool) > alone;
    }
    say("%d of %d children have more open than a single one\n", more, THREADS * STARTS);
    return 0;
}
