/* What CreateProcessW is given, made from what brood_os_process_start() is given. */
#ifndef BROOD_WIN32_LAUNCH_H
#define BROOD_WIN32_LAUNCH_H

#include "system.h"
#include "os/process.h"

/* Handles are made inheritable for one call; the list of them names all that the child
 * gets: the standard streams and the boot stream. */
enum { BROOD__LAUNCH_BOOT = BROOD_OS_STANDARD, BROOD__LAUNCH_HANDLES };

/* Starts zero; brood__launch_clear() takes it in any state of completion. */
typedef struct brood__launch_t {
    wchar_t *image;
    wchar_t *command_line;
    wchar_t *environment; /* NULL: the parent's */
    wchar_t *directory;   /* NULL: the parent's */
    HANDLE handles[BROOD__LAUNCH_HANDLES]; /* inheritable, or NULL */
    HANDLE list[BROOD__LAUNCH_HANDLES];
    DWORD list_count;
    HANDLE job; /* of brood__tied_job(), or NULL */
    DWORD flags;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
    int has_attributes; /* the list has been initialised */
} brood__launch_t;

/* Makes all parts; *step says which failed. The inheritable handles exist until the launch is
 * cleared. */
apr_status_t brood__launch_prepare(brood__launch_t *launch, const brood_os_start_t *start,
                                   brood_os_start_step_t *step);

/* Closes and frees all parts. */
void brood__launch_clear(brood__launch_t *launch);

/* The child's command line in UTF-8 (line.c). *line is of malloc(). `boot` is the number that
 * the boot option ends with; NULL: there is none. */
apr_status_t brood__line_make(char **line, const brood_os_start_t *start, HANDLE boot);

/* The command line's length in UTF-16 units, against what the system takes. */
apr_status_t brood__line_check(const wchar_t *line, int is_batch);

/* The block of "NAME=value" strings that the system wants (environment.c): each terminated,
 * sorted by name, with SystemRoot, and a terminator after all. *block is of malloc(). */
apr_status_t brood__environment_make(wchar_t **block, const char *const *environment);

#endif
