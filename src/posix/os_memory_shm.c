/* Shared memory by shm_open(): under a random name for a moment, then without one.
 *
 * Such an object cannot be sealed: a process that holds it could shrink it, and the others'
 * accesses would then raise SIGBUS. None of ours does. Reserving pages is as good as the system
 * allows: where there is no posix_fallocate() for such objects (macOS, OpenBSD) each page is
 * touched, which makes it present now; macOS backs it with swap that it never refuses, and a
 * system that keeps such objects in files may raise SIGBUS when the file system is full. */
#include "posix.h"

#include "memory_object.h"
#include "os/memory.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__)
#define HAS_FALLOCATE 1
#else
#define HAS_FALLOCATE 0
#endif

/* How much is mapped at a time for touching it. */
#define WINDOW ((uint64_t)32 << 20)

/* Writes every page without changing it: or-ing zero, atomically, as others may be at work. */
static void touch(void *address, size_t length) {
    const size_t page = brood_os_memory_granularity();
    size_t at;

    for (at = 0; at < length; at += page) {
        (void)atomic_fetch_or_explicit((_Atomic unsigned char *)address + at, 0,
                                       memory_order_relaxed);
    }
}

static apr_status_t touch_range(int fd, uint64_t offset, uint64_t length) {
    while (length > 0) {
        size_t part = (size_t)(length < WINDOW ? length : WINDOW);
        void *mapped =
            mmap(NULL, part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

        if (mapped == MAP_FAILED) {
            return BROOD_OS_ERROR;
        }
        touch(mapped, part);
        (void)munmap(mapped, part);
        offset += part;
        length -= part;
    }
    return APR_SUCCESS;
}

static apr_status_t reserve(int fd, uint64_t offset, uint64_t length) {
#if HAS_FALLOCATE
    sigset_t before;
    int error;

    if (length == 0) {
        return APR_SUCCESS;
    }
    brood__signals_block(&before);
    do {
        error = posix_fallocate(fd, (off_t)offset, (off_t)length);
    } while (error == EINTR); /* a stop and continue do that, too */
    brood__signals_restore(&before);
    if (error != EINVAL && error != EOPNOTSUPP && error != ENODEV) {
        return APR_FROM_OS_ERROR(error);
    }
    /* Not for objects of this kind, then. */
#endif
    return touch_range(fd, offset, length);
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
    status = brood__memory_shm(&fd);
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
#ifdef FALLOC_FL_PUNCH_HOLE
    while (fallocate(brood__fd(memory), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                     (off_t)offset, (off_t)length) != 0) {
        if (errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
#else
    (void)memory;
    return APR_ENOTIMPL;
#endif
}
