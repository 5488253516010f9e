/* Identities: waiting for the end of a process that need not be a child. */
#include "identity.h"

#include "os/clock.h"
#include "os/handle.h"
#include "os/stream.h"

#define LOOK_NS (5 * 1000000LL)

/* Where the system has no handle on a process that is not a child. */
static apr_status_t wait_by_looking(const brood_os_identity_t *identity,
                                    brood_os_deadline_t deadline) {
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    apr_status_t rv = APR_TIMEUP;
    for (;;) { /* ends with the process or at the deadline */
        int64_t now = brood_os_now_ns();
        if (brood_os_identity_life(identity, &watch) == BROOD_OS_DEAD) {
            rv = APR_SUCCESS;
        }
        if (rv == APR_SUCCESS || now >= deadline) {
            brood_os_handle_close(watch);
            return rv;
        }
        brood_os_sleep_until(now + LOOK_NS < deadline ? now + LOOK_NS : deadline);
    }
}

apr_status_t brood__identity_wait(const brood_os_identity_t *identity,
                                  brood_os_deadline_t deadline) {
    brood_os_waitable_t waitable = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_WATCH, 0};
    apr_status_t rv = brood_os_identity_watch(identity, &waitable.handle);
    if (APR_STATUS_IS_ENOENT(rv)) {
        return APR_SUCCESS;
    }
    if (rv != APR_SUCCESS) {
        return wait_by_looking(identity, deadline);
    }
    do { /* ends with the process or at the deadline; interrupted waits go on */
        rv = brood_os_wait_any(&waitable, 1, deadline);
    } while (APR_STATUS_IS_EINTR(rv));
    brood_os_handle_close(waitable.handle);
    return rv;
}
