/* The program this process runs, as Linux tells it through /proc. */
#include "posix.h"

#include "os/process.h"
#include "os/program.h"
#include "keeper.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef BROOD_HAVE_SINGLE_THREADED
#include <sys/single_threaded.h>
#endif

#define SELF "/proc/self/exe"
#define DELETED " (deleted)"

const char *const brood__descriptor_directory = "/proc/self/fd";

int brood__descriptor_count(void) {
    return -1; /* the directory says it */
}

char **brood__environment(void) {
    return environ;
}

/* A link's text that ends in " (deleted)": the file was removed or replaced while this process
 * runs, as an upgrade does. The link itself still leads to the very same image, and a child
 * started through it is of our build; what lies at the old path now is not. */
static int is_deleted(const char *path, size_t length) {
    const size_t tail = sizeof DELETED - 1;
    struct stat about;

    return length > tail && strcmp(path + length - tail, DELETED) == 0 &&
           lstat(path, &about) != 0;
}

apr_status_t brood_os_program_path(char *buffer, size_t size) {
    ssize_t length;

    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_path");
    length = readlink(SELF, buffer, size);
    if (length < 0) {
        return BROOD_OS_ERROR;
    }
    if ((size_t)length >= size) { /* cut off, or just as long */
        buffer[0] = '\0';
        return APR_ENOSPC;
    }
    buffer[length] = '\0';
    if (is_deleted(buffer, (size_t)length)) {
        memcpy(buffer, SELF,
               sizeof SELF); /* shorter than the tail found above and its '/' … */
    }
    return APR_SUCCESS;
}

/* Keeps the argument that is being read; a later one replaces it. */
typedef struct keeper_t {
    char *buffer;
    size_t size;
    size_t used;
    int is_complete; /* its terminating zero was seen */
    int is_cut;
    int is_any;
} keeper_t;

static void keep(keeper_t *keeper, const char *bytes, size_t count) {
    size_t i;

    for (i = 0; i < count; i++) {
        if (keeper->is_complete) {
            keeper->used = 0;
            keeper->is_complete = keeper->is_cut = 0;
        }
        keeper->is_any = 1;
        if (bytes[i] == '\0') {
            keeper->is_complete = 1;
        } else if (keeper->used + 1 < keeper->size) {
            keeper->buffer[keeper->used++] = bytes[i];
        } else {
            keeper->is_cut = 1;
        }
    }
}

/* Reads the whole of the command line, as it has no length to seek by. */
static apr_status_t read_arguments(int fd, keeper_t *keeper) {
    char part[4096];

    for (;;) {
        ssize_t got = read(fd, part, sizeof part);

        if (got == 0) {
            return APR_SUCCESS;
        }
        if (got > 0) {
            keep(keeper, part, (size_t)got);
        } else if (errno != EINTR) {
            return BROOD_OS_ERROR;
        }
    }
}

apr_status_t brood_os_program_last_argument(char *buffer, size_t size) {
    keeper_t keeper = {buffer, size, 0, 0, 0, 0};
    apr_status_t status;
    int fd;

    if (size == 0) {
        return APR_ENOSPC;
    }
    buffer[0] = '\0';
    BROOD_FAULT("os.program_last_argument");
    fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    status = read_arguments(fd, &keeper);
    (void)close(fd);
    if (status == APR_SUCCESS && (keeper.is_cut || !keeper.is_any)) {
        status = keeper.is_cut ? APR_ENOSPC : APR_ENOENT;
    }
    buffer[status == APR_SUCCESS ? keeper.used : 0] = '\0';
    return status;
}

/* The keeper is no thread of the program's. The thread sanitizer has a thread of its own from the first one of the program's on; so has
 * an emulator of programs, and a build for one says so. */
#if !defined(BROOD_THREADS_OF_OTHERS) && defined(__SANITIZE_THREAD__)
#define BROOD_THREADS_OF_OTHERS 1u
#elif !defined(BROOD_THREADS_OF_OTHERS)
#define BROOD_THREADS_OF_OTHERS 0u
#endif

/* A C library that has never made a thread says so without a call. Else the kernel counts the
 * threads as links of this directory, two more than there are (since 2.6.14; one call, where
 * reading the same number from "stat" takes three). */
unsigned brood_os_thread_count(void) {
    struct stat about;
    unsigned count;

#ifdef BROOD_HAVE_SINGLE_THREADED
    if (__libc_single_threaded) {
        return 1;
    }
#endif
    if (stat("/proc/self/task", &about) != 0 || about.st_nlink < 3) {
        return 0;
    }
    count = (unsigned)(about.st_nlink - 2);
    count -= count > 1 ? BROOD_THREADS_OF_OTHERS : 0;
    return count > 1 ? count - brood__keeper_threads() : count;
}
