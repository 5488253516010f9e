/* The program this process runs. */
#ifndef BROOD_OS_PROGRAM_H
#define BROOD_OS_PROGRAM_H

#include "os/types.h"

/* The path of this program's image, as UTF-8, into the buffer. */
apr_status_t brood_os_program_path(char *buffer, size_t size);

/* The last argument that this process was started with, as the kernel knows it, whatever
 * main has done with argv since. At most `size` bytes are written, the terminating zero
 * among them; a longer argument is APR_ENOSPC. */
apr_status_t brood_os_program_last_argument(char *buffer, size_t size);

/* Changes the working directory (UTF-8 path), and reads it. */
apr_status_t brood_os_directory_set(const char *path);
apr_status_t brood_os_directory_get(char *buffer, size_t size);

/* Makes standard input read as empty. */
apr_status_t brood_os_null_stdin(void);

/* Makes this process's standard stream `number` (1 or 2) the given handle, and closes the
 * handle. BROOD_OS_NO_HANDLE: the empty device. APR_ENOTIMPL on Windows, where nobody needs it. */
apr_status_t brood_os_standard_set(int number, brood_os_handle_t handle);

/* Writes to this process's standard stream `number` (1 or 2), past the C library's buffers and
 * locks, in one call of the kernel where that takes all at once. */
apr_status_t brood_os_standard_write(int number, const void *data, size_t size);

/* The handle of this process's standard stream `number` (0, 1 or 2); it is borrowed. */
brood_os_handle_t brood_os_standard_get(int number);

#endif
