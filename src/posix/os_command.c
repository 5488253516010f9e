/* Other programs: which file is one, and what is in the environment they are given. */
#include "posix.h"

#include "os/command.h"
#include "status.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int brood_os_program_is_path(const char *name) {
    return strchr(name, '/') != NULL;
}

/* By the effective user, as execve() asks; access() would ask for the real one. */
apr_status_t brood_os_program_executable(const char *path, char *resolved, size_t size,
                                         brood_os_program_kind_t *kind) {
    const size_t length = strlen(path);
    struct stat about;

    *kind = BROOD_OS_PROGRAM_IMAGE;
    if (size > 0) {
        resolved[0] = '\0';
    }
    BROOD_FAULT("os.program_executable");
    if (stat(path, &about) != 0) {
        return BROOD_OS_ERROR;
    }
    if (S_ISDIR(about.st_mode)) {
        return brood__fail(APR_FROM_OS_ERROR(EACCES), "%s is a directory", path);
    }
    if (!S_ISREG(about.st_mode)) {
        return brood__fail(APR_FROM_OS_ERROR(EACCES), "%s is no file", path);
    }
    /* Root may read and write everything, but execute only what somebody may. */
    if ((about.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 ||
        faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0) {
        return brood__fail(APR_FROM_OS_ERROR(EACCES), "%s may not be executed", path);
    }
    if (length >= size) {
        return APR_ENOSPC;
    }
    memcpy(resolved, path, length + 1);
    return APR_SUCCESS;
}

const char *brood_os_search_path(void) {
    return "/usr/bin:/bin";
}

apr_status_t brood_os_environment(char ***entries) {
    char **all = brood__environment();
    size_t count = 0, bytes = 0, i;
    char **copy;
    char *end;

    *entries = NULL;
    BROOD_FAULT("os.environment");
    for (; all != NULL && all[count] != NULL; count++) { /* NULL after clearenv() */
        bytes += strlen(all[count]) + 1;
    }
    copy = malloc((count + 1) * sizeof *copy + bytes);
    if (copy == NULL) {
        return APR_ENOMEM;
    }
    end = (char *)&copy[count + 1];
    for (i = 0; i < count; i++) {
        const size_t length = strlen(all[i]) + 1;

        copy[i] = end;
        memcpy(end, all[i], length);
        end += length;
    }
    copy[count] = NULL;
    *entries = copy;
    return APR_SUCCESS;
}

size_t brood_os_environment_name(const char *entry) {
    const char *end = strchr(entry, '=');

    return end != NULL ? (size_t)(end - entry) : 0;
}

int brood_os_environment_same(const char *one, size_t one_length, const char *other,
                              size_t other_length) {
    return one_length == other_length && memcmp(one, other, one_length) == 0;
}
