/* Byte streams: pipes and socket pairs, and waiting for them.
 *
 * Descriptions stay in blocking mode, always: a child may share them, and O_NONBLOCK would be
 * its surprise. Who must not wait asks for it with the single call (MSG_DONTWAIT), or polls
 * first. Writing is in os_stream_write.c. */
#include "posix.h"

#include "os/stream.h"
#include "deadline.h"
#include "quiet.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The most that one read or write asks for; macOS refuses more than INT_MAX. */
#define TRANSFER_MAX ((size_t)1 << 30)

/* Up to so many things are waited for without allocating. */
#define SMALL_SET 64

_Atomic unsigned char brood__stream_hints[BROOD_STREAM_HINTS];

/* A pipe, not a socket pair used in one direction: it moves small messages faster (bench/). */
apr_status_t brood_os_stream_pipe(brood_os_handle_t *reader, brood_os_handle_t *writer) {
    int ends[2];

    *reader = *writer = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.stream_pipe");
    if (brood__pipe(ends) != 0) {
        return BROOD_OS_ERROR;
    }
    ends[0] = brood__above_standard(ends[0]);
    ends[1] = brood__above_standard(ends[1]);
    brood__stream_set_pipe(ends[0], 1);
    brood__stream_set_pipe(ends[1], 1);
    *reader = ends[0];
    *writer = ends[1];
    return APR_SUCCESS;
}

/* Every end blocks, and is fit for anybody. */
apr_status_t brood_os_stream_pipe_for(brood_os_handle_t *reader,
                                      brood_os_handle_t *writer, unsigned strangers) {
    (void)strangers;
    return brood_os_stream_pipe(reader, writer);
}

/* Without O_NONBLOCK the other end of a FIFO, or a modem's carrier, would be waited for, for ever.
 * Who gets the file expects it to block. */
apr_status_t brood_os_file_open(brood_os_handle_t *file, const char *path,
                                brood_os_file_how_t how) {
    static const int flags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_APPEND};
    apr_status_t status;
    int fd;

    *file = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.file_open");
    do { /* ends when it is open or cannot be */
        fd = open(path, flags[how] | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    if (fcntl(fd, F_SETFL, flags[how]) != 0) {
        status = BROOD_OS_ERROR;
        (void)close(fd);
        return status;
    }
    *file = fd;
    return APR_SUCCESS;
}

static int make_pair(int ends[2]) {
#ifdef SOCK_CLOEXEC
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
#else
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return -1;
    }
    (void)brood__close_on_exec(ends[0]);
    (void)brood__close_on_exec(ends[1]);
    return 0;
#endif
}

apr_status_t brood_os_stream_pair(brood_os_handle_t *one, brood_os_handle_t *other) {
    int ends[2];

    *one = *other = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.stream_pair");
    if (make_pair(ends) != 0) {
        return BROOD_OS_ERROR;
    }
    ends[0] = brood__above_standard(ends[0]);
    ends[1] = brood__above_standard(ends[1]);
    brood__stream_set_pipe(ends[0], 0);
    brood__stream_set_pipe(ends[1], 0);
    *one = ends[0];
    *other = ends[1];
    return APR_SUCCESS;
}

/* Without end: a bare read(). With a deadline: a socket is tried without waiting; what is no
 * socket, or empty, is polled first. A read after poll() does not block, as there is one
 * reader at a time. */
