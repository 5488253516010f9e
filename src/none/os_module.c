/* Code by name on a system that does not list its modules. */
#include "os/module.h"
#include <string.h>

apr_status_t brood_os_place_of(const void *function, brood_os_place_t *place) {
    (void)function;
    memset(place, 0, sizeof *place);
    return APR_ENOTIMPL;
}

apr_status_t brood_os_place_find(const brood_os_place_t *place, void **function) {
    (void)place;
    *function = NULL;
    return APR_ENOTIMPL;
}
