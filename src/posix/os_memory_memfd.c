/* Shared memory by memfd: no name at any time, and sealed, so that no process that holds it can
 * make another one's access fail by resizing it. */
#include "posix.h"

#include "memory_object.h"
#include "os/memory.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

/* From this size on, a reservation is first held against what the machine has left. */
#define LARGE ((uint64_t)16 << 20)

/* Without the right to execute, which Linux 6.3 warns about when it is not said. Older kernels
 * refuse the flag. Where memfds are missing or forbidden, an unlinked object of shm_open() does
 * the same but cannot be sealed. */
static apr_status_t open_object(int *fd) {
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;

    *fd = (int)syscall(SYS_memfd_create, "brood", flags | MFD_NOEXEC_SEAL);
    if (*fd < 0 && errno == EINVAL) {
        *fd = (int)syscall(SYS_memfd_create, "brood", flags);
    }
    if (*fd >= 0) {
        *fd = brood__above_standard(*fd);
        return APR_SUCCESS;
    }
    if (errno == ENOSYS || errno == EPERM || errno == EACCES) {
        return brood__memory_shm(fd);
    }
    return BROOD_OS_ERROR;
}

/* "MemAvailable:   123 kB" out of /proc/meminfo, in bytes; 0 when it is not there. */
static uint64_t read_amount(const char *text, const char *name) {
    const char *at = strstr(text, name);

    return at == NULL ? 0 : (uint64_t)strtoull(at + strlen(name), NULL, 10) * 1024;
}

/* A memfd is limited by nothing but the machine's memory, and a kernel that overcommits goes on
 * filling it until it has to kill somebody. So a large reservation is refused here when it
 * clearly does not fit. */
static apr_status_t check_available(uint64_t length) {
    char text[2048];
    uint64_t available;
    ssize_t got;
    int fd;

    if (length < LARGE) {
        return APR_SUCCESS;
    }
    fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return APR_SUCCESS; /* not to be told; the kernel has the last word anyway */
    }
    got = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (got <= 0) {
        return APR_SUCCESS;
    }
    text[got] = '\0';
    available = read_amount(text, "MemAvailable:");
    if (available != 0 && length > available + read_amount(text, "SwapFree:")) {
        return APR_ENOMEM;
    }
    return APR_SUCCESS;
}

static apr_status_t reserve(int fd, uint64_t offset, uint64_t length) {
    apr_status_t status;
    sigset_t before;

    if (length == 0) {
        return APR_SUCCESS;
    }
    status = check_available(length);
    if (status != APR_SUCCESS) {
        return status;
    }
    brood__signals_block(&before);
    do {
        status = fallocate(fd, 0, (off_t)offset, (off_t)length) == 0 ? APR_SUCCESS
                                                                     : BROOD_OS_ERROR;
    } while (APR_STATUS_IS_EINTR(status)); /* a stop and continue do that, too */
    brood__signals_restore(&before);
    return status;
}

apr_status_t brood_os_memory_create(brood_os_handle_t *memory, uint64_t size,
                                    uint64_t committed) {
    apr_status_t status;
    int fd;

    *memory = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.memory_create");
    if (size == 0 || committed > size) {
        return APR_EINVAL;
    }
    status = open_object(&fd);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = brood__memory_resize(fd, size);
    if (status == APR_SUCCESS) {
        status = reserve(fd, 0, committed);
    }
    if (status != APR_SUCCESS) {
        (void)close(fd);
        return status;
    }
    /* Both fail for what came from shm_open(): it is 0600 already and cannot be sealed. */
    (void)fchmod(fd, 0600);
    (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    *memory = fd;
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_commit(brood_os_handle_t memory, uint64_t offset,
                                    size_t length, void *address) {
    (void)address;
    BROOD_FAULT("os.memory_commit");
    if (offset > INT64_MAX - (uint64_t)length) {
        return APR_EINVAL;
    }
    return reserve(brood__fd(memory), offset, length);
}

apr_status_t brood_os_memory_decommit(brood_os_handle_t memory, uint64_t offset,
                                      size_t length) {
    BROOD_FAULT("os.memory_decommit");
    if (offset > INT64_MAX - (uint64_t)length) {
        return APR_EINVAL;
    }
    while (fallocate(brood__fd(memory), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                     (off_t)offset, (off_t)length) != 0) {
        if (errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
}
