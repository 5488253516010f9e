/* Streams on a system without any. */
#include "os/stream.h"

apr_status_t brood_os_stream_pipe(brood_os_handle_t *reader, brood_os_handle_t *writer) {
    *reader = *writer = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_pipe_for(brood_os_handle_t *reader,
                                      brood_os_handle_t *writer, unsigned strangers) {
    (void)strangers;
    *reader = *writer = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_file_open(brood_os_handle_t *file, const char *path,
                                brood_os_file_how_t how) {
    (void)path;
    (void)how;
    *file = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_pair(brood_os_handle_t *one, brood_os_handle_t *other) {
    *one = *other = BROOD_OS_NO_HANDLE;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_read(brood_os_handle_t stream, void *buffer, size_t *length,
                                  brood_os_deadline_t deadline) {
    (void)stream;
    (void)buffer;
    (void)deadline;
    *length = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_write(brood_os_handle_t stream, const void *buffer,
                                   size_t *length, brood_os_deadline_t deadline) {
    (void)stream;
    (void)buffer;
    (void)deadline;
    *length = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_readable(brood_os_handle_t stream,
                                      brood_os_deadline_t deadline) {
    (void)stream;
    (void)deadline;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_stream_finish(brood_os_handle_t stream) {
    (void)stream;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_wait_any(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline) {
    (void)deadline;
    while (count > 0) {
        set[--count].ready = 0;
    }
    return APR_ENOTIMPL;
}
