/* Identities: waiting for the end of a process that need not be a child. Internal. */
#ifndef BROOD_COMMON_IDENTITY_H
#define BROOD_COMMON_IDENTITY_H

#include "os/identity.h"

/* Waits until that process has ended. APR_SUCCESS, APR_TIMEUP, or the system's status. */
apr_status_t brood__identity_wait(const brood_os_identity_t *identity,
                                  brood_os_deadline_t deadline);

#endif