apr_status_t brood_os_stream_read(brood_os_handle_t stream, void *buffer, size_t *length,
                                  brood_os_deadline_t deadline) {
    const int fd = brood__fd(stream);
    const size_t wanted = *length < TRANSFER_MAX ? *length : TRANSFER_MAX;
    const int endless = deadline == BROOD_OS_FOREVER;
    int poll_first = !endless && brood__stream_is_pipe(fd);

    *length = 0;
    BROOD_FAULT("os.stream_read");
    if (wanted == 0) {
        return APR_EINVAL;
    }
    for (;;) {
        apr_status_t status;
        ssize_t got;

        if (poll_first) {
            status = brood__wait_fd(fd, POLLIN, deadline);
            if (status != APR_SUCCESS) {
                return status;
            }
        }
        got = endless || poll_first ? read(fd, buffer, wanted)
                                    : recv(fd, buffer, wanted, MSG_DONTWAIT);
        if (got > 0) {
            *length = (size_t)got;
            return APR_SUCCESS;
        }
        if (got == 0) {
            return APR_EOF;
        }
        status = BROOD_OS_ERROR;
        if (APR_STATUS_IS_EINTR(status)) {
            continue;
        }
        if (APR_STATUS_IS_ENOTSOCK(status)) {
            brood__stream_set_pipe(fd, 1);
            poll_first = 1;
        } else if (APR_STATUS_IS_EAGAIN(status)) {
            poll_first = 1;
        } else {
            /* A socket says this when the peer went with bytes of ours unread. */
            return APR_STATUS_IS_ECONNRESET(status) ? APR_EOF : status;
        }
    }
}

apr_status_t brood_os_stream_readable(brood_os_handle_t stream,
                                      brood_os_deadline_t deadline) {
    BROOD_FAULT("os.stream_readable");
    return brood__wait_fd(brood__fd(stream), POLLIN, deadline);
}

apr_status_t brood_os_stream_finish(brood_os_handle_t stream) {
    apr_status_t status;

    BROOD_FAULT("os.stream_finish");
    if (shutdown(brood__fd(stream), SHUT_WR) == 0) {
        return APR_SUCCESS;
    }
    status = BROOD_OS_ERROR;
    if (APR_STATUS_IS_ENOTSOCK(status)) {
        return APR_ENOTIMPL;
    }
    /* macOS says this when the peer is gone: nothing is left to be ended. */
    return status == APR_FROM_OS_ERROR(ENOTCONN) ? APR_SUCCESS : status;
}

/* Fills `polled` from the set, leaving out what has no handle, and polls. */
static apr_status_t poll_set(brood_os_waitable_t *set, size_t count,
                             struct pollfd *polled, brood_os_deadline_t deadline) {
    apr_status_t status = APR_SUCCESS;
    size_t i, used = 0;
    int ready;

    for (i = 0; i < count; i++) {
        if (set[i].handle != BROOD_OS_NO_HANDLE) {
            polled[used].fd = brood__fd(set[i].handle);
            polled[used].events = set[i].kind == BROOD_OS_WAIT_ROOM ? POLLOUT : POLLIN;
            polled[used].revents = 0;
            used++;
        }
    }
    ready = brood__poll(polled, (nfds_t)used, deadline);
    if (ready < 0) {
        return BROOD_OS_ERROR;
    }
    if (ready == 0) {
        return APR_TIMEUP;
    }
    for (i = used = 0; i < count; i++) {
        if (set[i].handle != BROOD_OS_NO_HANDLE) {
            set[i].ready = polled[used].revents != 0;
            if ((polled[used].revents & POLLNVAL) != 0) {
                status = APR_FROM_OS_ERROR(EBADF);
            }
            used++;
        }
    }
    return status;
}

/* Watches and bells become readable, too (a pidfd when the process has ended, a kqueue
 * when it holds an event), so poll() serves for all kinds. */
apr_status_t brood_os_wait_any(brood_os_waitable_t *set, size_t count,
                               brood_os_deadline_t deadline) {
    struct pollfd few[SMALL_SET];
    struct pollfd *polled = few;
    apr_status_t status;
    size_t i;

    for (i = 0; i < count; i++) {
        set[i].ready = 0;
    }
    BROOD_FAULT("os.wait_any");
    if (count > SMALL_SET) {
        polled = calloc(count, sizeof *polled);
        if (polled == NULL) {
            return APR_ENOMEM;
        }
    }
    status = poll_set(set, count, polled, deadline);
    if (polled != few) {
        free(polled);
    }
    return status;
}
