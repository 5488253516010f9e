/* What the seam keeps for each thread of this process. */
#ifndef BROOD_WIN32_THREAD_H
#define BROOD_WIN32_THREAD_H

#include "system.h"

#include <stdatomic.h>

/* All zero for a new thread. Only the thread writes; others read the handles. */
typedef struct brood__thread_t {
    struct brood__thread_t *next; /* of all threads that have a record */
    _Atomic(HANDLE) io_event;   /* manual reset; completes this thread's overlapped calls */
    _Atomic(HANDLE) park_event; /* auto reset, named; the thread's spot tells its name */
    uint32_t spot;              /* index of the spot + 1; 0: none */
    uint32_t attachment;        /* the attachment that the spot belongs to */
} brood__thread_t;

/* The calling thread's record, or NULL when there is no memory or no slot for it. It goes,
 * with its events and its spot, when the thread ends. */
brood__thread_t *brood__thread_self(void);

/* The thread's event for overlapped calls, or NULL with the error left for
 * GetLastError(). */
HANDLE brood__thread_io_event(void);

/* Whether some thread's record holds this handle. */
int brood__thread_keeps(HANDLE handle);

/* Gives the thread's spot back; of os_park.c, called when the thread ends. */
void brood__park_thread_ends(brood__thread_t *thread);

#endif
