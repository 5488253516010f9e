/* Bells on a system without any. */
#include "os/bell.h"

apr_status_t brood_os_bell_open(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    *bell = none;
    return APR_ENOTIMPL;
}

void brood_os_bell_close(brood_os_bell_t *bell) {
    (void)bell;
}

void brood_os_bell_clear(const brood_os_bell_t *bell) {
    (void)bell;
}

void brood_os_bell_ring(const uint64_t name[2]) {
    (void)name;
}

void brood_os_bell_forget(const uint64_t name[2]) {
    (void)name;
}
