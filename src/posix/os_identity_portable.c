/* Life and death without any handle: by the number and what /proc says, where there is one. It
 * never calls a living process dead, but may take some time to see that a stranger's zombie is
 * over, and offers nothing to wait on. */
#include "posix.h"

#include "identity_proc.h"
#include "os/identity.h"
#include "watch.h"

apr_status_t brood__own_birth(pid_t pid, uint64_t *birth) {
    return brood__proc_birth(pid, birth);
}

brood_os_handle_t brood__watch_child(pid_t pid) {
    (void)pid;
    return BROOD_OS_NO_HANDLE;
}

int brood__watch_signal(brood_os_handle_t watch, int number) {
    (void)watch;
    (void)number;
    errno = ENOTSUP;
    return -1;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    (void)watch; /* stays what it was: there is nothing to keep */
    return brood__proc_life(identity);
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    *watch = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.identity_watch");
    return brood__proc_life(identity) == BROOD_OS_DEAD ? APR_ENOENT : APR_ENOTIMPL;
}

/* Between a look at the birth and kill() the number could become another's. */
apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    (void)how;
    BROOD_FAULT("os.identity_signal");
    return brood__proc_life(identity) == BROOD_OS_DEAD ? APR_SUCCESS : APR_ENOTIMPL;
}
