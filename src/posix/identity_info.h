/* What the system's table of processes says, where it is read through sysctl(). */
#ifndef BROOD_POSIX_IDENTITY_INFO_H
#define BROOD_POSIX_IDENTITY_INFO_H

#include "posix.h"

#include "os/identity.h"

typedef struct brood_info_t {
    uint64_t
        birth; /* microseconds since 1970: a system that tells the start by the clock on
                       the wall has recorded it once, so it does not move with the clock */
    int is_zombie; /* ended, not reaped */
} brood_info_t;

/* Reads it. 0, or -1 with errno; ESRCH: there is no such process. */
int brood__info_read(pid_t pid, brood_info_t *about);

/* Sends a signal to this very process, which was alive a moment ago, and to nobody else, whatever
 * becomes of its number. APR_SUCCESS also when it is gone; APR_ENOTIMPL: the system knows processes
 * by their numbers only. */
apr_status_t brood__info_signal(const brood_os_identity_t *identity, int number);

#endif
