/* Writing to a stream: no SIGPIPE, and never past the deadline.
 *
 * Sockets take both wishes with the call (MSG_NOSIGNAL, MSG_DONTWAIT). Pipes do so on Linux
 * 6.18 and later, through pwritev2(). Elsewhere SIGPIPE is blocked in this thread around the
 * write and taken away if it came; and after POLLOUT a pipe takes PIPE_BUF bytes at once. */
#include "posix.h"

#include "os/stream.h"
#include "deadline.h"
#include "quiet.h"
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#define TRANSFER_MAX ((size_t)1 << 30)

/* POSIX guarantees 512; some systems leave the macro out because it depends on the file. */
#ifdef PIPE_BUF
#define PIPE_PIECE PIPE_BUF
#else
#define PIPE_PIECE 512
#endif

#ifdef F_SETNOSIGPIPE
static ssize_t write_masked(int fd, const void *buffer, size_t size) {
    brood__no_sigpipe(fd);
    return write(fd, buffer, size);
}
#else
/* Takes back the SIGPIPE that the write has raised; it waits for this thread. */
static void take_sigpipe(const sigset_t *sigpipe) {
#if defined(_POSIX_REALTIME_SIGNALS) && _POSIX_REALTIME_SIGNALS > 0
    const struct timespec none = {0, 0};

    while (sigtimedwait(sigpipe, NULL, &none) < 0 && errno == EINTR) {
        /* interrupted by another signal: try again */
    }
#else
    sigset_t pending;
    int taken;

    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE)) {
        (void)sigwait(sigpipe, &taken);
    }
#endif
}

static ssize_t write_masked(int fd, const void *buffer, size_t size) {
    sigset_t sigpipe, before, pending;
    ssize_t written;
    int error;

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    if (sigismember(&before, SIGPIPE)) {
        /* The caller blocks it already. A signal that waits for him stays his. */
        int was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE);

        written = write(fd, buffer, size);
        error = errno;
        if (written < 0 && error == EPIPE && !was_pending) {
            take_sigpipe(&sigpipe);
        }
    } else {
        written = write(fd, buffer, size);
        error = errno;
        if (written < 0 && error == EPIPE) {
            take_sigpipe(&sigpipe);
        }
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    errno = error;
    return written;
}
#endif

#ifdef __linux__
#define FLAG_NOWAIT 0x00000008   /* RWF_NOWAIT, for pipes since Linux 6.4 */
#define FLAG_NOSIGNAL 0x00000100 /* RWF_NOSIGNAL, since Linux 6.18 */

/* One call that does all, where the kernel knows the flags. Returns 0 where it does not. */
static int write_flagged(int fd, const void *buffer, size_t size, int endless,
                         ssize_t *written) {
    static _Atomic int is_missing;
    struct iovec data = {(void *)(uintptr_t)buffer, size};

    if (atomic_load_explicit(&is_missing, memory_order_relaxed)) {
        return 0;
    }
    /* The call itself: older C libraries lack the wrapper. Both halves of the position are -1,
     * which means where the file stands. */
    *written = syscall(SYS_pwritev2, fd, &data, 1UL, -1L, -1L,
                       FLAG_NOSIGNAL | (endless ? 0 : FLAG_NOWAIT));
    if (*written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) {
        return 1;
    }
    if (endless) { /* without: it may be this file that cannot do NOWAIT */
        atomic_store_explicit(&is_missing, 1, memory_order_relaxed);
    }
    return 0;
}
#endif

/* What is no socket, or cannot be asked not to wait. `polled`: POLLOUT was seen just now. */
static ssize_t write_pipe(int fd, const void *buffer, size_t size, int endless,
                          int polled) {
#ifdef __linux__
    ssize_t written;

    if (write_flagged(fd, buffer, size, endless, &written)) {
        return written;
    }
#endif
    if (!endless) {
        if (!polled) {
            errno = EAGAIN;
            return -1;
        }
        if (size > PIPE_PIECE) {
            size = PIPE_PIECE;
        }
    }
    return write_masked(fd, buffer, size);
}

apr_status_t brood_os_stream_write(brood_os_handle_t stream, const void *buffer,
                                   size_t *length, brood_os_deadline_t deadline) {
    const int fd = brood__fd(stream);
    const size_t wanted = *length < TRANSFER_MAX ? *length : TRANSFER_MAX;
    const int endless = deadline == BROOD_OS_FOREVER;
    const int flags = MSG_NOSIGNAL | (endless ? 0 : MSG_DONTWAIT);
    int is_pipe = brood__stream_is_pipe(fd);
    int polled = 0;

    *length = 0;
    BROOD_FAULT("os.stream_write");
    if (wanted == 0) {
        return APR_EINVAL;
    }
    for (;;) {
        apr_status_t status;
        ssize_t written;

        if (is_pipe || (BROOD_SEND_MAY_WAIT && !endless)) {
            written = write_pipe(fd, buffer, wanted, endless, polled);
        } else {
            brood__no_sigpipe(fd);
            written = send(fd, buffer, wanted, flags);
        }
        if (written >= 0) {
            *length = (size_t)written;
            return APR_SUCCESS;
        }
        status = BROOD_OS_ERROR;
        if (APR_STATUS_IS_EINTR(status)) {
            continue;
        }
        if (APR_STATUS_IS_ENOTSOCK(status) && !is_pipe) {
            brood__stream_set_pipe(fd, 1);
            is_pipe = 1;
        } else if (APR_STATUS_IS_EAGAIN(status)) {
            status = brood__wait_fd(fd, POLLOUT, deadline);
            if (status != APR_SUCCESS) {
                return status;
            }
            polled = 1;
        } else {
            return APR_STATUS_IS_ECONNRESET(status) ? APR_EPIPE : status;
        }
    }
}
