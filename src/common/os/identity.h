/* Who a process is, across reuse of its number, and whether it has died. */
#ifndef BROOD_OS_IDENTITY_H
#define BROOD_OS_IDENTITY_H

#include "os/process.h"
#include "os/types.h"

/* A process's number and the moment it was created, in the system's own units. No two
 * processes of one boot have both alike. Fixed width: it lies in shared memory. */
typedef struct brood_os_identity_t {
    int64_t pid;
    uint64_t birth;
} brood_os_identity_t;

/* A child that has not been reaped. APR_ENOENT: somebody has. */
apr_status_t brood_os_identity_of(const brood_os_process_t *process,
                                  brood_os_identity_t *identity);

typedef enum brood_os_life_t {
    BROOD_OS_ALIVE,
    BROOD_OS_DEAD,   /* proved: ended, reaped or not, or the number is another's now */
    BROOD_OS_UNKNOWN /* not to be told; callers treat it as alive */
} brood_os_life_t;

/* This process. */
apr_status_t brood_os_identity_self(brood_os_identity_t *self);

/* Whether that process lives. A stopped process is alive; a zombie is dead; one whose main
 * thread has ended while others run is alive. `watch` is a cache: it starts as
 * BROOD_OS_NO_HANDLE, the call may leave a handle in it that makes later calls cheap, and
 * the caller closes it with brood_os_handle_close() when done with the identity. The handle
 * is taken first and the birth compared after, so that a reused number is never trusted. */
brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch);

/* A handle that becomes ready (BROOD_OS_WAIT_WATCH) when that process ends.
 * APR_ENOENT: it has ended already. APR_ENOTIMPL: the system has no such handle. */
apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch);

/* Ends, stops or continues a process that is not a child of this one, if it still is the same:
 * never another that has the number now. APR_SUCCESS also when it is gone; APR_ENOTIMPL where
 * the system cannot make sure of that. */
apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how);

#endif
