/* What it costs at best to have a function run in a thread and in a process: create, start,
 * join. (The best of many: a busy machine delays the one as well as the other.) */
#include "support/say.h"
#include <apr_thread_proc.h>

#define TIMES 25

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
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    apr_time_t began = apr_time_now();
    brood_process_t *child;
    options.allow_threads =
        1; /* they have been joined, though the system may yet count one */
    MUST(brood_process_create(&child, in_process, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    return apr_time_now() - began;
}

int main(int argc, char **argv) {
    apr_time_t thread = APR_INT64_MAX, process = APR_INT64_MAX;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    for (int i = 0; i < TIMES; i++) {
        apr_time_t now = time_thread(pool);
        thread = now < thread ? now : thread;
        now = time_process(pool);
        process = now < process ? now : process;
    }
    say("thread %.3f ms, process %.3f ms\n", (double)thread / 1000,
        (double)process / 1000);
    say("cheaper: the %s\n", thread < process ? "thread" : "process");
    return 0;
}
