/* Starting an image with posix_spawn(): its cost does not grow with the parent's memory.
 *
 * What the child must not have is closed by the kernel or the C library between fork and exec,
 * whatever the flags of the descriptors and whatever other threads open meanwhile: everything
 * from a number on (addclosefrom_np), or on macOS everything that is not named. */
#include "posix.h"

#include "start_plan.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#define DEV_NULL "/dev/null"

#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
#define CLOSING POSIX_SPAWN_CLOEXEC_DEFAULT

/* Names the standard streams, as far as this process has them to give. One that is private here
 * is no standard stream but a descriptor of ours that took a closed one's number. */
static int close_rest(posix_spawn_file_actions_t *actions,
                      const brood_start_plan_t *plan) {
    int fd;

    for (fd = plan->null_stdin ? 1 : 0; fd <= 2; fd++) {
        int flags = fcntl(fd, F_GETFD);

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

/* The boot stream goes first: it may sit on a number that a later action overwrites. */
static int add_actions(posix_spawn_file_actions_t *actions,
                       const brood_start_plan_t *plan) {
    int error = 0;

    if (plan->boot >= 0) {
        error =
            posix_spawn_file_actions_adddup2(actions, plan->boot, BROOD_CHILD_BOOT_FD);
    }
    if (error == 0 && plan->null_stdin) {
        error = posix_spawn_file_actions_addopen(actions, 0, DEV_NULL, O_RDONLY, 0);
    }
    if (error == 0 && plan->directory != NULL) {
        error = posix_spawn_file_actions_addchdir_np(actions, plan->directory);
    }
    if (error == 0) {
        error = close_rest(actions, plan);
    }
    return error;
}

/* No signal blocked; SIGPIPE and SIGCHLD as the system has them. A library that ignores SIGPIPE
 * does so for itself, and a child whose SIGCHLD is ignored could not wait for its own. Others
 * that are ignored stay so: nohup and shells mean them for the whole tree. */
static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, defaults;
    int error;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGCHLD);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) {
        error = posix_spawnattr_setsigdefault(attributes, &defaults);
    }
    if (error == 0) {
        error = posix_spawnattr_setflags(
            attributes,
            (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | CLOSING));
    }
    return error;
}

apr_status_t brood__start_image(const brood_start_plan_t *plan, pid_t *pid,
                                int *is_directory) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error;

    *is_directory = 0;
    error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return APR_FROM_OS_ERROR(error);
    }
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = add_actions(&actions, plan);
        if (error == 0) {
            error = set_attributes(&attributes);
        }
        if (error == 0) {
            error = posix_spawn(pid, plan->image, &actions, &attributes, plan->argv,
                                plan->environment);
        }
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return APR_FROM_OS_ERROR(error);
}
