/* Families on a system that does not tell. */
#include "os/family.h"

apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count) {
    (void)known;
    (void)known_count;
    (void)list;
    (void)room;
    *count = 0;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_family_wake_with_parent(int instead) {
    (void)instead;
    return APR_ENOTIMPL;
}
