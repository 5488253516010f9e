/* The program this process runs, as macOS tells it. */
#include "posix.h"

#include "os/process.h"
#include "os/program.h"
#include <crt_externs.h>
#include <libproc.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

const char *const brood__descriptor_directory = "/dev/fd";

int brood__descriptor_count(void) {
    return -1; /* the directory says it */
}

/* A library cannot name `environ` itself. */
char **brood__environment(void) {
    return *_NSGetEnviron();
}

/* What the loader was given may be relative and lead over links: resolved, it is good for a
 * child in another directory. */
apr_status_t brood_os_program_path(char *buffer, size_t size) {
    char told[PATH_MAX], resolved[PATH_MAX];
    uint32_t room = sizeof told;

    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_path");
    if (_NSGetExecutablePath(told, &room) != 0) {
        return APR_ENOSPC;
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

/* What the kernel gave: the number of arguments, the path of the image, zeros, and then the
 * arguments, each with its zero. Not argv, which main's own parsing may have permuted. */
static apr_status_t read_arguments(char **block, size_t *size) {
    int limit_name[2] = {CTL_KERN, KERN_ARGMAX};
    int name[3] = {CTL_KERN, KERN_PROCARGS2, (int)getpid()};
    size_t width = sizeof(int);
    int limit = 0;

    *block = NULL;
    if (sysctl(limit_name, 2, &limit, &width, NULL, 0) != 0) {
        return BROOD_OS_ERROR;
    }
    *size = (size_t)limit;
    *block = malloc(*size);
    if (*block == NULL) {
        return APR_ENOMEM;
    }
    if (sysctl(name, 3, *block, size, NULL, 0) != 0) {
        apr_status_t status = BROOD_OS_ERROR;

        free(*block);
        *block = NULL;
        return status;
    }
    return APR_SUCCESS;
}

/* The last of the arguments in such a block, or NULL. */
static const char *find_last(const char *block, size_t size) {
    const char *end = block + size;
    const char *at = block + sizeof(int);
    int count;

    if (size <= sizeof count) {
        return NULL;
    }
    memcpy(&count, block, sizeof count);
    at = memchr(at, '\0', (size_t)(end - at)); /* over the path */
    while (at != NULL && at < end && *at == '\0') {
        at++;
    }
    for (; at != NULL && count > 1; count--) {
        at = memchr(at, '\0', (size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    if (count < 1 || at == NULL || memchr(at, '\0', (size_t)(end - at)) == NULL) {
        return NULL;
    }
    return at;
}

apr_status_t brood_os_program_last_argument(char *buffer, size_t size) {
    char *block;
    const char *last;
    size_t length;
    apr_status_t status;

    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_last_argument");
    status = read_arguments(&block, &length);
    if (status != APR_SUCCESS) {
        return status;
    }
    last = find_last(block, length);
    if (last == NULL) {
        status = APR_ENOENT;
    } else if (strlen(last) >= size) {
        status = APR_ENOSPC;
    } else {
        memcpy(buffer, last, strlen(last) + 1);
    }
    free(block);
    return status;
}

unsigned brood_os_thread_count(void) {
    struct proc_taskinfo about;

    if (proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &about, sizeof about) !=
        (int)sizeof about) {
        return 0;
    }
    return about.pti_threadnum > 0 ? (unsigned)about.pti_threadnum : 0;
}
