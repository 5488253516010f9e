/* What the kinds of shared memory object share. */
#ifndef BROOD_POSIX_MEMORY_OBJECT_H
#define BROOD_POSIX_MEMORY_OBJECT_H

#include "posix.h"
#include <pthread.h>
#include <signal.h>

/* Opens an empty object without a name that only this user can open. */
apr_status_t brood__memory_shm(int *fd);

/* Gives a new object its size; the rest of it is zero. */
apr_status_t brood__memory_resize(int fd, uint64_t size);

/* No signal while pages are reserved: the kernel gives an interrupted reservation back whole, so
 * that a timer of the program could keep a large one from ever being done. */
static inline void brood__signals_block(sigset_t *before) {
    sigset_t all;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, before);
}

static inline void brood__signals_restore(const sigset_t *before) {
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

#endif
