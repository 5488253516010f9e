/* The program on a system that does not tell about it. */
#include "os/program.h"

apr_status_t brood_os_program_path(char *buffer, size_t size) {
    if (size > 0) {
        buffer[0] = '\0';
    }
    return APR_ENOTIMPL;
}

apr_status_t brood_os_program_last_argument(char *buffer, size_t size) {
    if (size > 0) {
        buffer[0] = '\0';
    }
    return APR_ENOTIMPL;
}

apr_status_t brood_os_directory_set(const char *path) {
    (void)path;
    return APR_ENOTIMPL;
}

apr_status_t brood_os_directory_get(char *buffer, size_t size) {
    if (size > 0) {
        buffer[0] = '\0';
    }
    return APR_ENOTIMPL;
}

apr_status_t brood_os_null_stdin(void) {
    return APR_ENOTIMPL;
}

apr_status_t brood_os_standard_set(int number, brood_os_handle_t handle) {
    (void)number;
    (void)handle;
    return APR_ENOTIMPL;
}

brood_os_handle_t brood_os_standard_get(int number) {
    (void)number;
    return BROOD_OS_NO_HANDLE;
}

apr_status_t brood_os_standard_write(int number, const void *data, size_t size) {
    (void)number;
    (void)data;
    (void)size;
    return APR_ENOTIMPL;
}
