/* What the ways of telling life from death share where there is a /proc like Linux's. */
#ifndef BROOD_POSIX_IDENTITY_PROC_H
#define BROOD_POSIX_IDENTITY_PROC_H

#include "os/identity.h"
#include "posix.h"

typedef struct brood_proc_t {
    char state;            /* R, S, D, T, t, Z, X … */
    pid_t parent;
    unsigned long threads; /* 1 for a zombie that is all over */
    uint64_t birth;
} brood_proc_t;

/* Reads what /proc says. 0, or -1 with errno. */
int brood__proc_read(pid_t pid, brood_proc_t *about);

/* The same of one thread of a process. */
int brood__proc_read_thread(pid_t pid, pid_t thread, brood_proc_t *about);

/* Marks a birth that is the kernel's own number of the process (os_identity_pidfd.c); without it,
 * a birth is the start time that /proc tells. */
#define BROOD_BIRTH_IS_NUMBER ((uint64_t)1 << 63)

/* The start time of a process. Without a /proc it is 0, not known. */
apr_status_t brood__proc_birth(pid_t pid, uint64_t *birth);

/* Whether the number belongs to another process than that of the identity. Of a birth of 0, one
 * that its own process could not read, and of a number, which /proc does not tell, nothing can
 * be said. */
static inline int brood__proc_is_other(const brood_os_identity_t *identity,
                                       const brood_proc_t *about) {
    return identity->birth != 0 && (identity->birth & BROOD_BIRTH_IS_NUMBER) == 0 &&
           about->birth != identity->birth;
}

/* Judges a process without a handle. */
brood_os_life_t brood__proc_life(const brood_os_identity_t *identity);

#endif
