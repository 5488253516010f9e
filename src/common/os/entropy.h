/* Random bytes from the system's own generator. */
#ifndef BROOD_OS_ENTROPY_H
#define BROOD_OS_ENTROPY_H

#include "os/types.h"

/* Fills the buffer with bytes fit for keys and names. Fails only where the system has no
 * generator; the buffer is then zero. */
apr_status_t brood_os_random(void *buffer, size_t size);

#endif
