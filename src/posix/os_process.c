/* Processes: fork, wait, signal, end. Starting a program is in os_process_start.c. */
#include "posix.h"

#include "os/identity.h"
#include "os/process.h"
#include "brood/status.h"
#include "deadline.h"
#include "start_plan.h"
#include "watch.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often a child without a handle is looked at. */
#define LOOK_FIRST_NS (1 * BROOD_NS_PER_MS)
#define LOOK_MOST_NS (10 * BROOD_NS_PER_MS)

/* How many functions may be registered for children of a plain fork. */
#define AT_FORK_MAX 8

_Thread_local int brood__is_forking;

static void (*_Atomic at_fork_child[AT_FORK_MAX])(void);
static pthread_once_t at_fork_once = PTHREAD_ONCE_INIT;
static int at_fork_error;

int brood_os_has_fork(void) {
    return 1;
}

/* All signals are blocked around the fork, so that no handler of the program runs in the child
 * before it has become a process of its own right. */
apr_status_t brood_os_process_fork(brood_os_process_t *process) {
    const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    apr_status_t status = APR_SUCCESS;
    sigset_t all, before;
    pid_t pid;

    *process = none;
    BROOD_FAULT("os.process_fork");
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    brood__reports_fork();
    brood__is_forking = 1;
    pid = fork();
    if (pid < 0) {
        status = BROOD_OS_ERROR;
    }
    brood__is_forking = 0;
    brood__reports_forked(pid == 0);
    if (pid > 0) {
        process->pid = pid;
        process->handle = brood__watch_child(pid);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* waitid() on this child only. With a pidfd the kernel is asked by that: if somebody else has
 * reaped the child, its number may by now belong to another child of ours, which must not be
 * reaped in its place. */
static int wait_id(const brood_os_process_t *process, int options, siginfo_t *info) {
#ifdef __linux__
    if (process->handle != BROOD_OS_NO_HANDLE) {
        int result = waitid((idtype_t)3 /* P_PIDFD, Linux 5.4 */, (id_t)process->handle,
                            info, options);

        if (result == 0 || errno != EINVAL) {
            return result;
        }
    }
#endif
    return waitid(P_PID, (id_t)process->pid, info, options);
}

/* The same, not interrupted. APR_TIMEUP: it has not ended (with WNOHANG). */
static apr_status_t wait_once(const brood_os_process_t *process, int options,
                              siginfo_t *info) {
    for (;;) {
        int error;

        memset(info, 0, sizeof *info); /* WNOHANG need not touch it */
        if (wait_id(process, options, info) == 0) {
            return info->si_pid != 0 ? APR_SUCCESS : APR_TIMEUP;
        }
        error = errno;
        if (error == ECHILD) {
            return BROOD_ESTATUSLOST;
        }
        if (error != EINTR) {
            return APR_FROM_OS_ERROR(error);
        }
    }
}

/* Sleeps until the child may have ended: at its handle, or, where there is none, for 1 ms, then
 * longer, up to 10 ms. SIGCHLD belongs to the program and is left alone. *pause_ns starts as 0.
 * A handle that was ready is not asked again: the child of a debugger ends for its tracer
 * first, and until that lets go there is nothing to reap. */
static apr_status_t wait_a_while(const brood_os_process_t *process, int64_t *pause_ns,
                                 brood_os_deadline_t deadline) {
    brood_os_deadline_t next;

    if (*pause_ns == 0) {
        *pause_ns = LOOK_FIRST_NS;
        if (process->handle != BROOD_OS_NO_HANDLE) {
            return brood__wait_fd(brood__fd(process->handle), POLLIN, deadline);
        }
    }
    if (brood__ns_left(deadline) == 0) {
        return APR_TIMEUP;
    }
    next = brood_os_now_ns() + *pause_ns;
    brood_os_sleep_until(next < deadline ? next : deadline);
    *pause_ns = *pause_ns * 2 < LOOK_MOST_NS ? *pause_ns * 2 : LOOK_MOST_NS;
    return APR_SUCCESS;
}

static brood_os_exit_t end_of(const siginfo_t *info) {
    brood_os_exit_t how;

    how.signaled = info->si_code != CLD_EXITED; /* else CLD_KILLED or CLD_DUMPED */
    how.code = how.signaled ? info->si_status : info->si_status & 0xff;
    return how;
}

apr_status_t brood_os_process_wait(brood_os_process_t *process,
                                   brood_os_deadline_t deadline, brood_os_exit_t *how) {
    const int options = deadline == BROOD_OS_FOREVER ? WEXITED : WEXITED | WNOHANG;
    int64_t pause_ns = 0;
    apr_status_t status;
    siginfo_t info;

    how->signaled = how->code = 0;
    BROOD_FAULT("os.process_wait");
    if (process->pid <= 0) {
        return APR_EINVAL;
    }
    /* Ends with the child, the deadline or an error: wait_a_while() says APR_TIMEUP then. */
    while ((status = wait_once(process, options, &info)) == APR_TIMEUP) {
        status = wait_a_while(process, &pause_ns, deadline);
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    if (status == APR_SUCCESS) {
        *how = end_of(&info);
    }
    return status;
}

apr_status_t brood_os_process_peek(const brood_os_process_t *process,
                                   brood_os_exit_t *how) {
    apr_status_t status;
    siginfo_t info;

    how->signaled = how->code = 0;
    BROOD_FAULT("os.process_peek");
    if (process->pid <= 0) {
        return APR_EINVAL;
    }
    status = wait_once(process, WEXITED | WNOHANG | WNOWAIT, &info);
    if (status == APR_SUCCESS) {
        *how = end_of(&info);
    }
    return status;
}

int brood__signal_number(brood_os_end_t how) {
    switch (how) {
    case BROOD_OS_TERMINATE: return SIGTERM;
    case BROOD_OS_KILL: return SIGKILL;
    case BROOD_OS_STOP: return SIGSTOP;
    case BROOD_OS_CONTINUE: return SIGCONT;
    case BROOD_OS_INTERRUPT: return SIGINT;
    default: return 0;
    }
}

/* Without a handle the number must be proved to be our child's still: waitid() looks without
 * reaping. A child that another thread reaps between the look and the kill is that program's
 * race; while it is a zombie, the number stays its own and the signal hits no one. */
static apr_status_t signal_by_number(const brood_os_process_t *process, int number) {
    siginfo_t info;
    apr_status_t status = wait_once(process, WEXITED | WNOHANG | WNOWAIT, &info);

    if (status == APR_SUCCESS || status == BROOD_ESTATUSLOST) {
        return APR_SUCCESS; /* it has ended */
    }
    if (status != APR_TIMEUP) {
        return status;
    }
    if (kill((pid_t)process->pid, number) != 0 && errno != ESRCH) {
        return BROOD_OS_ERROR;
    }
    return APR_SUCCESS;
}

apr_status_t brood_os_process_signal(brood_os_process_t *process, brood_os_end_t how) {
    const int number = brood__signal_number(how);

    BROOD_FAULT("os.process_signal");
    if (process->pid <= 0 || number == 0) {
        return APR_EINVAL;
    }
    if (process->handle != BROOD_OS_NO_HANDLE) {
        if (brood__watch_signal(process->handle, number) == 0 || errno == ESRCH) {
            return APR_SUCCESS;
        }
        if (errno != ENOTSUP && errno != ENOSYS) {
            return BROOD_OS_ERROR;
        }
    }
    return signal_by_number(process, number);
}

/* The number is the child's as long as nobody has reaped it, which is looked at last. */
apr_status_t brood_os_identity_of(const brood_os_process_t *process,
                                  brood_os_identity_t *identity) {
    apr_status_t status;
    siginfo_t info;
    uint64_t birth;

    identity->pid = 0;
    identity->birth = 0;
    BROOD_FAULT("os.identity_of");
    if (process->pid <= 0) {
        return APR_EINVAL;
    }
    status = brood__own_birth((pid_t)process->pid, &birth);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = wait_once(process, WEXITED | WNOHANG | WNOWAIT, &info);
    if (status != APR_SUCCESS && status != APR_TIMEUP) {
        return status == BROOD_ESTATUSLOST ? APR_ENOENT : status;
    }
    identity->pid = process->pid;
    identity->birth = birth;
    return APR_SUCCESS;
}

void brood_os_process_close(brood_os_process_t *process) {
    if (process->handle != BROOD_OS_NO_HANDLE) {
        (void)close(brood__fd(process->handle));
    }
    process->handle = BROOD_OS_NO_HANDLE;
    process->pid = 0;
}

brood_os_handle_t brood_os_process_watch(const brood_os_process_t *process) {
    return process->handle;
}

/* By its address, which the dynamic linker fills in when the program starts: a forked child that
 * ends should not be the one to look for it, page fault by page fault. */
void brood_os_exit_now(int code) {
    void (*const volatile leave)(int) = _exit;

    leave(code);
}

#ifdef BROOD_HAVE_ON_EXIT
static void run_at_exit(int code, void *function) {
    union {
        void *data;
        void (*run)(int code);
    } registered;

    registered.data = function;
    registered.run(code);
}
#endif

apr_status_t brood_os_at_exit(void (*function)(int code)) {
#ifdef BROOD_HAVE_ON_EXIT
    int (*const volatile enlist)(void (*)(int, void *), void *) = on_exit;
    union {
        void (*run)(int code);
        void *data;
    } registered;

    BROOD_FAULT("os.at_exit");
    registered.run = function;
    /* by its address: brood_os_exit_now() says why */
    return enlist(run_at_exit, registered.data) == 0 ? APR_SUCCESS : APR_ENOMEM;
#else
    (void)function;
    BROOD_FAULT("os.at_exit");
    return APR_ENOTIMPL;
#endif
}

void brood_os_kill_self(void) {
    (void)kill(getpid(), SIGKILL);
    for (;;) {
        (void)pause(); /* the signal is on its way; this cannot be reached for long */
    }
}

void brood_os_stop_self(void) {
    (void)kill(getpid(), SIGSTOP); /* does not return before somebody continues us */
}

void brood_os_interrupt_ignore(int ignored) {
    static struct sigaction before;
    struct sigaction none;

    if (ignored) {
        memset(&none, 0, sizeof none);
        none.sa_handler = SIG_IGN;
        (void)sigaction(SIGINT, &none, &before);
    } else {
        (void)sigaction(SIGINT, &before, NULL);
    }
}

static void run_at_fork_child(void) {
    size_t i;

    if (brood__is_forking) {
        return;
    }
    for (i = 0; i < AT_FORK_MAX; i++) {
        void (*child)(void) = atomic_load(&at_fork_child[i]);

        if (child != NULL) {
            child();
        }
    }
}

/* By pthread_once(), which begins anew in a child that was forked in the middle of it. */
static void install_at_fork(void) {
    at_fork_error = pthread_atfork(NULL, NULL, run_at_fork_child);
}

apr_status_t brood_os_at_fork_child(void (*child)(void)) {
    size_t i;

    BROOD_FAULT("os.at_fork_child");
    (void)pthread_once(&at_fork_once, install_at_fork);
    if (at_fork_error != 0) {
        return APR_FROM_OS_ERROR(at_fork_error);
    }
    for (i = 0; i < AT_FORK_MAX; i++) {
        void (*expected)(void) = NULL;

        if (atomic_compare_exchange_strong(&at_fork_child[i], &expected, child) ||
            expected == child) {
            return APR_SUCCESS;
        }
    }
    return APR_ENOMEM;
}
