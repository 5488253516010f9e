/* What a process does to itself before it executes another image, in a child that shares its
 * parent's memory or in the process that is to be replaced: system calls and local variables,
 * nothing else. */
#include "start_plan.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __FreeBSD__
#include <sys/procctl.h>
#endif

#ifdef NSIG
#define SIGNALS NSIG
#else
#define SIGNALS 65
#endif

/* EBUSY: Linux, when another thread is opening that number just now. */
static int put(int fd, int number) {
    while (dup2(fd, number) < 0) {
        if (errno != EINTR && errno != EBUSY) {
            return errno;
        }
    }
    return 0;
}

/* Before the streams: it may lie where one of them will be put. */
int brood__step_boot(const brood_start_plan_t *plan) {
    return plan->boot >= 0 ? put(plan->boot, BROOD_CHILD_BOOT_FD) : 0;
}

static int put_empty(int number) {
    int fd = open(BROOD_DEV_NULL, number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    int error = 0;

    if (fd < 0) {
        return errno;
    }
    if (fd != number) {
        error = put(fd, number);
        (void)close(fd);
    }
    return error;
}

int brood__step_streams(const brood_start_plan_t *plan) {
    int error = 0;
    int i;

    for (i = 0; error == 0 && i < BROOD_OS_STANDARD; i++) {
        if (plan->streams[i] == BROOD_STREAM_EMPTY) {
            error = put_empty(i);
        } else if (plan->streams[i] != BROOD_STREAM_KEEP) {
            error = put(plan->streams[i], i);
        }
    }
    return error;
}

/* The kernel's word is asked for first and the parent's life looked at then: a parent that ended
 * before the first has another number now, and one that ends after it is seen by the kernel. */
static int tie(pid_t parent) {
#if defined(__linux__)
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return errno;
    }
#elif defined(__FreeBSD__)
    int number = SIGKILL;

    if (procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &number) != 0) {
        return errno;
    }
#endif
    if (getppid() != parent) {
        (void)kill(getpid(), SIGKILL);
    }
    return 0;
}

int brood__step_group(const brood_start_plan_t *plan) {
    if (plan->new_group && setpgid(0, 0) != 0) {
        return errno;
    }
    return plan->tied_to != 0 ? tie(plan->tied_to) : 0;
}

int brood__step_directory(const brood_start_plan_t *plan) {
    return plan->directory != NULL && chdir(plan->directory) != 0 ? errno : 0;
}

void brood__reset_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGXFSZ);
}

static void reset(int number, int though_ignored) {
    struct sigaction action;

    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
        (action.sa_handler != SIG_IGN || though_ignored)) {
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        (void)sigaction(number, &action, NULL);
    }
}

void brood__step_signals(void) {
    int number;

    for (number = 1; number < SIGNALS; number++) {
        reset(number, 0);
    }
    brood__step_unmask();
}

void brood__step_unmask(void) {
    sigset_t set;

    reset(SIGPIPE, 1);
    reset(SIGCHLD, 1);
    reset(SIGXFSZ, 1);
    sigemptyset(&set);
    (void)pthread_sigmask(SIG_SETMASK, &set, NULL);
}
