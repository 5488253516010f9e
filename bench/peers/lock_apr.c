/* APR's locks between processes. */
#include "peers/locks.h"
#include "support/say.h"

#include <apr_proc_mutex.h>

/* The pool of the one that is open. */
static apr_pool_t *pool;

static void *open_mutex(apr_lockmech_e mechanism) {
    apr_proc_mutex_t *mutex = NULL;
    apr_status_t status = apr_pool_create(&pool, NULL);
    if (status == APR_SUCCESS)
        status = apr_proc_mutex_create(&mutex, NULL, mechanism, pool);
    if (status == APR_SUCCESS)
        return mutex;
    bench_say_status("apr_proc_mutex_create", status);
    return NULL;
}

static void *open_pthread(void *room) {
    (void)room;
    return open_mutex(APR_LOCK_PROC_PTHREAD);
}

static void *open_default(void *room) {
    (void)room;
    return open_mutex(APR_LOCK_DEFAULT);
}

static void *open_fcntl(void *room) {
    (void)room;
    return open_mutex(APR_LOCK_FCNTL);
}

static int acquire(void *lock) {
    return apr_proc_mutex_lock(lock);
}

static int release(void *lock) {
    return apr_proc_mutex_unlock(lock);
}

static void destroy(void *lock) {
    (void)apr_proc_mutex_destroy(lock);
    apr_pool_destroy(pool);
}

const bench_lock_kind_t bench_apr_pthread = {
    "apr_proc_mutex, pthread", BENCH_PEER, 0, open_pthread, acquire, release, destroy};

const bench_lock_kind_t bench_apr_default = {
    "apr_proc_mutex, default", BENCH_PEER, 0, open_default, acquire, release, destroy};

const bench_lock_kind_t bench_apr_fcntl = {
    "apr_proc_mutex, fcntl", BENCH_PEER, 0, open_fcntl, acquire, release, destroy};
