/* Outlets on a system without streams. */
#include "os/outlet.h"

apr_status_t brood_os_outlet_write(brood_os_outlet_t *outlet, const void *bytes,
                                   size_t *length) {
    (void)outlet;
    (void)bytes;
    *length = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_outlet_idle(brood_os_outlet_t *outlet) {
    (void)outlet;
    return APR_ENOTIMPL;
}

void brood_os_outlet_waitable(const brood_os_outlet_t *outlet,
                              brood_os_waitable_t *waitable) {
    (void)outlet;
    waitable->handle = BROOD_OS_NO_HANDLE;
}

void brood_os_outlet_close(brood_os_outlet_t *outlet) {
    outlet->stream = BROOD_OS_NO_HANDLE;
}
