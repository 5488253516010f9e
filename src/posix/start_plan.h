/* Starting an image: what os_process_start.c prepares and os_start_*.c carries out. */
#ifndef BROOD_POSIX_START_PLAN_H
#define BROOD_POSIX_START_PLAN_H

#include "posix.h"

/* The child's number of the boot stream, and the first number it must not have open. */
#define BROOD_CHILD_BOOT_FD 3

typedef struct brood_start_plan_t {
    const char *image; /* absolute, or right for the parent's directory when `directory`
                                is NULL */
    char *const *argv; /* with the boot option */
    char *const *environment;
    const char *directory; /* or NULL; it was one a moment ago */
    int null_stdin;
    int boot; /* -1, or a descriptor that is not 3 */
} brood_start_plan_t;

/* Starts it. *is_directory is set to 1 when it is the directory that failed. */
apr_status_t brood__start_image(const brood_start_plan_t *plan, pid_t *pid,
                                int *is_directory);

#endif
