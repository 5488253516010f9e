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

/* Puts a descriptor in the place of a standard stream, open across exec as those are. */
static apr_status_t replace(int fd, int number) {
    if (fd ==
        number) { /* it has come to lie there already, but private to this process */
        return fcntl(fd, F_SETFD, 0) == 0 ? APR_SUCCESS : BROOD_OS_ERROR;
    }
    while (dup2(fd, number) < 0) {
        apr_status_t status = BROOD_OS_ERROR;

        /* EBUSY: Linux, when another thread is opening that number just now. */
        if (!APR_STATUS_IS_EINTR(status) && status != APR_FROM_OS_ERROR(EBUSY)) {
            return status;
        }
    }
    (void)close(fd);
    return APR_SUCCESS;
}

apr_status_t brood_os_null_stdin(void) {
    apr_status_t status;
    int fd;

    BROOD_FAULT("os.null_stdin");
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    status = replace(fd, STDIN_FILENO);
    if (status != APR_SUCCESS) {
        (void)close(fd);
    }
    return status;
}

apr_status_t brood_os_standard_set(int number, brood_os_handle_t handle) {
    BROOD_FAULT("os.standard_set");
    if ((number != STDOUT_FILENO && number != STDERR_FILENO) ||
        handle == BROOD_OS_NO_HANDLE) {
        return APR_EINVAL;
    }
    brood__stream_forget(number);
    return replace(brood__fd(handle), number);
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
