/* Stream: the loops around partial reads and writes. */
#include "stream.h"

apr_status_t brood__stream_read_all(brood_os_handle_t stream, void *buffer, size_t size,
                                    size_t *have, brood_os_deadline_t deadline) {
    while (*have < size) { /* ends when full, at the end of the stream or the deadline */
        size_t piece = size - *have;
        apr_status_t rv =
            brood_os_stream_read(stream, (uint8_t *)buffer + *have, &piece, deadline);
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EINTR(rv)) {
            return rv;
        }
        *have += rv == APR_SUCCESS ? piece : 0;
    }
    return APR_SUCCESS;
}

apr_status_t brood__stream_write_all(brood_os_handle_t stream, const void *buffer,
                                     size_t size, size_t *done,
                                     brood_os_deadline_t deadline) {
    while (*done < size) { /* ends when all is out, on a failure or at the deadline */
        size_t piece = size - *done;
        apr_status_t rv = brood_os_stream_write(stream, (const uint8_t *)buffer + *done,
                                                &piece, deadline);
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EINTR(rv)) {
            return rv;
        }
        *done += rv == APR_SUCCESS ? piece : 0;
    }
    return APR_SUCCESS;
}
