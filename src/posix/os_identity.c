/* Who this process is. Who the others are, and whether they live, is in os_identity_*.c. */
#include "posix.h"

#include "os/identity.h"
#include "watch.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* The birth is remembered with the number that it belongs to, so that a forked child looks anew; and
 * it is forgotten at each fork, for a descendant may get the number of an ancestor that is over.
 * Threads that meet here write the same. release: whoever sees the number sees the birth; pairs
 * with the acquire below. */
static _Atomic int64_t known_pid;
static _Atomic uint64_t known_birth;

static void forget(void) {
    atomic_store_explicit(&known_pid, 0, memory_order_relaxed);
}

/* Where forks cannot be told of, the number has to do. */
static void know_forks(void) {
    (void)pthread_atfork(NULL, NULL, forget);
}

static apr_status_t learn(pid_t pid) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t birth;
    apr_status_t status;

    (void)pthread_once(&once, know_forks);
    status = brood__own_birth(pid, &birth);
    if (status == APR_SUCCESS) {
        atomic_store_explicit(&known_birth, birth, memory_order_relaxed);
        /* release: pairs with the acquire in brood_os_identity_self() */
        atomic_store_explicit(&known_pid, pid, memory_order_release);
    }
    return status;
}

apr_status_t brood_os_identity_self(brood_os_identity_t *self) {
    const pid_t pid = getpid();
    apr_status_t status = APR_SUCCESS;

    self->pid = 0;
    self->birth = 0;
    BROOD_FAULT("os.identity_self");
    /* acquire: pairs with the release in learn(), the birth before the pid */
    if (atomic_load_explicit(&known_pid, memory_order_acquire) != pid) {
        status = learn(pid);
    }
    if (status == APR_SUCCESS) {
        self->pid = pid;
        self->birth = atomic_load_explicit(&known_birth, memory_order_relaxed);
    }
    return status;
}
