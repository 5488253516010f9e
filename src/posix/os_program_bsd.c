/* The program this process runs, as the BSDs tell it through sysctl(). */
#include "posix.h"

#include "os/module.h"
#include "os/process.h"
#include "os/program.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#include <unistd.h>
#ifdef __FreeBSD__
#include <sys/user.h>
#endif

extern char **environ;

/* Without the file system for it, /dev/fd lists the standard streams only. */
const char *const brood__descriptor_directory = NULL;

int brood__descriptor_count(void) {
#if defined(__FreeBSD__)
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_NFDS, 0};
    int count = 0;
    size_t size = sizeof count;

    return sysctl(name, 4, &count, &size, NULL, 0) == 0 ? count : -1;
#elif defined(__OpenBSD__)
    return getdtablecount();
#elif defined(F_MAXFD)
    int fd, highest = fcntl(0, F_MAXFD), count = 0;

    for (fd = 0; fd <= highest; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return highest < 0 ? -1 : count;
#else
    return -1;
#endif
}

char **brood__environment(void) {
    return environ;
}

/* The block of this process's arguments. FreeBSD and DragonFly give the texts, each with its
 * zero; NetBSD, too, when asked for KERN_PROC_ARGV; OpenBSD puts pointers before them, which
 * end with NULL and point into the block. */
static apr_status_t read_arguments(char **block, size_t *size) {
#if defined(__FreeBSD__) || defined(__DragonFly__)
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_ARGS, (int)getpid()};
#else
    int name[4] = {CTL_KERN, KERN_PROC_ARGS, (int)getpid(), KERN_PROC_ARGV};
#endif
    apr_status_t status;

    *size = ARG_MAX;
    *block = malloc(*size);
    if (*block == NULL) {
        return APR_ENOMEM;
    }
    if (sysctl(name, 4, *block, size, NULL, 0) == 0) {
        return APR_SUCCESS;
    }
    status = BROOD_OS_ERROR;
    free(*block);
    *block = NULL;
    return status;
}

#ifdef __OpenBSD__
static const char *find_argument(const char *block, size_t size, int last) {
    char *const *argv = (char *const *)(const void *)block;
    const char *found = argv[0];

    (void)size;
    while (last && found != NULL && argv[1] != NULL) {
        found = *++argv;
    }
    return found;
}
#else
static const char *find_argument(const char *block, size_t size, int last) {
    const char *found = block;

    if (size == 0 || block[size - 1] != '\0') {
        return NULL;
    }
    if (last) {
        for (found = block + size - 1; found > block && found[-1] != '\0'; found--) {
            /* back to the zero of the argument before */
        }
    }
    return found;
}
#endif

static apr_status_t copy_argument(char *buffer, size_t size, int last) {
    char *block;
    const char *found;
    size_t length;
    apr_status_t status = read_arguments(&block, &length);

    if (status != APR_SUCCESS) {
        return status;
    }
    found = find_argument(block, length, last);
    if (found == NULL) {
        status = APR_ENOENT;
    } else if (strlen(found) >= size) {
        status = APR_ENOSPC;
    } else {
        memcpy(buffer, found, strlen(found) + 1);
    }
    free(block);
    return status;
}

#ifdef __OpenBSD__
/* The kernel does not tell; a name with a slash in it, as shells give it for programs that are
 * not in PATH, can be made absolute, if nobody has changed the directory. */
static apr_status_t read_path(char *buffer, size_t size) {
    char told[BROOD_OS_PATH_MAX], resolved[PATH_MAX];
    apr_status_t status = copy_argument(told, sizeof told, 0);

    if (status != APR_SUCCESS) {
        return status;
    }
    if (strchr(told, '/') == NULL) {
        return APR_ENOTIMPL;
    }
    if (realpath(told, resolved) == NULL) {
        return BROOD_OS_ERROR;
    }
    if (strlen(resolved) >= size) {
        return APR_ENOSPC;
    }
    memcpy(buffer, resolved, strlen(resolved) + 1);
    return APR_SUCCESS;
}
#else
static apr_status_t read_path(char *buffer, size_t size) {
#if defined(__FreeBSD__) || defined(__DragonFly__)
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
#else
    int name[4] = {CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_PATHNAME};
#endif
    size_t length = size;

    return sysctl(name, 4, buffer, &length, NULL, 0) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
}
#endif

apr_status_t brood_os_program_path(char *buffer, size_t size) {
    apr_status_t status;

    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_path");
    status = read_path(buffer, size);
    if (status != APR_SUCCESS) {
        buffer[0] = '\0';
    }
    return status == APR_FROM_OS_ERROR(ENOMEM) ? APR_ENOSPC : status;
}

apr_status_t brood_os_program_last_argument(char *buffer, size_t size) {
    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_last_argument");
    return copy_argument(buffer, size, 1);
}

unsigned brood_os_thread_count(void) {
#if defined(__FreeBSD__)
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)getpid()};
    struct kinfo_proc entry;
    size_t size = sizeof entry;

    if (sysctl(name, 4, &entry, &size, NULL, 0) == 0 && size > 0 &&
        entry.ki_numthreads > 0) {
        return (unsigned)entry.ki_numthreads;
    }
#elif defined(__NetBSD__)
    int name[6] = {CTL_KERN,
                   KERN_PROC2,
                   KERN_PROC_PID,
                   (int)getpid(),
                   (int)sizeof(struct kinfo_proc2),
                   1};
    struct kinfo_proc2 entry;
    size_t size = sizeof entry;

    if (sysctl(name, 6, &entry, &size, NULL, 0) == 0 && size > 0 && entry.p_nlwps > 0) {
        return (unsigned)entry.p_nlwps;
    }
#endif
    return 0;
}
