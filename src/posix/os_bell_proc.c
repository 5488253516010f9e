/* Bells on Linux: a pipe without a name, which others reach as /proc/PID/fd/NUMBER.
 *
 * The kernel lets those do so that could also trace the waiter, and takes all of it back when the
 * waiter is gone. By then the number may be another process's and mean anything: whoever rings
 * looks first, without opening, whether it still is that pipe. */
#include "posix.h"

#include "os/bell.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ring[1] = {1};

/* No two pipes that exist have it alike. */
static uint64_t mark_of(const struct stat *about) {
    return (uint64_t)about->st_dev << 48 ^ (uint64_t)about->st_ino;
}

/* Opens what a descriptor of this process stands for, once more. */
static int open_again(int fd) {
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    /* For both ways: a pipe whose other end has gone neither ends nor raises a signal then. */
    return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static apr_status_t make_pipe(int *fd) {
    int ends[2];

    if (brood__pipe(ends) != 0) {
        return BROOD_OS_ERROR;
    }
    *fd = open_again(ends[0]);
    apr_status_t status = *fd < 0 ? BROOD_OS_ERROR : APR_SUCCESS;
    if (APR_STATUS_IS_ENOENT(status) || APR_STATUS_IS_ENOTDIR(status) ||
        APR_STATUS_IS_EACCES(status)) {
        status = APR_ENOTIMPL; /* no /proc here */
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    return status;
}

apr_status_t brood_os_bell_open(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;
    struct stat about;
    int fd = -1;

    *bell = none;
    BROOD_FAULT("os.bell_open");
    apr_status_t status = make_pipe(&fd);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (fstat(fd, &about) != 0) {
        status = BROOD_OS_ERROR;
        (void)close(fd);
        return status;
    }
    bell->handle = fd;
    bell->name[0] = (uint64_t)(uint32_t)getpid() << 32 | (uint32_t)fd;
    bell->name[1] = mark_of(&about);
    return APR_SUCCESS;
}

void brood_os_bell_close(brood_os_bell_t *bell) {
    const brood_os_bell_t none = BROOD_OS_BELL_INIT;

    if (bell->handle != BROOD_OS_NO_HANDLE) {
        (void)close(brood__fd(bell->handle));
    }
    *bell = none;
}

void brood_os_bell_clear(const brood_os_bell_t *bell) {
    char rings[64];

    while (read(brood__fd(bell->handle), rings, sizeof rings) == (ssize_t)sizeof rings) {
        /* ends when there is less than that, which was all */
    }
}

void brood_os_bell_ring(const uint64_t name[2]) {
    char path[64];
    struct stat about;
    int found, fd;

    (void)snprintf(path, sizeof path, "/proc/%u/fd/%u", (unsigned)(name[0] >> 32),
                   (unsigned)(name[0] & UINT32_MAX));
    found = open(path, O_PATH | O_CLOEXEC);
    if (found < 0) {
        return;
    }
    if (fstat(found, &about) == 0 && S_ISFIFO(about.st_mode) &&
        mark_of(&about) == name[1]) {
        fd = open_again(found);
        if (fd >= 0) {
            ssize_t written = write(fd, ring, sizeof ring);
            (void)written; /* full: it rings */
            (void)close(fd);
        }
    }
    (void)close(found);
}

void brood_os_bell_forget(const uint64_t name[2]) {
    (void)name; /* the kernel has */
}
