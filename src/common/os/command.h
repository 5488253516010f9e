/* What the system says about programs that are not ours: which file is one, and what is in the
 * environment that they are given. */
#ifndef BROOD_OS_COMMAND_H
#define BROOD_OS_COMMAND_H

#include "os/types.h"

typedef enum brood_os_program_kind_t {
    BROOD_OS_PROGRAM_IMAGE, /* started as it is */
    BROOD_OS_PROGRAM_BATCH  /* Windows: a .bat or .cmd file (brood_os_start_t.batch_file) */
} brood_os_program_kind_t;

/* Whether the name says where the program is, so that it is not searched for: 1 or 0. It does
 * when it has a "/" in it; on Windows also with a "\\" or a drive ("C:"). */
int brood_os_program_is_path(const char *name);

/* Whether the path names a program that may be started, and which file that is: *resolved is
 * the path as it is (it is not made absolute), on Windows with an extension added where there
 * is none that exists: .exe, .com, .bat, .cmd, in that order, before the file without any.
 * `size` bytes at the most are written, the terminating zero among them.
 * ENOENT and ENOTDIR as the system says them, APR_STATUS_IS_ENOENT() being true for what is
 * not there; EACCES: it is there and may not be executed, or it is a directory or another
 * thing that is no file (the detail line says which); APR_ENOSPC: no room. */
apr_status_t brood_os_program_executable(const char *path, char *resolved, size_t size,
                                         brood_os_program_kind_t *kind);

/* Where programs are searched for when the environment has no PATH, as a value of PATH: what
 * the system's own search takes, without the working directory. */
const char *brood_os_search_path(void);

/* The environment of this process: "NAME=value" strings in UTF-8 (POSIX: bytes as they are),
 * ended by NULL, in the system's order. One allocation, which the caller passes to free().
 * No other thread may change the environment meanwhile. On Windows entries that are not
 * valid UTF-16 are left out, and those whose name begins with "=" (directories of drives)
 * are there. */
apr_status_t brood_os_environment(char ***entries);

/* The length of the name in "NAME=value"; 0: it has none, and is no entry. On Windows a "=" at
 * the beginning belongs to the name. */
size_t brood_os_environment_name(const char *entry);

/* Whether two names (not terminated, of the given lengths) are the same variable: by bytes; on
 * Windows without regard to case. 1 or 0. */
int brood_os_environment_same(const char *one, size_t one_length, const char *other,
                              size_t other_length);

#endif
