/* Other programs on a system that does not tell about them. */
#include "os/command.h"

int brood_os_program_is_path(const char *name) {
    (void)name;
    return 0;
}

apr_status_t brood_os_program_executable(const char *path, char *resolved, size_t size,
                                         brood_os_program_kind_t *kind) {
    (void)path;
    if (size > 0) {
        resolved[0] = '\0';
    }
    *kind = BROOD_OS_PROGRAM_IMAGE;
    return APR_ENOTIMPL;
}

const char *brood_os_search_path(void) {
    return "";
}

apr_status_t brood_os_environment(char ***entries) {
    *entries = NULL;
    return APR_ENOTIMPL;
}

size_t brood_os_environment_name(const char *entry) {
    (void)entry;
    return 0;
}

int brood_os_environment_same(const char *one, size_t one_length, const char *other,
                              size_t other_length) {
    (void)one;
    (void)one_length;
    (void)other;
    (void)other_length;
    return 0;
}
