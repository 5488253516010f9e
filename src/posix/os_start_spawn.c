/* Starting an image with posix_spawn(): its cost does not grow with the parent's memory.
 *
 * What the child must not have is closed by the kernel or the C library between fork and exec,
 * whatever the flags of the descriptors and whatever other threads open meanwhile: everything
 * from a number on (addclosefrom_np), or on macOS everything that is not named. */
#include "posix.h"

#include "start_plan.h"
#include <fcntl.h>
#include <spawn.h>

#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
#define CLOSING POSIX_SPAWN_CLOEXEC_DEFAULT

/* Names the standard streams, as far as this process has them to give. One that is private here
 * is no standard stream but a descriptor of ours that took a closed one's number. */
static int close_rest(posix_spawn_file_actions_t *actions,
                      const brood_start_plan_t *plan) {
    int fd;

    for (fd = 0; fd < BROOD_OS_STANDARD; fd++) {
        int flags = plan->streams[fd] == BROOD_STREAM_KEEP ? fcntl(fd, F_GETFD) : -1;

        if (flags >= 0 && (flags & FD_CLOEXEC) == 0) {
            int error = posix_spawn_file_actions_addinherit_np(actions, fd);

            if (error != 0) {
                return error;
            }
        }
    }
    return 0;
}
#else
#define CLOSING 0

static int close_rest(posix_spawn_file_actions_t *actions,
                      const brood_start_plan_t *plan) {
    return posix_spawn_file_actions_addclosefrom_np(
        actions, plan->boot >= 0 ? BROOD_CHILD_BOOT_FD + 1 : BROOD_CHILD_BOOT_FD);
}
#endif

static int add_streams(posix_spawn_file_actions_t *actions,
                       const brood_start_plan_t *plan) {
    int error = 0;
    int fd;

    for (fd = 0; error == 0 && fd < BROOD_OS_STANDARD; fd++) {
        if (plan->streams[fd] == BROOD_STREAM_EMPTY) {
            error = posix_spawn_file_actions_addopen(actions, fd, BROOD_DEV_NULL,
                                                     fd == 0 ? O_RDONLY : O_WRONLY, 0);
        } else if (plan->streams[fd] != BROOD_STREAM_KEEP) {
            error = posix_spawn_file_actions_adddup2(actions, plan->streams[fd], fd);
        }
    }
    return error;
}

/* The boot stream goes first: it may sit on a number that a later action overwrites. */
static int add_actions(posix_spawn_file_actions_t *actions,
                       const brood_start_plan_t *plan) {
    int error = 0;

    if (plan->boot >= 0) {
        error =
            posix_spawn_file_actions_adddup2(actions, plan->boot, BROOD_CHILD_BOOT_FD);
    }
    if (error == 0) {
        error = add_streams(actions, plan);
    }
    if (error == 0 && plan->directory != NULL) {
        error = posix_spawn_file_actions_addchdir_np(actions, plan->directory);
    }
    if (error == 0) {
        error = close_rest(actions, plan);
    }
    return error;
}

/* No signal blocked. Signals that this process handles are reset by exec, those that it ignores
 * stay so: nohup and shells mean them for the whole tree. */
static int set_attributes(posix_spawnattr_t *attributes, const brood_start_plan_t *plan) {
    const int group = plan->new_group ? POSIX_SPAWN_SETPGROUP : 0;
    sigset_t none, defaults;
    int error;

    sigemptyset(&none);
    brood__reset_signals(&defaults);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) {
        error = posix_spawnattr_setsigdefault(attributes, &defaults);
    }
    if (error == 0 && plan->new_group) {
        error = posix_spawnattr_setpgroup(attributes, 0);
    }
    if (error == 0) {
        error = posix_spawnattr_setflags(
            attributes,
            (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group | CLOSING));
    }
    return error;
}

/* posix_spawn() does not tell which of its steps failed. Whether it was the directory is looked
 * at afterwards; only a stream that is not open gives EBADF. */
static apr_status_t tell(const brood_start_plan_t *plan, int error,
                         brood_os_start_step_t *step) {
    *step = error == EBADF ? BROOD_OS_START_STREAMS : BROOD_OS_START_EXECUTE;
    if (error != 0 && plan->directory != NULL) {
        apr_status_t status = brood__plan_check_directory(plan);

        if (status != APR_SUCCESS) {
            *step = BROOD_OS_START_DIRECTORY;
            return status;
        }
    }
    return APR_FROM_OS_ERROR(error);
}

static int spawn(const brood_start_plan_t *plan, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0) {
        return error;
    }
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = add_actions(&actions, plan);
        if (error == 0) {
            error = set_attributes(&attributes, plan);
        }
        if (error == 0) {
            error = posix_spawn(pid, plan->image, &actions, &attributes, plan->argv,
                                plan->environment);
        }
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

apr_status_t brood__start_image(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step) {
    *step = BROOD_OS_START_EXECUTE;
    BROOD_FAULT("os.start_execute");
    if (plan->tied_to != 0) { /* no word of posix_spawn() says that */
        return brood__start_by_keeper(plan, pid, step);
    }
    return tell(plan, spawn(plan, pid), step);
}
