/* What the kinds of shared memory object share. */
#ifndef BROOD_POSIX_MEMORY_OBJECT_H
#define BROOD_POSIX_MEMORY_OBJECT_H

#include "posix.h"

/* Opens an empty object without a name that only this user can open. */
apr_status_t brood__memory_shm(int *fd);

/* Gives a new object its size; the rest of it is zero. */
apr_status_t brood__memory_resize(int fd, uint64_t size);

#endif
