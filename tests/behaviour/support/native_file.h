/* The number by which this process's kernel knows an open file, and back. */
#ifndef BEHAVIOUR_NATIVE_FILE_H
#define BEHAVIOUR_NATIVE_FILE_H

#include "support/say.h"
#include <apr_file_io.h>
#include <apr_portable.h>
#ifndef _WIN32
#include <fcntl.h>
#endif

/* On POSIX a high number, which a new process has no reason to use for something else. */
static int64_t number_of(apr_file_t *file) {
    apr_os_file_t native;
    MUST(apr_os_file_get(&native, file));
#ifndef _WIN32
    native = fcntl(native, F_DUPFD, 200);
#endif
    return (int64_t)(intptr_t)native;
}

/* Whether a number is an open file of a size in this process. */
static int is_file_of_size(int64_t number, apr_off_t size, apr_pool_t *pool) {
    apr_os_file_t native = (apr_os_file_t)(intptr_t)number;
    apr_file_t *file;
    apr_finfo_t info;
    return apr_os_file_put(&file, &native, APR_FOPEN_READ, pool) == APR_SUCCESS &&
           apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_TYPE, file) ==
               APR_SUCCESS &&
           info.filetype == APR_REG && info.size == size;
}

#endif
