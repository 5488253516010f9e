/* Starter: one thread, a list of starts to make, and those who wait for them.
 *
 * The lock and the condition are made when the first start comes, in a pool that is never
 * destroyed: the thread looks at them until the process is over. A forked child forgets them,
 * as somebody may have held the lock, and makes its own. */
#include "starter.h"

#include "guard.h"
#include "own_thread.h"
#include "session.h"
#include "status.h"
#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

typedef struct job_t {
    struct job_t *next;
    brood_os_process_t *process;
    const brood_os_start_t *start;
    brood_os_start_step_t *step;
    apr_status_t status;
    int done;
} job_t;

static brood__guard_t making = BROOD__GUARD_INIT;
static apr_thread_mutex_t *lock;
static apr_thread_cond_t *changed; /* there are jobs, or one is done */
static job_t *jobs;                /* in no order */
static int serving;

static void serve(void *unused) {
    (void)unused;
    apr_thread_mutex_lock(lock);
    for (;;) { /* lasts as long as the process */
        job_t *job = jobs;
        if (job == NULL) {
            apr_thread_cond_wait(changed, lock);
            continue;
        }
        jobs = job->next;
        apr_thread_mutex_unlock(lock);
        job->status = brood_os_process_start(job->process, job->start, job->step);
        apr_thread_mutex_lock(lock);
        job->done = 1;
        apr_thread_cond_broadcast(changed);
    }
}

/* Of the lock's pool, which lasts as long as the process. Nobody reads it; but APR maps its
 * memory by itself, and what looks for lost memory does not find the way there. */
static apr_allocator_t *volatile lock_allocator;

static apr_status_t make_lock(void) {
    apr_thread_mutex_t *fresh_lock;
    apr_allocator_t *allocator;
    apr_pool_t *pool;
    apr_status_t rv;
    if (lock != NULL) {
        return APR_SUCCESS;
    }
    if (brood__session_pool() == NULL) { /* which initialises APR */
        return APR_ENOMEM;
    }
    rv = apr_allocator_create(&allocator);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    lock_allocator = allocator;
    rv = apr_pool_create_unmanaged_ex(&pool, NULL, allocator);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_mutex_create(&fresh_lock, APR_THREAD_MUTEX_DEFAULT, pool);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_thread_cond_create(&changed, pool);
    }
    if (rv == APR_SUCCESS) {
        lock = fresh_lock;
    }
    return rv;
}

static apr_status_t ensure(void) {
    apr_status_t rv;
    brood__guard_take(&making);
    rv = make_lock();
    if (rv == APR_SUCCESS && !serving) {
        rv = brood__own_thread_start(serve, NULL);
        serving = rv == APR_SUCCESS;
    }
    brood__guard_give(&making);
    return rv;
}

apr_status_t brood__starter_start(brood_os_process_t *process,
                                  const brood_os_start_t *start,
                                  brood_os_start_step_t *step) {
    static const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    job_t job = {NULL, process, start, step, APR_SUCCESS, 0};
    apr_status_t rv;
    if (!start->end_with_parent) {
        return brood_os_process_start(process, start, step);
    }
    *process = none;
    *step = BROOD_OS_START_PREPARE;
    rv = ensure();
    if (rv != APR_SUCCESS) {
        return rv;
    }
    apr_thread_mutex_lock(lock);
    job.next = jobs;
    jobs = &job;
    apr_thread_cond_broadcast(changed);
    while (!job.done) { /* the thread takes every job */
        apr_thread_cond_wait(changed, lock);
    }
    apr_thread_mutex_unlock(lock);
    return job.status;
}

void brood__starter_after_fork(void) {
    brood__guard_reset(&making);
    lock = NULL;
    changed = NULL;
    jobs = NULL;
    serving = 0;
}
