/* Families on macOS: the system's table has them, but a process of it cannot be signalled by
 * number and birth at once (os_identity_kqueue.c), so nothing could be done with a list. */
#include "posix.h"

#include "os/family.h"

apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count) {
    (void)known;
    (void)known_count;
    (void)list;
    (void)room;
    *count = 0;
    BROOD_FAULT("os.family_list");
    return APR_ENOTIMPL;
}

apr_status_t brood_os_family_wake_with_parent(int instead) {
    (void)instead;
    BROOD_FAULT("os.family_wake_with_parent");
    return APR_ENOTIMPL;
}
