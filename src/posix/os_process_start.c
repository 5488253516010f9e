/* Starting a program: what every way of doing so needs to have prepared.
 *
 * The child gets the standard streams as they are here, the boot stream as number 3, and
 * nothing else. How it is done differs: os_start_spawn.c where posix_spawn() can close the
 * rest and change the directory, os_start_vfork.c elsewhere. */
#include "posix.h"

#include "os/process.h"
#include "os/module.h"
#include "start_plan.h"
#include "watch.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t count_arguments(const char *const *argv) {
    size_t count = 0;

    while (argv[count] != NULL) {
        count++;
    }
    return count;
}

/* Copies the arguments and adds the boot option. One allocation, freed through ->argv. */
static apr_status_t prepare_argv(const brood_os_start_t *start, char ***argv) {
    const size_t count = count_arguments(start->argv);
    const int has_boot = start->boot != BROOD_OS_NO_HANDLE && start->boot_option != NULL;
    const size_t option = has_boot ? strlen(start->boot_option) + sizeof "3" : 0;
    char **copy = malloc((count + 2) * sizeof *copy + option);

    *argv = NULL;
    if (copy == NULL) {
        return APR_ENOMEM;
    }
    memcpy(copy, start->argv, count * sizeof *copy);
    copy[count] = NULL;
    if (has_boot) {
        copy[count] = (char *)&copy[count + 2];
        copy[count + 1] = NULL;
        (void)snprintf(copy[count], option, "%s%d", start->boot_option,
                       BROOD_CHILD_BOOT_FD);
    }
    *argv = copy;
    return APR_SUCCESS;
}

/* A relative path means a file here, not one under the child's directory: as on Windows. */
static apr_status_t prepare_image(const brood_os_start_t *start, char *absolute,
                                  size_t size, const char **image) {
    size_t length;

    *image = start->image;
    if (start->directory == NULL || start->image[0] == '/') {
        return APR_SUCCESS;
    }
    if (getcwd(absolute, size) == NULL) {
        return BROOD_OS_ERROR;
    }
    length = strlen(absolute);
    if (length + strlen(start->image) + 2 > size) {
        return APR_FROM_OS_ERROR(ENAMETOOLONG);
    }
    (void)snprintf(absolute + length, size - length, "/%s", start->image);
    *image = absolute;
    return APR_SUCCESS;
}

/* Looks at the directory beforehand, because a failed start does not say what it was that did
 * not exist. */
static apr_status_t check_directory(const char *directory) {
    struct stat about;

    if (stat(directory, &about) != 0) {
        return BROOD_OS_ERROR;
    }
    if (!S_ISDIR(about.st_mode)) {
        return APR_FROM_OS_ERROR(ENOTDIR);
    }
    if (faccessat(AT_FDCWD, directory, X_OK, AT_EACCESS) != 0) {
        return BROOD_OS_ERROR;
    }
    return APR_SUCCESS;
}

/* The boot stream under a number other than 3: duplicating a descriptor onto itself does not
 * clear FD_CLOEXEC on every system. *copied is closed after the start. */
static apr_status_t prepare_boot(brood_os_handle_t boot, int *fd, int *copied) {
    *fd = brood__fd(boot);
    if (*fd == BROOD_CHILD_BOOT_FD) {
        *fd = *copied = fcntl(*fd, F_DUPFD_CLOEXEC, BROOD_CHILD_BOOT_FD + 1);
        if (*fd < 0) {
            return BROOD_OS_ERROR;
        }
    }
    return APR_SUCCESS;
}

static apr_status_t start_prepared(const brood_os_start_t *start,
                                   brood_start_plan_t *plan, pid_t *pid,
                                   brood_os_start_step_t *step) {
    int is_directory = 0;
    apr_status_t status;

    if (start->directory != NULL) {
        *step = BROOD_OS_START_DIRECTORY;
        status = check_directory(start->directory);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    *step = BROOD_OS_START_EXECUTE;
    status = brood__start_image(plan, pid, &is_directory);
    if (status != APR_SUCCESS && is_directory) {
        *step = BROOD_OS_START_DIRECTORY;
    }
    return status;
}

apr_status_t brood_os_process_start(brood_os_process_t *process,
                                    const brood_os_start_t *start,
                                    brood_os_start_step_t *step) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    char absolute[BROOD_OS_PATH_MAX];
    brood_start_plan_t plan;
    char **argv = NULL;
    int copied = -1;
    pid_t pid = 0;
    apr_status_t status;

    *process = none;
    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_start");
    if (start->image == NULL || start->argv == NULL || start->argv[0] == NULL) {
        return APR_EINVAL;
    }
    plan.environment = start->environment != NULL
                           ? (char *const *)(uintptr_t)start->environment
                           : brood__environment();
    plan.directory = start->directory;
    plan.null_stdin = start->null_stdin;
    plan.boot = -1;
    status = prepare_argv(start, &argv);
    plan.argv = argv;
    if (status == APR_SUCCESS) {
        status = prepare_image(start, absolute, sizeof absolute, &plan.image);
    }
    if (status == APR_SUCCESS && start->boot != BROOD_OS_NO_HANDLE) {
        status = prepare_boot(start->boot, &plan.boot, &copied);
    }
    if (status == APR_SUCCESS) {
        status = start_prepared(start, &plan, &pid, step);
    }
    if (copied >= 0) {
        (void)close(copied);
    }
    free(argv);
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_NONE;
        process->pid = pid;
        process->handle = brood__watch_child(pid);
    }
    return status;
}

apr_status_t brood_os_process_replace(const brood_os_start_t *start,
                                      brood_os_start_step_t *step) {
    (void)start;
    *step = BROOD_OS_START_PREPARE;
    BROOD_FAULT("os.process_replace");
    return APR_ENOTIMPL;
}
