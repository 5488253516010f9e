/* A start while another thread of the parent holds a mutex. */
#include "support/say.h"
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>

static apr_thread_mutex_t *mutex; /* as one that malloc or a library keeps */
static brood_event_t *held, *leave;

static void *APR_THREAD_FUNC hold(apr_thread_t *thread, void *data) {
    MUST(apr_thread_mutex_lock(mutex));
    MUST(brood_event_set(held));
    MUST(brood_event_wait(leave, BROOD_FOREVER));
    MUST(apr_thread_mutex_unlock(mutex));
    apr_thread_exit(thread, APR_SUCCESS);
    return data;
}

static int try_it(const brood_values_t *state, apr_pool_t *pool) {
    (void)state;
    if (mutex == NULL) {
        MUST(apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pool));
    }
    say("child: the mutex is %s\n", apr_thread_mutex_trylock(mutex) == APR_SUCCESS
                                        ? "free"
                                        : "held, by nobody who is there");
    return 0;
}

static void start(const char *how, int allow_threads, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    brood_process_t *child;
    apr_status_t status;
    options.allow_threads = allow_threads;
    MUST(brood_process_create(&child, try_it, BROOD_NO_ARGS, &options, pool));
    status = brood_process_start(child);
    say("%s: %s\n", how, name_of(status));
    if (status == APR_SUCCESS) {
        MUST(brood_process_join(child, BROOD_FOREVER));
    }
}

int main(int argc, char **argv) {
    apr_thread_t *thread;
    apr_status_t result;
    apr_pool_t *pool;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pool));
    MUST(brood_event_create(&held, pool));
    MUST(brood_event_create(&leave, pool));
    MUST(apr_thread_create(&thread, NULL, hold, NULL, pool));
    MUST(brood_event_wait(held, BROOD_FOREVER));

    start("start", 0, pool);
    start("with allow_threads", 1, pool);
    MUST(brood_event_set(leave));
    MUST(apr_thread_join(&result, thread));
    return 0;
}
