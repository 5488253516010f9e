/* Life and death on a system that does not tell. */
#include "os/identity.h"

apr_status_t brood_os_identity_self(brood_os_identity_t *self) {
    self->pid = 0;
    self->birth = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_identity_of(const brood_os_process_t *process,
                                  brood_os_identity_t *identity) {
    (void)process;
    identity->pid = 0;
    identity->birth = 0;
    return APR_ENOTIMPL;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    (void)identity;
    (void)watch;
    return BROOD_OS_UNKNOWN;
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    (void)identity;
    *watch = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    (void)identity;
    (void)how;
    return APR_ENOTIMPL;
}
