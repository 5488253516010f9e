/* The shared memory that other processes of this user have open, seen from outside. */
#ifndef BROOD_OS_OUTSIDE_H
#define BROOD_OS_OUTSIDE_H

#include "os/types.h"

/* What is found: a process's number, and a handle of the caller's own, which `each` closes or
 * keeps. It may be found again with every process, and more than once with one. */
typedef apr_status_t brood_os_outside_each_t(void *data, int64_t pid,
                                             brood_os_handle_t memory);

/* Calls `each` with all objects of shared memory that some process of this user has open and
 * that brood_os_memory_create() may have made, until it returns something else than
 * APR_SUCCESS, which is then returned. `write` 0: the handles are good for
 * brood_os_outside_read() alone; 1: for everything in os/memory.h, too. Nothing is asked of
 * those processes; what comes or goes meanwhile may be missed, and what the system does not let
 * this process see is left out. The contents may be anything. APR_ENOTIMPL: the system has no
 * way to look into another process's handles. */
apr_status_t brood_os_outside_find(brood_os_outside_each_t *each, void *data, int write);

/* Copies `size` bytes from `offset` on; memory that is not there is an error, never a signal.
 * APR_EOF: it ends before that. A word that changes meanwhile may be copied in pieces. */
apr_status_t brood_os_outside_read(brood_os_handle_t memory, uint64_t offset, void *bytes,
                                   size_t size);

#endif
