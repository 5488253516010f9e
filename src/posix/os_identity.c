/* Who this process is. Who the others are, and whether they live, is in os_identity_*.c. */
#include "posix.h"

#include "os/identity.h"
#include "watch.h"
#include <stdatomic.h>
#include <unistd.h>

/* The birth is remembered with the number it belongs to: a forked child has another number and
 * looks anew. Threads that meet here write the same. release: whoever sees the number sees the
 * birth; pairs with the acquire below. */
apr_status_t brood_os_identity_self(brood_os_identity_t *self) {
    static _Atomic int64_t known_pid;
    static _Atomic uint64_t known_birth;
    const pid_t pid = getpid();
    uint64_t birth;
    apr_status_t status;

    self->pid = 0;
    self->birth = 0;
    BROOD_FAULT("os.identity_self");
    /* acquire: pairs with the release below, the birth before the pid */
    if (atomic_load_explicit(&known_pid, memory_order_acquire) != pid) {
        status = brood__own_birth(pid, &birth);
        if (status != APR_SUCCESS) {
            return status;
        }
        atomic_store_explicit(&known_birth, birth, memory_order_relaxed);
        atomic_store_explicit(&known_pid, pid, memory_order_release);
    }
    self->pid = pid;
    self->birth = atomic_load_explicit(&known_birth, memory_order_relaxed);
    return APR_SUCCESS;
}
