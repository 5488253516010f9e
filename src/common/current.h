/* This process, as Brood started it or found it. Internal.
 *
 * Small, and zero at first, as all is that a child which has just been forked writes: then it lies
 * together, and few pages are copied for it. */
#ifndef BROOD_COMMON_CURRENT_H
#define BROOD_COMMON_CURRENT_H

#include "os/types.h"
#include <stdatomic.h>

/* How an argument begins that tells a child where its boot stream is. */
#define BROOD__BOOT_OPTION "--brood-boot="

typedef struct brood__current_t {
    int entered;     /* written before anything here is read: one page fault, not two */
    int initialized; /* brood_init() has been called */
    int guarded;     /* with main's arguments: spawn is possible */
    int daemon;
    int end_with_parent;             /* as the option; a daemon's is at least 1 */
    int preloading;                  /* a forkserver that runs its preload function */
    char **arguments;                /* the program's own, NULL-terminated */
    char *program;                   /* its image; NULL: to be looked for, in a child */
    const void *self; /* in a forked child: its parent's object of it (process_object.h) */
    char label[64]; /* "" in the first process, "1" in its first child, "1:2", … */
    atomic_uint children; /* how many it has made */
} brood__current_t;

extern brood__current_t brood__current;

#endif
