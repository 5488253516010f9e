/* Stream: whole reads and writes over the seam's partial ones. Internal. */
#ifndef BROOD_COMMON_STREAM_H
#define BROOD_COMMON_STREAM_H

#include "os/stream.h"

/* Reads until *have of `size` bytes are in the buffer; *have counts on and keeps its value
 * when the deadline passes, so that the next call goes on. APR_EOF: the end, whatever
 * *have is. */
apr_status_t brood__stream_read_all(brood_os_handle_t stream, void *buffer, size_t size,
                                    size_t *have, brood_os_deadline_t deadline);

/* Writes until *done of `size` bytes are out. */
apr_status_t brood__stream_write_all(brood_os_handle_t stream, const void *buffer,
                                     size_t size, size_t *done,
                                     brood_os_deadline_t deadline);

#endif
