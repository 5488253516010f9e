/* Writing without SIGPIPE, and telling sockets from pipes without asking each time. */
#ifndef BROOD_POSIX_QUIET_H
#define BROOD_POSIX_QUIET_H

#include "posix.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* Where the kernel raises SIGPIPE for the whole process (macOS, NetBSD), blocking it in the
 * writing thread does not help; there the description itself is told to raise none. It costs a
 * call for each write, but it holds for descriptors that others made, too. */
static inline void brood__no_sigpipe(int fd) {
#ifdef F_SETNOSIGPIPE
    (void)fcntl(fd, F_SETNOSIGPIPE, 1);
#else
    (void)fd;
#endif
}

/* macOS looks at MSG_DONTWAIT only when it receives. Who must not wait there polls first and
 * sends no more than has room after POLLOUT. */
#ifdef __APPLE__
#define BROOD_SEND_MAY_WAIT 1
#else
#define BROOD_SEND_MAY_WAIT 0
#endif

/* A hint for each descriptor number: was it something other than a socket when last used?
 * Wrong hints are harmless: the way for pipes is right for sockets, only slower, and the way
 * for sockets notices (ENOTSOCK). So it needs no lock and no care when numbers are reused. */
#define BROOD_STREAM_HINTS 1024
extern _Atomic unsigned char brood__stream_hints[BROOD_STREAM_HINTS];

static inline int brood__stream_is_pipe(int fd) {
    return fd < BROOD_STREAM_HINTS &&
           atomic_load_explicit(&brood__stream_hints[fd], memory_order_relaxed);
}

static inline void brood__stream_set_pipe(int fd, int is_pipe) {
    if (fd < BROOD_STREAM_HINTS) {
        atomic_store_explicit(&brood__stream_hints[fd], (unsigned char)is_pipe,
                              memory_order_relaxed);
    }
}

/* To be called where a new descriptor of unknown kind arrives. */
static inline void brood__stream_forget(int fd) {
    brood__stream_set_pipe(fd, 0);
}

#endif
