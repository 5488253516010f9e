/* Descriptors: duplicate, close, and carry to another process with SCM_RIGHTS. */
#include "posix.h"

#include "os/handle.h"
#include "deadline.h"
#include "quiet.h"
#include "status.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* The most that any kernel here puts into one message (Linux: SCM_MAX_FD, 253). With room for
 * all of them, what a peer sends too much arrives and can be closed. */
#define ARRIVING_MAX 256

#ifdef MSG_CMSG_CLOEXEC
#define RECEIVE_FLAGS MSG_CMSG_CLOEXEC
#else
#define RECEIVE_FLAGS 0
#endif

/* The union gives the buffers the alignment of a control message's header. */
typedef union outgoing_t {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(BROOD_OS_HANDLES_MAX * sizeof(int))];
} outgoing_t;

typedef union arriving_t {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(ARRIVING_MAX * sizeof(int))];
} arriving_t;

int brood__close_on_exec(int fd) {
    int flags = fcntl(fd, F_GETFD);

    return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

int brood__pipe(int ends[2]) {
#ifdef BROOD_HAVE_PIPE2
    return pipe2(ends, O_CLOEXEC);
#else
    if (pipe(ends) != 0) {
        return -1;
    }
    (void)brood__close_on_exec(ends[0]);
    (void)brood__close_on_exec(ends[1]);
    return 0;
#endif
}

int brood__above_standard(int fd) {
    int moved;

    if (fd < 0 || fd > STDERR_FILENO) {
        return fd;
    }
    moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) {
        return fd;
    }
    (void)close(fd);
    return moved;
}

/* Not below 3: in a process whose standard streams were closed, nothing of ours may become
 * what others take for standard output. */
