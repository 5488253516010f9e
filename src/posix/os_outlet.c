/* Outlets: the system tells when a stream takes bytes, and nothing is ever on its way. */
#include "posix.h"

#include "os/handle.h"
#include "os/outlet.h"

apr_status_t brood_os_outlet_write(brood_os_outlet_t *outlet, const void *bytes,
                                   size_t *length) {
    BROOD_FAULT("os.outlet_write");
    return brood_os_stream_write(outlet->stream, bytes, length, 0);
}

apr_status_t brood_os_outlet_idle(brood_os_outlet_t *outlet) {
    (void)outlet;
    return APR_SUCCESS;
}

void brood_os_outlet_waitable(const brood_os_outlet_t *outlet,
                              brood_os_waitable_t *waitable) {
    waitable->handle = outlet->stream;
    waitable->kind = BROOD_OS_WAIT_ROOM;
    waitable->ready = 0;
}

void brood_os_outlet_close(brood_os_outlet_t *outlet) {
    outlet->stream = brood_os_handle_close(outlet->stream);
}
