/* Shared memory: what all kinds of object have in common. Making one, and reserving its pages,
 * is in os_memory_memfd.c and os_memory_shm.c. */
#include "posix.h"

#include "os/entropy.h"
#include "os/memory.h"
#include "memory_object.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* How large an object may be of which little is used: all of it is address space only. */
#if UINTPTR_MAX > UINT32_MAX
#define SPARSE_LIMIT ((uint64_t)64 << 30)
#else
#define SPARSE_LIMIT ((uint64_t)256 << 20)
#endif

/* An object through a name that lives for a moment: random, new, ours alone. Whoever guessed
 * it in that moment would have to be the same user. */
apr_status_t brood__memory_shm(int *fd) {
#ifdef SHM_ANON
    *fd = brood__above_standard(shm_open(SHM_ANON, O_RDWR | O_CLOEXEC, 0600));
    return *fd < 0 ? BROOD_OS_ERROR : APR_SUCCESS;
#else
    uint64_t random;
    char name[32]; /* macOS allows 31 */
    int tries;

    *fd = -1;
    for (tries = 0; tries < 16; tries++) {
        apr_status_t status = brood_os_random(&random, sizeof random);

        if (status != APR_SUCCESS) {
            return status;
        }
        (void)snprintf(name, sizeof name, "/brood.%08lx%08lx",
                       (unsigned long)(random >> 32),
                       (unsigned long)(random & 0xffffffffU));
        *fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (*fd >= 0) {
            (void)shm_unlink(name);
            (void)brood__close_on_exec(*fd); /* POSIX says it is set; it costs little */
            *fd = brood__above_standard(*fd);
            return APR_SUCCESS;
        }
        if (errno != EEXIST && errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_FROM_OS_ERROR(EEXIST);
#endif
}

/* ftruncate() beyond the limit of file sizes would raise SIGXFSZ, which kills; so the limit is
 * looked at first. */
apr_status_t brood__memory_resize(int fd, uint64_t size) {
    struct rlimit limit;

    if (size > INT64_MAX || (uint64_t)(off_t)size != size) {
        return APR_FROM_OS_ERROR(EFBIG);
    }
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        size > limit.rlim_cur) {
        return APR_FROM_OS_ERROR(EFBIG);
    }
    while (ftruncate(fd, (off_t)size) != 0) {
        if (errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_size(brood_os_handle_t memory, uint64_t *size) {
    struct stat about;

    *size = 0;
    BROOD_FAULT("os.memory_size");
    if (fstat(brood__fd(memory), &about) != 0) {
        return BROOD_OS_ERROR;
    }
    *size = about.st_size > 0 ? (uint64_t)about.st_size : 0;
    return APR_SUCCESS;
}

apr_status_t brood_os_memory_map(brood_os_handle_t memory, uint64_t offset, size_t length,
                                 void **address) {
    void *mapped;

    *address = NULL;
    BROOD_FAULT("os.memory_map");
    if (offset > INT64_MAX || (uint64_t)(off_t)offset != offset) {
        return APR_EINVAL;
    }
    mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, brood__fd(memory),
                  (off_t)offset);
    if (mapped == MAP_FAILED) {
        return BROOD_OS_ERROR;
    }
    *address = mapped;
    return APR_SUCCESS;
}

void brood_os_memory_unmap(void *address, size_t length) {
    if (address != NULL) {
        (void)munmap(address, length);
    }
}

size_t brood_os_memory_granularity(void) {
    long size = sysconf(_SC_PAGESIZE);

    return size > 0 ? (size_t)size : 4096;
}

/* Where address space or file sizes are limited (ulimit -v, -f), a quarter of that: others need
 * some, too. */
uint64_t brood_os_memory_sparse_limit(void) {
    uint64_t most = SPARSE_LIMIT;
    struct rlimit limit;

#ifdef RLIMIT_AS
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        limit.rlim_cur / 4 < most) {
        most = limit.rlim_cur / 4;
    }
#endif
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        limit.rlim_cur < most) {
        most = limit.rlim_cur;
    }
    return most;
}
