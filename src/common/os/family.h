/* Who is whose child, as the system tells it. */
#ifndef BROOD_OS_FAMILY_H
#define BROOD_OS_FAMILY_H

#include "os/identity.h"
#include "os/types.h"

/* One process of this system. Number, birth and parent were true at one and the same moment. */
typedef struct brood_os_relative_t {
    brood_os_identity_t self;
    /* Number of the process that is its parent now; Windows: that made it, and has not ended and
     * left its number to a younger one. */
    int64_t parent;
    /* 1: stopped, it starts nothing before somebody continues it; always 1 where the system does
     * not say. */
    int quiet;
} brood_os_relative_t;

/* Lists those of `known` that live, and their children that live: the first `room` of them, and
 * in *count how many there are: if that is more, ask again with more room. A child of one that
 * is listed itself is that one's. Those that come or go meanwhile may be missing. APR_ENOTIMPL:
 * the system does not say. */
apr_status_t brood_os_family_list(const brood_os_identity_t *known, size_t known_count,
                                  brood_os_relative_t *list, size_t room, size_t *count);

/* When the thread that made this process ends, the kernel continues this one if it is stopped
 * then (SIGCONT), so that it can look for itself what has become of its parent. One that the
 * kernel is to end then (os/process.h) stays so, unless `instead`: then it is only continued, and
 * has the time to end others before itself. Not inherited by its children. APR_ENOTIMPL: the
 * system has no such thing. */
apr_status_t brood_os_family_wake_with_parent(int instead);

#endif
