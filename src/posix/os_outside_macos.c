/* Other processes' shared memory on macOS: a descriptor of another process can be listed
 * (proc_pidinfo) but not opened, and an object without a name has no other way to it. */
#include "posix.h"

#include "os/outside.h"

apr_status_t brood_os_outside_find(brood_os_outside_each_t *each, void *data, int write) {
    (void)each;
    (void)data;
    (void)write;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_outside_read(brood_os_handle_t memory, uint64_t offset, void *bytes,
                                   size_t size) {
    (void)memory;
    (void)offset;
    (void)bytes;
    (void)size;
    return APR_ENOTIMPL;
}
