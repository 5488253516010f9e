/* What the files that tell who is alive (os_identity_*.c) give to the others. */
#ifndef BROOD_POSIX_WATCH_H
#define BROOD_POSIX_WATCH_H

#include "posix.h"

/* Opens a handle that becomes readable when this child ends, which nobody has reaped yet: its
 * number cannot be another's. BROOD_OS_NO_HANDLE when there is none to be had; everything else
 * works without. */
brood_os_handle_t brood__watch_child(pid_t pid);

/* Sends a signal through such a handle. Returns 0, or -1 with errno: ENOTSUP where handles
 * cannot do that, ESRCH when the child has ended and is reaped. */
int brood__watch_signal(brood_os_handle_t watch, int number);

/* When the process that has this number, our own or a child's, was created; 0: not to be known
 * here. */
apr_status_t brood__own_birth(pid_t pid, uint64_t *birth);

#endif
