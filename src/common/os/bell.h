/* Bells: what a thread waits for beside streams and processes when it also waits for a word in
 * shared memory, which no system lets it do at once.
 *
 * A bell is a handle of the waiter's (BROOD_OS_WAIT_BELL), and a name by which any process of the
 * same user rings it, without having inherited or opened anything. It says nothing but "look
 * again", and may ring for no reason. */
#ifndef BROOD_OS_BELL_H
#define BROOD_OS_BELL_H

#include "os/types.h"

typedef struct brood_os_bell_t {
    brood_os_handle_t handle;
    uint64_t name[2]; /* never all zero while there is a handle */
} brood_os_bell_t;

#define BROOD_OS_BELL_INIT    \
    {                         \
        BROOD_OS_NO_HANDLE, { \
            0, 0              \
        }                     \
    }

/* Makes one that does not ring. APR_ENOTIMPL: there is no such thing here. */
apr_status_t brood_os_bell_open(brood_os_bell_t *bell);

/* Lets go of it. Without a handle it does nothing. */
void brood_os_bell_close(brood_os_bell_t *bell);

/* It no longer rings, until somebody rings it again. */
void brood_os_bell_clear(const brood_os_bell_t *bell);

/* Rings the bell of that name until it is cleared. Never blocks. When it is gone, or cannot be
 * reached from here, nothing happens. */
void brood_os_bell_ring(const uint64_t name[2]);

/* The owner of the bell is dead: what the system has kept of it goes. */
void brood_os_bell_forget(const uint64_t name[2]);

#endif
