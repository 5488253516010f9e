/* The keeper: a thread that starts the children that end with this process.
 *
 * Linux ends such a child when the thread ends that started it, which need not be the end of the
 * process. The main thread ends with the process (if it leaves by pthread_exit() and others go
 * on, its children have lost their parent); what any other thread starts is started by one that
 * never ends.
 *
 * One request at a time: `requests` is held by who asks, from the first line to the last. The
 * request is written before `asked` is posted and its answer before `answered` is; semaphores
 * order the memory. In a forked child there is no keeper, and all of this is made anew. */
#include "posix.h"

#include "keeper.h"
#include "start_plan.h"

#ifdef __linux__

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t requests = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned threads; /* read by others without order: a count of 0 or 1 */
static int is_ready;             /* the semaphores and the handler for forks are there */
static sem_t asked, answered;

static const brood_start_plan_t *wanted;
static pid_t started;
static brood_os_start_step_t failed_step;
static apr_status_t answer;

static void wait_for(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0 && errno == EINTR) {
        /* a signal: once more */
    }
}

static void *keep(void *unused) {
    (void)unused;
    for (;;) { /* ends with the process */
        wait_for(&asked);
        answer = brood__start_vfork(wanted, &started, &failed_step);
        (void)sem_post(&answered);
    }
    return NULL;
}

/* In a forked child, where the thread that held the mutex may not exist. */
static void forget(void) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

    requests = fresh;
    atomic_store_explicit(&threads, 0, memory_order_relaxed);
}

static int prepare(void) {
    int error = 0;

    if (!is_ready) {
        error = pthread_atfork(NULL, NULL, forget);
        is_ready = error == 0;
    }
    /* Anew for each keeper: a request of a parent's may have been under way at the fork. */
    if (error == 0 && (sem_init(&asked, 0, 0) != 0 || sem_init(&answered, 0, 0) != 0)) {
        error = errno;
    }
    return error;
}

/* With all signals blocked: they are the program's threads' to handle. */
static int make_keeper(void) {
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);

    if (error != 0) {
        return error;
    }
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, keep, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    if (error == 0) {
        atomic_store_explicit(&threads, 1, memory_order_relaxed);
    }
    return error;
}

static apr_status_t ask(const brood_start_plan_t *plan, pid_t *pid,
                        brood_os_start_step_t *step) {
    if (atomic_load_explicit(&threads, memory_order_relaxed) == 0) {
        int error = prepare();

        if (error == 0) {
            error = make_keeper();
        }
        if (error != 0) {
            *step = BROOD_OS_START_GROUP;
            return APR_FROM_OS_ERROR(error);
        }
    }
    wanted = plan;
    (void)sem_post(&asked);
    wait_for(&answered);
    *pid = started;
    *step = failed_step;
    return answer;
}

apr_status_t brood__start_by_keeper(const brood_start_plan_t *plan, pid_t *pid,
                                    brood_os_start_step_t *step) {
    apr_status_t status;

    if (syscall(SYS_gettid) == (long)getpid()) {
        return brood__start_vfork(plan, pid, step);
    }
    (void)pthread_mutex_lock(&requests);
    status = ask(plan, pid, step);
    (void)pthread_mutex_unlock(&requests);
    return status;
}

unsigned brood__keeper_threads(void) {
    return atomic_load_explicit(&threads, memory_order_relaxed);
}

#else

apr_status_t brood__start_by_keeper(const brood_start_plan_t *plan, pid_t *pid,
                                    brood_os_start_step_t *step) {
    return brood__start_vfork(plan, pid, step);
}

unsigned brood__keeper_threads(void) {
    return 0;
}

#endif
