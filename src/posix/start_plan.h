/* Starting an image: the plan that start_plan.c makes, and those who carry it out. */
#ifndef BROOD_POSIX_START_PLAN_H
#define BROOD_POSIX_START_PLAN_H

#include "posix.h"

#include "os/module.h"
#include <signal.h>

#define BROOD_DEV_NULL "/dev/null"

/* The child's number of the boot stream, and the first number it must not have open. */
#define BROOD_CHILD_BOOT_FD 3

/* In brood_start_plan_t.streams. */
#define BROOD_STREAM_KEEP (-1)  /* what lies on that number now, unless it is private */
#define BROOD_STREAM_EMPTY (-2) /* the empty device */

typedef struct brood_start_plan_t {
    const char *image; /* right from the child's directory, too */
    char **argv;       /* with the boot option; of malloc() */
    char *const *environment;
    const char *directory; /* or NULL */
    int streams
        [BROOD_OS_STANDARD]; /* what to put on 0, 1 and 2: above 3, or a word of above */
    int boot;                /* -1, or a descriptor that is not 3 */
    int new_group;
    pid_t tied_to; /* the process with which the child ends; 0: none */
    int copies[BROOD_OS_STANDARD + 1]; /* to be closed after the start, or -1 */
    char absolute[BROOD_OS_PATH_MAX];  /* of the image, where it is needed */
} brood_start_plan_t;

/* Makes the plan of a start. It is to be released in any case. */
apr_status_t brood__plan_make(brood_start_plan_t *plan, const brood_os_start_t *start,
                              brood_os_start_step_t *step);
void brood__plan_release(brood_start_plan_t *plan);

/* Whether the directory is one that a child can work in. */
apr_status_t brood__plan_check_directory(const brood_start_plan_t *plan);

/* A failed start's status, with a detail line where the status alone would mislead. */
apr_status_t brood__plan_explain(const brood_start_plan_t *plan, apr_status_t status,
                                 brood_os_start_step_t step);

/* Starts it. *step is set when that fails. */
apr_status_t brood__start_image(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step);

/* The same by vfork(), which can do what posix_spawn() has no word for. */
apr_status_t brood__start_vfork(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step);

/* Around a fork of ours: no pipe of a start by vfork() is just being made, and the child closes those
 * that there are. */
void brood__reports_fork(void);
void brood__reports_forked(int is_child);

/* The same by a thread that lives as long as this process (keeper.c). */
apr_status_t brood__start_by_keeper(const brood_start_plan_t *plan, pid_t *pid,
                                    brood_os_start_step_t *step);

/* ---- steps in the process that executes the image; system calls only ---------------------- */

/* Each returns 0 or the system's error. */
int brood__step_boot(const brood_start_plan_t *plan);
int brood__step_streams(const brood_start_plan_t *plan);
int brood__step_group(const brood_start_plan_t *plan);
int brood__step_directory(const brood_start_plan_t *plan);

/* Signals as brood_os_start_t has them for the child. The first also resets what is handled, for
 * a child that shares memory with its parent and must not run the parent's handlers; exec would
 * do that later. */
void brood__step_signals(void);
void brood__step_unmask(void);

/* The signals that are reset though this process ignores them: libraries ignore SIGPIPE and
 * SIGXFSZ for themselves, and a child whose SIGCHLD is ignored could not wait for its own. */
void brood__reset_signals(sigset_t *set);

#endif
