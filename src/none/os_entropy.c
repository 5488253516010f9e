/* Random bytes on a system without a generator. */
#include "os/entropy.h"
#include <string.h>

apr_status_t brood_os_random(void *buffer, size_t size) {
    memset(buffer, 0, size);
    return APR_ENOTIMPL;
}
