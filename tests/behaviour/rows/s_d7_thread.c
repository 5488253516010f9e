/* A thread and a process count up the same global variable. */
#include "support/say.h"
#include <apr_thread_proc.h>

static int count = 0;

static void *APR_THREAD_FUNC in_thread(apr_thread_t *thread, void *data) {
    count++;
    apr_thread_exit(thread, APR_SUCCESS); /* on Windows a return is not enough to join */
    return data;
}

static int in_process(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    (void)pool;
    count++;
    return 0;
}

int main(int argc, char **argv) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_thread_t *thread;
    apr_status_t result;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));

    MUST(apr_thread_create(&thread, NULL, in_thread, NULL, pool));
    MUST(apr_thread_join(&result, thread));
    say("after a thread: %d\n", count);

    options.allow_threads =
        1; /* it has been joined, though the system may yet count it */
    MUST(brood_process_create(&child, in_process, BROOD_NO_ARGS, &options, pool));
    MUST(brood_process_start(child));
    MUST(brood_process_join(child, BROOD_FOREVER));
    say("after a process: %d\n", count);
    return 0;
}
