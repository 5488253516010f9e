/* What the files of this folder share. Included first in each of them, because it says which
 * parts of the system's headers are wanted. */
#ifndef BROOD_POSIX_H
#define BROOD_POSIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
/* Sizes of shared memory do not fit into 32 bits, even where pointers do. */
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif

#include "os/fault.h"
#include "os/process.h"
#include "os/types.h"
#include <errno.h>
#include <sys/types.h>

/* The status of the system's last error. Read on the very next line after the call. */
#define BROOD_OS_ERROR APR_FROM_OS_ERROR(errno)

/* The descriptor behind a handle. */
static inline int brood__fd(brood_os_handle_t handle) {
    return (int)handle;
}

/* The signal behind a way to end a process; 0: none. */
int brood__signal_number(brood_os_end_t how);

/* 1 while this thread makes a child of ours, by fork() or by a vfork() that may be a fork() in
 * truth: the child's copy of it is what distinguishes it from a stranger's fork, after which
 * there is much to forget. */
extern _Thread_local int brood__is_forking;

/* The environment of this process. */
char **brood__environment(void);

/* Where the system lists the open descriptors of this process; NULL: nowhere. */
extern const char *const brood__descriptor_directory;

/* How many descriptors this process has open, where there is no such directory; a negative
 * number where the system does not say that either. */
int brood__descriptor_count(void);

/* Sets FD_CLOEXEC, for systems whose calls cannot do so at once. A fork in another thread
 * between the two steps would inherit the descriptor; brood_os_process_start() closes it. */
int brood__close_on_exec(int fd);

/* A pipe that programs do not inherit, not even one that another thread starts just now where the
 * system can see to that. 0, or -1 with errno. */
int brood__pipe(int ends[2]);

/* Moves a new descriptor away from the numbers of the standard streams, which it has got when those
 * are closed: what others print there must not go into it, least of all when it is the memory that
 * processes share. Returns its number from now on, the old one when there is no other left. */
int brood__above_standard(int fd);

#endif
