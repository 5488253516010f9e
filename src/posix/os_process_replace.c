/* Replacing the program of this process.
 *
 * What a child would do to itself this process does to itself, so a failure has to be taken
 * back: everything that is changed is noted before. Other threads run meanwhile and would see
 * the streams change for the moment that a failure takes; a success ends them. */
#include "posix.h"

#include "os/handle.h"
#include "os/process.h"
#include "start_plan.h"
#include "status.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* As many as brood__reset_signals() names. */
#define RESET_MAX 3

/* How this process was. */
typedef struct before_t {
    int streams[BROOD_OS_STANDARD]; /* copies, or -1: it was closed */
    int flags[BROOD_OS_STANDARD];   /* FD_CLOEXEC or 0 */
    int directory;                  /* or -1: it is not changed */
    pid_t group;
    sigset_t mask;
    int numbers[RESET_MAX];
    struct sigaction actions[RESET_MAX];
    int action_count;
    brood_os_handle_t *opened; /* what was open across exec, beside the streams */
    size_t opened_count;
} before_t;

/* ---- noting ------------------------------------------------------------------------------- */

static apr_status_t note_streams(before_t *before) {
    int fd;

    for (fd = 0; fd < BROOD_OS_STANDARD; fd++) {
        before->flags[fd] = fcntl(fd, F_GETFD);
        if (before->flags[fd] >= 0) {
            before->streams[fd] = fcntl(fd, F_DUPFD_CLOEXEC, BROOD_CHILD_BOOT_FD);
            if (before->streams[fd] < 0) {
                return BROOD_OS_ERROR;
            }
        }
    }
    return APR_SUCCESS;
}

static void note_signals(before_t *before) {
    sigset_t reset;
    int number;

    brood__reset_signals(&reset);
    for (number = 1; before->action_count < RESET_MAX && number < 64; number++) {
        if (sigismember(&reset, number) == 1 &&
            sigaction(number, NULL, &before->actions[before->action_count]) == 0) {
            before->numbers[before->action_count++] = number;
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before->mask);
}

/* Lists what is open, with room for some that other threads open meanwhile. */
static apr_status_t list_open(before_t *before) {
    size_t room = 64;
    apr_status_t status;

    do { /* ends when all found room, or with an error */
        free(before->opened);
        before->opened = malloc(room * sizeof *before->opened);
        if (before->opened == NULL) {
            return APR_ENOMEM;
        }
        status = brood_os_handle_list(before->opened, room, &before->opened_count);
        if (status == APR_SUCCESS && before->opened_count <= room) {
            return APR_SUCCESS;
        }
        room = before->opened_count + 64;
    } while (status == APR_SUCCESS);
    before->opened_count = 0;
    return status;
}

static apr_status_t note(before_t *before, const brood_start_plan_t *plan,
                         brood_os_start_step_t *step) {
    apr_status_t status;

    *step = BROOD_OS_START_STREAMS;
    status = note_streams(before);
    if (status == APR_SUCCESS) {
        status = list_open(before);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    before->group = getpgrp();
    note_signals(before);
    if (plan->directory != NULL) {
        *step = BROOD_OS_START_DIRECTORY;
        before->directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (before->directory < 0) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
}

/* ---- changing ----------------------------------------------------------------------------- */

/* Makes private what is not, and keeps in the list what has been changed. */
static void make_private(before_t *before) {
    size_t i, kept = 0;

    for (i = 0; i < before->opened_count; i++) {
        const int fd = brood__fd(before->opened[i]);
        const int flags = fd >= BROOD_OS_STANDARD ? fcntl(fd, F_GETFD) : -1;

        if (flags >= 0 && (flags & FD_CLOEXEC) == 0 &&
            fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0) {
            before->opened[kept++] = fd;
        }
    }
    before->opened_count = kept;
}

static int change(const brood_start_plan_t *plan, before_t *before,
                  brood_os_start_step_t *step) {
    int error;

    make_private(before);
    *step = BROOD_OS_START_STREAMS;
    error = brood__step_streams(plan);
    if (error == 0) {
        *step = BROOD_OS_START_GROUP;
        error = brood__step_group(plan);
    }
    if (error == 0) {
        *step = BROOD_OS_START_DIRECTORY;
        error = brood__step_directory(plan);
    }
    if (error == 0) {
        *step = BROOD_OS_START_EXECUTE;
        brood__step_unmask();
        (void)execve(plan->image, plan->argv, plan->environment);
        error = errno;
    }
    return error;
}

/* ---- taking back -------------------------------------------------------------------------- */

static void restore_streams(const before_t *before) {
    int fd;

    for (fd = 0; fd < BROOD_OS_STANDARD; fd++) {
        if (before->streams[fd] < 0) {
            (void)close(fd);
        } else {
            (void)dup2(before->streams[fd], fd);
            (void)fcntl(fd, F_SETFD, before->flags[fd]);
        }
    }
}

static void restore(const before_t *before, const brood_start_plan_t *plan) {
    size_t i;
    int k;

    for (k = 0; k < before->action_count; k++) {
        (void)sigaction(before->numbers[k], &before->actions[k], NULL);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
    if (before->directory >= 0) {
        (void)!fchdir(before->directory);
    }
    if (plan->new_group && getpgrp() != before->group) {
        (void)setpgid(0, before->group);
    }
    restore_streams(before);
    for (i = 0; i < before->opened_count; i++) {
        (void)fcntl(brood__fd(before->opened[i]), F_SETFD, 0);
    }
}

static void forget(before_t *before) {
    int fd;

    for (fd = 0; fd < BROOD_OS_STANDARD; fd++) {
        if (before->streams[fd] >= 0) {
            (void)close(before->streams[fd]);
        }
    }
    if (before->directory >= 0) {
        (void)close(before->directory);
    }
    free(before->opened);
}

static apr_status_t replace(const brood_start_plan_t *plan, brood_os_start_step_t *step) {
    before_t before = {0};
    apr_status_t status;
    int fd;

    for (fd = 0; fd < BROOD_OS_STANDARD; fd++) {
        before.streams[fd] = -1;
    }
    before.directory = -1;
    status = note(&before, plan, step);
    if (status == APR_SUCCESS) {
        status = APR_FROM_OS_ERROR(change(plan, &before, step));
        restore(&before, plan);
    }
    forget(&before);
    return status;
}

apr_status_t brood_os_process_replace(const brood_os_start_t *start,
                                      brood_os_start_step_t *step) {
    brood_start_plan_t plan;
    apr_status_t status;

    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_replace");
    if (start->end_with_parent || start->boot != BROOD_OS_NO_HANDLE) {
        return APR_EINVAL;
    }
    status = brood__plan_make(&plan, start, step);
    if (status == APR_SUCCESS) {
        status = replace(&plan, step);
    }
    if (status != APR_SUCCESS) {
        status = brood__plan_explain(&plan, status, *step);
    }
    brood__plan_release(&plan);
    return status;
}
