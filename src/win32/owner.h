/* Who may open the kernel objects that have a name: this user and the system. */
#ifndef BROOD_WIN32_OWNER_H
#define BROOD_WIN32_OWNER_H

#include "system.h"

/* Security attributes with a protected list that names the current user and SYSTEM, not
 * inheritable. They live for ever. NULL when the process's token cannot be read; *status
 * then says why. */
SECURITY_ATTRIBUTES *brood__owner_only(apr_status_t *status);

#endif
