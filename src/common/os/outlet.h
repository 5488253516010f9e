/* Outlets: streams that are written to without waiting for whoever reads them. */
#ifndef BROOD_OS_OUTLET_H
#define BROOD_OS_OUTLET_H

#include "os/stream.h"

typedef struct brood_os_outlet_t {
    brood_os_handle_t stream; /* a stream of os/stream.h that is ours to write to */
    void *busy;               /* the seam's: what is on its way */
} brood_os_outlet_t;

#define BROOD_OS_OUTLET_INIT \
    { BROOD_OS_NO_HANDLE, NULL }

/* Writes as much as can be taken now, at least one byte and at most *length; *length says how
 * many were taken, 0 unless APR_SUCCESS. APR_TIMEUP: none now. APR_EPIPE: the readers are gone.
 * On Windows, which does not tell how much room a pipe has, what was taken may be on its way for
 * as long as nobody reads, in memory of the outlet's own. It should be finished with by the
 * thread that has begun it: the system takes a thread's writes back when it ends. */
apr_status_t brood_os_outlet_write(brood_os_outlet_t *outlet, const void *bytes,
                                   size_t *length);

/* Whether all that was taken has gone: APR_SUCCESS; APR_TIMEUP: not yet; or what came between. */
apr_status_t brood_os_outlet_idle(brood_os_outlet_t *outlet);

/* What to wait for beside others, when one of the two has said APR_TIMEUP. It is the outlet's,
 * and valid until the next call. */
void brood_os_outlet_waitable(const brood_os_outlet_t *outlet,
                              brood_os_waitable_t *waitable);

/* Closes the stream. What is still on its way is taken back. */
void brood_os_outlet_close(brood_os_outlet_t *outlet);

#endif
