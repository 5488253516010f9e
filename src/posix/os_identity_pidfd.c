/* Life and death by pidfd, which alone is right in every state of a process: it becomes
 * readable when the last thread has ended, reaped or not, and not before.
 *
 * The handle is opened first and the birth compared after: while we hold a handle on the
 * process that has the number, /proc speaks of that process or says that it is gone.
 *
 * A birth is the number that the kernel gives each process's file in pidfs (Linux 6.9), never
 * the same twice, and marked as such; a tenth of the cost of a look into /proc. Where there is
 * no pidfs, or a sandbox allows no pidfds, it is the start time that /proc tells. A birth is
 * compared in the unit that it has, so that processes with and without may watch each other. */
#include "posix.h"

#include "identity_proc.h"
#include "os/identity.h"
#include "watch.h"
#include <fcntl.h>
#include <linux/stat.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By number, for C libraries without the wrappers and headers without the names. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446L
#endif

/* pidfds are born with FD_CLOEXEC. */
static int open_pidfd(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0U);
}

static int has_ended(int pidfd) {
    struct pollfd one = {pidfd, POLLIN, 0};

    while (poll(&one, 1, 0) < 0 && errno == EINTR) {
        /* a signal came: ask again */
    }
    return (one.revents & (POLLIN | POLLHUP)) != 0;
}

brood_os_handle_t brood__watch_child(pid_t pid) {
    int saved = errno;
    int pidfd = open_pidfd(pid);

    errno = saved;
    return pidfd < 0 ? BROOD_OS_NO_HANDLE : pidfd;
}

int brood__watch_signal(brood_os_handle_t watch, int number) {
    return (int)syscall(SYS_pidfd_send_signal, brood__fd(watch), number, NULL, 0U);
}

static int is_in_pidfs(int pidfd) {
    static _Atomic int known; /* 0: not asked, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    struct statfs system;

    if (answer == 0) {
        answer = fstatfs(pidfd, &system) == 0 && system.f_type == PID_FS_MAGIC ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

/* The number of the process's file in pidfs, marked; 0: it is not in pidfs. By statx(2), whose
 * numbers have 64 bits everywhere; itself, as syscall() is at hand in a process that has just been
 * forked and another part of the C library is a page fault away. */
static uint64_t read_number(int pidfd) {
    struct statx about;
    const char itself[1] = "";

    return is_in_pidfs(pidfd) && syscall(SYS_statx, pidfd, itself, AT_EMPTY_PATH,
                                         STATX_INO, &about) == 0
               ? about.stx_ino | BROOD_BIRTH_IS_NUMBER
               : 0;
}

apr_status_t brood__own_birth(pid_t pid, uint64_t *birth) {
    int pidfd = open_pidfd(pid);

    *birth = 0;
    if (pidfd >= 0) {
        *birth = read_number(pidfd);
        (void)close(pidfd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
        return BROOD_OS_ERROR; /* or one process would give two answers */
    }
    return *birth != 0 ? APR_SUCCESS : brood__proc_birth(pid, birth);
}

/* Whether the kernel contradicts that the number is still this process's. An unreadable /proc
 * (not mounted, not for our eyes, the process just reaped) does not: then the number has to do.
 * What is only short here (descriptors, memory) is an error: a handle that was not compared must
 * not be kept. */
static apr_status_t compare_birth(const brood_os_identity_t *identity, int pidfd) {
    brood_proc_t about;
    int error;

    if ((identity->birth & BROOD_BIRTH_IS_NUMBER) != 0) {
        uint64_t number = read_number(pidfd);

        return number != 0 && number != identity->birth ? APR_ENOENT : APR_SUCCESS;
    }
    if (brood__proc_read((pid_t)identity->pid, &about) == 0) {
        return brood__proc_is_other(identity, &about) ? APR_ENOENT : APR_SUCCESS;
    }
    error = errno;
    return error == EMFILE || error == ENFILE || error == ENOMEM
               ? APR_FROM_OS_ERROR(error)
               : APR_SUCCESS;
}

/* A handle on this very process. APR_ENOENT: it has ended. */
static apr_status_t open_identity(const brood_os_identity_t *identity, int *pidfd) {
    apr_status_t status;

    *pidfd = open_pidfd((pid_t)identity->pid);
    if (*pidfd < 0) {
        return errno == ESRCH ? APR_ENOENT : BROOD_OS_ERROR;
    }
    status = compare_birth(identity, *pidfd);
    if (status == APR_SUCCESS && has_ended(*pidfd)) {
        status = APR_ENOENT;
    }
    if (status != APR_SUCCESS) {
        (void)close(*pidfd);
        *pidfd = -1;
    }
    return status;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    apr_status_t status;
    int pidfd;

    if (*watch != BROOD_OS_NO_HANDLE) {
        return has_ended(brood__fd(*watch)) ? BROOD_OS_DEAD : BROOD_OS_ALIVE;
    }
    if (identity->pid <= 0) {
        return BROOD_OS_UNKNOWN;
    }
    status = open_identity(identity, &pidfd);
    if (status == APR_SUCCESS) {
        *watch = pidfd;
        return BROOD_OS_ALIVE;
    }
    if (status == APR_ENOENT) {
        return BROOD_OS_DEAD;
    }
    /* No pidfds, no room for one, or the number is that of a mere thread now. */
    return brood__proc_life(identity);
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    apr_status_t status;
    int pidfd;

    *watch = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.identity_watch");
    if (identity->pid <= 0) {
        return APR_EINVAL;
    }
    status = open_identity(identity, &pidfd);
    if (status == APR_SUCCESS) {
        *watch = pidfd;
    } else if (status != APR_ENOENT && brood__proc_life(identity) == BROOD_OS_DEAD) {
        status = APR_ENOENT;
    }
    return status == APR_FROM_OS_ERROR(ENOSYS) ? APR_ENOTIMPL : status;
}

apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    const int number = brood__signal_number(how);
    apr_status_t status;
    int pidfd;

    BROOD_FAULT("os.identity_signal");
    if (identity->pid <= 0 || number == 0) {
        return APR_EINVAL;
    }
    status = open_identity(identity, &pidfd);
    if (status != APR_SUCCESS && status != APR_ENOENT &&
        brood__proc_life(identity) == BROOD_OS_DEAD) {
        status = APR_ENOENT;
    }
    if (status == APR_ENOENT) {
        return APR_SUCCESS; /* it is gone */
    }
    if (status != APR_SUCCESS) {
        return status == APR_FROM_OS_ERROR(ENOSYS) ? APR_ENOTIMPL : status;
    }
    if (brood__watch_signal(pidfd, number) != 0 && errno != ESRCH) {
        status = BROOD_OS_ERROR;
    }
    (void)close(pidfd);
    return status;
}
