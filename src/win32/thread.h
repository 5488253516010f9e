/* What the seam keeps for each thread of this process. */
#ifndef BROOD_WIN32_THREAD_H
#define BROOD_WIN32_THREAD_H

#include "system.h"

/* All zero for a new thread. */
typedef struct brood__thread_t {
    HANDLE io_event;       /* manual reset; completes this thread's overlapped calls */
    HANDLE park_event;     /* auto reset, named; the thread's spot tells its name */
    uint32_t spot;         /* index of the spot + 1; 0: none */
    uint32_t attachment;   /* the attachment that the spot belongs to */
} brood__thread_t;

/* The calling thread's record, or NULL when there is no memory or no slot for it. It goes,
 * with its events and its spot, when the thread ends. */
brood__thread_t *brood__thread_self(void);

/* The thread's event for overlapped calls, or NULL with the error left for
 * GetLastError(). */
HANDLE brood__thread_io_event(void);

/* Gives the thread's spot back; of os_park.c, called when the thread ends. */
void brood__park_thread_ends(brood__thread_t *thread);

#endif
