/* The program this process runs: what is alike on all POSIX systems. Its path, its arguments
 * and its threads are asked for in os_program_*.c. */
#include "posix.h"

#include "os/program.h"
#include "quiet.h"
#include <fcntl.h>
#include <unistd.h>

apr_status_t brood_os_directory_set(const char *path) {
    BROOD_FAULT("os.directory_set");
    return chdir(path) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
}

apr_status_t brood_os_directory_get(char *buffer, size_t size) {
    if (size > 0) {
        buffer[0] = '\0';
    }
    BROOD_FAULT("os.directory_get");
    if (getcwd(buffer, size) == NULL) {
        apr_status_t status = BROOD_OS_ERROR;

        return status == APR_FROM_OS_ERROR(ERANGE) ? APR_ENOSPC : status;
    }
    return APR_SUCCESS;
}

/* Puts a descriptor in the place of a standard stream, open across exec as those are. dup2() is
 * called by its address, which the dynamic linker fills in when the program starts: a child that
 * has just been forked should not be the one to look for it, page fault by page fault. */
static apr_status_t replace(int fd, int number) {
    int (*const volatile put)(int, int) = dup2;

    if (fd ==
        number) { /* it has come to lie there already, but private to this process */
        return fcntl(fd, F_SETFD, 0) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
    }
    while (put(fd, number) < 0) {
        apr_status_t status = BROOD_OS_ERROR;

        /* EBUSY: Linux, when another thread is opening that number just now. */
        if (!APR_STATUS_IS_EINTR(status) && status != APR_FROM_OS_ERROR(EBUSY)) {
            return status;
        }
    }
    (void)close(fd);
    return APR_SUCCESS;
}

static apr_status_t replace_by_null(int access, int number) {
    int fd = open("/dev/null", access | O_CLOEXEC);
    apr_status_t status;

    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    status = replace(fd, number);
    if (status != APR_SUCCESS) {
        (void)close(fd);
    }
    return status;
}

apr_status_t brood_os_null_stdin(void) {
    BROOD_FAULT("os.null_stdin");
    return replace_by_null(O_RDONLY, STDIN_FILENO);
}

apr_status_t brood_os_standard_set(int number, brood_os_handle_t handle) {
    BROOD_FAULT("os.standard_set");
    if (number != STDOUT_FILENO && number != STDERR_FILENO) {
        return APR_EINVAL;
    }
    brood__stream_forget(number);
    return handle == BROOD_OS_NO_HANDLE ? replace_by_null(O_WRONLY, number)
                                        : replace(brood__fd(handle), number);
}

apr_status_t brood_os_standard_write(int number, const void *data, size_t size) {
    const char *from = data;

    BROOD_FAULT("os.standard_write");
    while (size > 0) { /* ends with the last byte or a failure */
        ssize_t written = write(number, from, size);

        if (written < 0 && errno != EINTR) {
            return BROOD_OS_ERROR;
        }
        if (written > 0) {
            from += written;
            size -= (size_t)written;
        }
    }
    return APR_SUCCESS;
}

brood_os_handle_t brood_os_standard_get(int number) {
    if (number < STDIN_FILENO || number > STDERR_FILENO || fcntl(number, F_GETFD) < 0) {
        return BROOD_OS_NO_HANDLE;
    }
    return number;
}
