/* What CreateProcessW is given, made from what brood_os_process_start() is given. */
#ifndef BROOD_WIN32_LAUNCH_H
#define BROOD_WIN32_LAUNCH_H

#include "system.h"
#include "os/process.h"

/* Handles are made inheritable for one call; the list of them names all that the child
 * gets. */
enum { BROOD__LAUNCH_HANDLES = 4 };

/* Starts zero; brood__launch_clear() takes it in any state of completion. */
typedef struct brood__launch_t {
    wchar_t *image;
    wchar_t *command_line;
    wchar_t *environment; /* NULL: the parent's */
    wchar_t *directory;   /* NULL: the parent's */
    HANDLE input, output, error; /* inheritable, or NULL */
    HANDLE boot;                 /* inheritable, or NULL */
    HANDLE list[BROOD__LAUNCH_HANDLES];
    DWORD list_count;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
    int has_attributes; /* the list has been initialised */
} brood__launch_t;

/* Makes all parts. The inheritable handles exist until the launch is cleared. */
apr_status_t brood__launch_prepare(brood__launch_t *launch, const brood_os_start_t *start);

/* Closes and frees all parts. */
void brood__launch_clear(brood__launch_t *launch);

#endif
