/* What it costs to have a function run in a thread and in a process: create, start, join. */
#include "support/median.h"
#include <apr_thread_proc.h>

#define TIMES 9

static void *APR_THREAD_FUNC in_thread(apr_thread_t *thread, void *data) {
    apr_thread_exit(thread, APR_SUCCESS); /* on Windows a return is not enough to join */
    return data;
}

static int in_process(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    return 0;
}

static apr_time_t time_thread(apr_pool_t *pool) {
    apr_time_t began = apr_time_now();
    apr_thread_t *thread;
    apr_status_t result;
    MUST(apr_thread_create(&thread, NULL, in_thread, NULL, pool));
    MUST(apr_thread_join(&result, thread));
    return apr_time_now() - began;
}

static apr_time_t time_process(apr_pool_t *pool) {
    apr_time_t began = apr_time_now();
    brood_process_t *child;
    MUST(brood_process_create(&child, in_process, BROOD_NO_ARGS, NULL, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return apr_time_now() - began;
}

int main(int argc, char **argv) {
    apr_time_t threads[TIMES], processes[TIMES];
    double thread_ms, process_ms;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < TIMES; i++) {
        threads[i] = time_thread(pool);
        processes[i] = time_process(pool);
    }
    thread_ms = median_ms(threads, TIMES);
    process_ms = median_ms(processes, TIMES);
    say("thread %.3f ms, process %.3f ms\n", thread_ms, process_ms);
    say("cheaper: the %s\n", thread_ms < process_ms ? "thread" : "process");
    return 0;
}
