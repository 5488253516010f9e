/* The plan of a start: all that wants memory or may fail, done before there is a child. */
#include "start_plan.h"

#include "os/process.h"
#include "status.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first number that nothing is put in the place of. */
#define OUT_OF_THE_WAY (BROOD_CHILD_BOOT_FD + 1)

#if defined(__linux__) || defined(__FreeBSD__)
#define CAN_TIE 1
#else
#define CAN_TIE 0
#endif

static size_t count_arguments(const char *const *argv) {
    size_t count = 0;

    while (argv[count] != NULL) {
        count++;
    }
    return count;
}

/* Copies the arguments and adds the boot option. One allocation. */
static apr_status_t make_argv(brood_start_plan_t *plan, const brood_os_start_t *start) {
    const size_t count = count_arguments(start->argv);
    const int has_boot = start->boot != BROOD_OS_NO_HANDLE && start->boot_option != NULL;
    const size_t option = has_boot ? strlen(start->boot_option) + sizeof "3" : 0;
    char **copy = malloc((count + 2) * sizeof *copy + option);

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
    plan->argv = copy;
    return APR_SUCCESS;
}

/* A relative path means a file here, not one under the child's directory: as on Windows. */
static apr_status_t make_image(brood_start_plan_t *plan, const brood_os_start_t *start) {
    const size_t size = sizeof plan->absolute;
    size_t length;

    plan->image = start->image;
    if (start->directory == NULL || start->image[0] == '/') {
        return APR_SUCCESS;
    }
    if (getcwd(plan->absolute, size) == NULL) {
        return BROOD_OS_ERROR;
    }
    length = strlen(plan->absolute);
    if (length + strlen(start->image) + 2 > size) {
        return APR_FROM_OS_ERROR(ENAMETOOLONG);
    }
    (void)snprintf(plan->absolute + length, size - length, "/%s", start->image);
    plan->image = plan->absolute;
    return APR_SUCCESS;
}

/* A descriptor that lies where another will be put is used under another number. That also
 * keeps every dup2() from being one of a descriptor onto itself, which does not clear FD_CLOEXEC
 * on every system. */
static apr_status_t out_of_the_way(int *fd, int *copy) {
    *copy = fcntl(*fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
    if (*copy < 0) {
        return BROOD_OS_ERROR;
    }
    *fd = *copy;
    return APR_SUCCESS;
}

static apr_status_t make_stream(brood_start_plan_t *plan, int number,
                                brood_os_handle_t given) {
    int *fd = &plan->streams[number];
    int flags;

    if (given == BROOD_OS_NO_HANDLE) {
        *fd = BROOD_STREAM_EMPTY;
        return APR_SUCCESS;
    }
    if (given == BROOD_OS_OWN_STREAM) {
        return APR_SUCCESS;
    }
    *fd = brood__fd(given);
    flags = fcntl(*fd, F_GETFD);
    if (flags < 0) {
        return BROOD_OS_ERROR;
    }
    if (*fd == number && (flags & FD_CLOEXEC) == 0) {
        *fd = BROOD_STREAM_KEEP;
        return APR_SUCCESS;
    }
    return *fd < OUT_OF_THE_WAY ? out_of_the_way(fd, &plan->copies[number]) : APR_SUCCESS;
}

static apr_status_t make_streams(brood_start_plan_t *plan,
                                 const brood_os_start_t *start) {
    apr_status_t status = APR_SUCCESS;
    int i;

    BROOD_FAULT("os.start_streams");
    if (start->standard == NULL) {
        plan->streams[0] = start->null_stdin ? BROOD_STREAM_EMPTY : BROOD_STREAM_KEEP;
    }
    for (i = 0; start->standard != NULL && i < BROOD_OS_STANDARD; i++) {
        if (status == APR_SUCCESS) {
            status = make_stream(plan, i, start->standard[i]);
        }
    }
    if (status == APR_SUCCESS && start->boot != BROOD_OS_NO_HANDLE) {
        plan->boot = brood__fd(start->boot);
        if (plan->boot == BROOD_CHILD_BOOT_FD) {
            status = out_of_the_way(&plan->boot, &plan->copies[BROOD_OS_STANDARD]);
        }
    }
    return status;
}

static apr_status_t make_group(brood_start_plan_t *plan, const brood_os_start_t *start) {
    plan->new_group = start->new_group;
    if (start->new_group || start->end_with_parent) {
        BROOD_FAULT("os.start_group");
    }
    if (start->end_with_parent) {
        if (!CAN_TIE) {
            return APR_ENOTIMPL;
        }
        plan->tied_to = getpid();
    }
    return APR_SUCCESS;
}

static apr_status_t make_directory(const brood_os_start_t *start) {
    if (start->directory != NULL) {
        BROOD_FAULT("os.start_directory");
    }
    return APR_SUCCESS; /* whether it is one is seen when it is used */
}

apr_status_t brood__plan_make(brood_start_plan_t *plan, const brood_os_start_t *start,
                              brood_os_start_step_t *step) {
    apr_status_t status;
    int i;

    *step = BROOD_OS_START_PREPARE;
    plan->argv = NULL;
    plan->directory = start->directory;
    plan->boot = -1;
    plan->tied_to = 0;
    for (i = 0; i < BROOD_OS_STANDARD; i++) {
        plan->streams[i] = BROOD_STREAM_KEEP;
    }
    for (i = 0; i <= BROOD_OS_STANDARD; i++) {
        plan->copies[i] = -1;
    }
    if (start->image == NULL || start->argv == NULL || start->argv[0] == NULL) {
        return APR_EINVAL;
    }
    plan->environment = start->environment != NULL
                            ? (char *const *)(uintptr_t)start->environment
                            : brood__environment();
    status = make_argv(plan, start);
    if (status == APR_SUCCESS) {
        status = make_image(plan, start);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_STREAMS;
        status = make_streams(plan, start);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_GROUP;
        status = make_group(plan, start);
    }
    if (status == APR_SUCCESS) {
        *step = BROOD_OS_START_DIRECTORY;
        status = make_directory(start);
    }
    return status;
}

void brood__plan_release(brood_start_plan_t *plan) {
    int i;

    for (i = 0; i <= BROOD_OS_STANDARD; i++) {
        if (plan->copies[i] >= 0) {
            (void)close(plan->copies[i]);
        }
    }
    free(plan->argv);
}

apr_status_t brood__plan_check_directory(const brood_start_plan_t *plan) {
    struct stat about;

    if (stat(plan->directory, &about) != 0) {
        return BROOD_OS_ERROR;
    }
    if (!S_ISDIR(about.st_mode)) {
        return APR_FROM_OS_ERROR(ENOTDIR);
    }
    if (faccessat(AT_FDCWD, plan->directory, X_OK, AT_EACCESS) != 0) {
        return BROOD_OS_ERROR;
    }
    return APR_SUCCESS;
}

/* The system says of a script whose interpreter is missing what it says of a missing script. */
apr_status_t brood__plan_explain(const brood_start_plan_t *plan, apr_status_t status,
                                 brood_os_start_step_t step) {
    struct stat about;

    if (step == BROOD_OS_START_EXECUTE && APR_STATUS_IS_ENOENT(status) &&
        stat(plan->image, &about) == 0) {
        return brood__fail(status, "%s: the interpreter that it names is missing",
                           plan->image);
    }
    return status;
}