apr_status_t brood_os_handle_duplicate(brood_os_handle_t handle,
                                       brood_os_handle_t *copy) {
    int fd;

    *copy = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.handle_duplicate");
    fd = fcntl(brood__fd(handle), F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    brood__stream_forget(fd);
    *copy = fd;
    return APR_SUCCESS;
}

/* close() is not repeated after EINTR: Linux and the BSDs have released the number by then, and
 * a second close could hit another thread's new descriptor. */
brood_os_handle_t brood_os_handle_close(brood_os_handle_t handle) {
    if (handle != BROOD_OS_NO_HANDLE) {
        (void)close(brood__fd(handle));
    }
    return BROOD_OS_NO_HANDLE;
}

/* sendmsg() until the deadline. The message has one byte of data, so it goes whole or not. */
static apr_status_t send_message(int fd, const struct msghdr *message,
                                 brood_os_deadline_t deadline) {
    int flags = MSG_NOSIGNAL | (deadline == BROOD_OS_FOREVER ? 0 : MSG_DONTWAIT);

    brood__no_sigpipe(fd);
    for (;;) {
        apr_status_t status;

        if (BROOD_SEND_MAY_WAIT && deadline != BROOD_OS_FOREVER) {
            status = brood__wait_fd(fd, POLLOUT, deadline);
            if (status != APR_SUCCESS) {
                return status;
            }
        }
        if (sendmsg(fd, message, flags) >= 0) {
            return APR_SUCCESS;
        }
        status = BROOD_OS_ERROR;
        if (APR_STATUS_IS_EINTR(status)) {
            continue;
        }
        if (APR_STATUS_IS_EAGAIN(status)) {
            status = brood__wait_fd(fd, POLLOUT, deadline);
            if (status == APR_SUCCESS) {
                continue;
            }
        }
        return APR_STATUS_IS_ECONNRESET(status) ? APR_EPIPE : status;
    }
}

/* One message: the descriptors, and one byte of data that says how many they are, because
 * descriptors travel only with data. */
apr_status_t brood_os_handles_send(brood_os_handle_t stream,
                                   const brood_os_process_t *peer,
                                   const brood_os_handle_t *handles, size_t count,
                                   brood_os_deadline_t deadline) {
    outgoing_t control;
    unsigned char number = (unsigned char)count;
    struct iovec data = {&number, 1};
    struct msghdr message;
    int fds[BROOD_OS_HANDLES_MAX];
    size_t i;

    (void)peer;
    BROOD_FAULT("os.handles_send");
    if (count == 0 || count > BROOD_OS_HANDLES_MAX) {
        return APR_EINVAL;
    }
    for (i = 0; i < count; i++) {
        fds[i] = brood__fd(handles[i]);
    }
    memset(&control, 0, sizeof control);
    memset(&message, 0, sizeof message);
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    return send_message(brood__fd(stream), &message, deadline);
}

/* recvmsg() until the deadline. One byte is asked for, so a second message is not touched. */
static apr_status_t receive_message(int fd, struct msghdr *message,
                                    brood_os_deadline_t deadline) {
    int flags = RECEIVE_FLAGS | (deadline == BROOD_OS_FOREVER ? 0 : MSG_DONTWAIT);
    const socklen_t room = (socklen_t)message->msg_controllen;

    for (;;) {
        apr_status_t status;
        ssize_t got;

        message->msg_controllen = room;
        got = recvmsg(fd, message, flags);
        if (got > 0) {
            return APR_SUCCESS;
        }
        if (got == 0) {
            return APR_EOF;
        }
        status = BROOD_OS_ERROR;
        if (APR_STATUS_IS_EINTR(status)) {
            continue;
        }
        if (APR_STATUS_IS_EAGAIN(status)) {
            status = brood__wait_fd(fd, POLLIN, deadline);
            if (status == APR_SUCCESS) {
                continue;
            }
        }
        return APR_STATUS_IS_ECONNRESET(status) ? APR_EOF : status;
    }
}

#if defined(__GNUC__)
/* The macros of musl mix sizes with differences of pointers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif

/* Takes all descriptors out of a message: they are ours from now on, wanted or not. */
static size_t take_descriptors(struct msghdr *message, int fds[ARRIVING_MAX]) {
    size_t taken = 0;
    struct cmsghdr *part;

    for (part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
        size_t bytes, i;

        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        bytes = (size_t)((char *)part + part->cmsg_len - (char *)CMSG_DATA(part));
        for (i = 0; i + sizeof(int) <= bytes && taken < ARRIVING_MAX; i += sizeof(int)) {
            memcpy(&fds[taken], CMSG_DATA(part) + i, sizeof(int));
#ifndef MSG_CMSG_CLOEXEC
            (void)brood__close_on_exec(fds[taken]);
#endif
            fds[taken] = brood__above_standard(fds[taken]);
            taken++;
        }
    }
    return taken;
}

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

apr_status_t brood_os_handles_receive(brood_os_handle_t stream,
                                      brood_os_handle_t *handles, size_t count,
                                      brood_os_deadline_t deadline) {
    arriving_t control;
    unsigned char number = 0;
    struct iovec data = {&number, 1};
    struct msghdr message;
    int fds[ARRIVING_MAX];
    size_t taken, i;
    apr_status_t status;

    for (i = 0; i < count; i++) {
        handles[i] = BROOD_OS_NO_HANDLE;
    }
    BROOD_FAULT("os.handles_receive");
    if (count == 0 || count > BROOD_OS_HANDLES_MAX) {
        return APR_EINVAL;
    }
    memset(&message, 0, sizeof message);
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    status = receive_message(brood__fd(stream), &message, deadline);
    if (status != APR_SUCCESS) {
        return status;
    }
    taken = take_descriptors(&message, fds);
    if (taken == count && number == count && (message.msg_flags & MSG_CTRUNC) == 0) {
        for (i = 0; i < count; i++) {
            brood__stream_forget(fds[i]);
            handles[i] = fds[i];
        }
        return APR_SUCCESS;
    }
    for (i = 0; i < taken; i++) {
        (void)close(fds[i]);
    }
    /* There was room for all that a kernel sends: cut off means that they could not be
     * opened here. */
    return brood__fail(APR_EGENERAL, "%lu handles were expected, %lu came%s",
                       (unsigned long)count, (unsigned long)taken,
                       (message.msg_flags & MSG_CTRUNC) != 0
                           ? "; the others could not be opened (limit of open files?)"
                           : "");
}

/* For systems without a directory of descriptors: tries numbers until as many open ones are
 * found as the system says there are. */
static apr_status_t list_by_trying(brood_os_handle_t *handles, size_t capacity,
                                   size_t *count) {
    int open_count = brood__descriptor_count();
    size_t found = 0;
    int fd;

    if (open_count < 0) {
        return APR_ENOTIMPL;
    }
    for (fd = 0; found < (size_t)open_count && fd < getdtablesize(); fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            if (found < capacity) {
                handles[found] = fd;
            }
            found++;
        }
    }
    *count = found;
    return APR_SUCCESS;
}

apr_status_t brood_os_handle_list(brood_os_handle_t *handles, size_t capacity,
                                  size_t *count) {
    DIR *directory;
    struct dirent *entry;
    size_t found = 0;

    *count = 0;
    BROOD_FAULT("os.handle_list");
    if (brood__descriptor_directory == NULL) {
        return list_by_trying(handles, capacity, count);
    }
    directory = opendir(brood__descriptor_directory);
    if (directory == NULL) {
        return BROOD_OS_ERROR;
    }
    while ((entry = readdir(directory)) != NULL) {
        char *end;
        long number = strtol(entry->d_name, &end, 10);

        if (end == entry->d_name || *end != '\0' || number == dirfd(directory)) {
            continue; /* "." and "..", and the descriptor that reads the directory */
        }
        if (found < capacity) {
            handles[found] = (brood_os_handle_t)number;
        }
        found++;
    }
    (void)closedir(directory);
    *count = found;
    return APR_SUCCESS;
}
