/* One overlapped operation of one thread on one pipe end. */
#ifndef BROOD_WIN32_PIPE_H
#define BROOD_WIN32_PIPE_H

#include "system.h"

typedef enum brood__direction_t {
    BROOD__READ,
    BROOD__WRITE
} brood__direction_t;

/* The status for an error of a read or a write: APR_EOF and APR_EPIPE when the other end
 * is gone. */
apr_status_t brood__pipe_error(brood__direction_t direction, DWORD error);

/* How many bytes lie in the pipe. APR_EOF: none, and the other end is gone. */
apr_status_t brood__pipe_peek(HANDLE pipe, DWORD *available);

/* Cancels a pending operation and returns when the system is done with it, however it
 * ended. */
void brood__pipe_take_back(HANDLE pipe, OVERLAPPED *operation);

/* Reads or writes `size` bytes and waits until the deadline. Always returns with nothing
 * pending: what the deadline interrupts is cancelled, and is a success all the same when it
 * was completed before the cancellation came. *done says how many bytes went; 0 bytes and
 * APR_SUCCESS are possible for a read. */
apr_status_t brood__pipe_transfer(HANDLE pipe, brood__direction_t direction, void *bytes,
                                  DWORD size, DWORD *done, brood_os_deadline_t deadline);

#endif
