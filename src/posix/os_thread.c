/* Threads of the library's own: all signals blocked from the first instruction on. */
#include "posix.h"

#include "os/thread.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Enough for the few calls such a thread makes, sanitizers included. */
#define STACK_SIZE ((size_t)256 << 10)

typedef struct task_t {
    void (*run)(void *data);
    void *data;
} task_t;

static void *run_task(void *data) {
    task_t task = *(task_t *)data;

    free(data);
    task.run(task.data);
    return NULL;
}

/* A thread begins with the mask of its maker, and what hits it by a fault of its own is not to
 * be blocked: the process ends from that as it would anywhere. */
static int create_quiet(const pthread_attr_t *attributes, task_t *task) {
    sigset_t all, before;
    pthread_t thread;
    int error;

    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, attributes, run_task, task);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

apr_status_t brood_os_thread_start(void (*run)(void *data), void *data) {
    pthread_attr_t attributes;
    task_t *task;
    int error;

    BROOD_FAULT("os.thread_start");
    task = malloc(sizeof *task);
    if (task == NULL) {
        return APR_ENOMEM;
    }
    task->run = run;
    task->data = data;
    error = pthread_attr_init(&attributes);
    if (error == 0) {
        (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
        error = create_quiet(&attributes, task);
        (void)pthread_attr_destroy(&attributes);
    }
    if (error != 0) {
        free(task);
    }
    return APR_FROM_OS_ERROR(error);
}
