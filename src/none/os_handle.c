/* Handles on a system that has none. */
#include "os/handle.h"

apr_status_t brood_os_handle_duplicate(brood_os_handle_t handle,
                                       brood_os_handle_t *copy) {
    (void)handle;
    *copy = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

brood_os_handle_t brood_os_handle_close(brood_os_handle_t handle) {
    (void)handle;
    return BROOD_OS_NO_HANDLE;
}

apr_status_t brood_os_handles_send(brood_os_handle_t stream,
                                   const brood_os_process_t *peer,
                                   const brood_os_handle_t *handles, size_t count,
                                   brood_os_deadline_t deadline) {
    (void)stream;
    (void)peer;
    (void)handles;
    (void)count;
    (void)deadline;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_handles_receive(brood_os_handle_t stream,
                                      brood_os_handle_t *handles, size_t count,
                                      brood_os_deadline_t deadline) {
    (void)stream;
    (void)deadline;
    while (count > 0) {
        handles[--count] = BROOD_OS_NO_HANDLE;
    }
    return APR_ENOTIMPL;
}

apr_status_t brood_os_handle_list(brood_os_handle_t *handles, size_t capacity,
                                  size_t *count) {
    (void)handles;
    (void)capacity;
    *count = 0;
    return APR_ENOTIMPL;
}
