/* Starting an image with vfork(): where posix_spawn() cannot close what the child must not have,
 * or cannot change its directory (musl, older C libraries, OpenBSD, NetBSD), or has no word for
 * what is wanted (brood_start_plan_t.tied_to).
 *
 * vfork() and not fork(): the cost must not grow with the parent's memory. The price is care:
 * until it executes, the child runs in the parent's memory on the parent's stack. So all signals
 * are blocked before, the child makes nothing but system calls, and what it writes to memory is
 * its own local variables. It is closed by the kernel where the kernel can (close_range(2),
 * closefrom(2)); else by the list that the parent has made just before, in which descriptors
 * that other threads open meanwhile are missing: those had better be close-on-exec.
 *
 * A failure comes back through a pipe that a successful exec closes, and not through memory,
 * because emulators and valgrind make a plain fork of this. Where the memory is shared, all has
 * been said when vfork() returns, and the pipe's end is not waited for: a process that another
 * thread has forked meanwhile has the pipe, too, and may keep it for as long as it likes. A child
 * of brood_os_process_fork() does not: these pipes are on a list, under `reports_lock`. */
#include "posix.h"

#include "gate.h"
#include "os/handle.h"
#include "start_plan.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef BROOD_HAVE_CLOSE_RANGE
#include <sys/syscall.h>
#endif

#if defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__)
#define HAS_CLOSEFROM 1
#else
#define HAS_CLOSEFROM 0
#endif

/* Deprecated there, and only for show: posix_spawn() does it all but for the tie to the parent,
 * which that system does not know. */
#ifdef __APPLE__
#define vfork fork
#endif

/* What the child reports of a failure. */
typedef struct failure_t {
    int error;
    brood_os_start_step_t step;
} failure_t;

/* The pipe on which it does, for as long as the parent has it. */
typedef struct report_t {
    struct report_t *next;
    int ends[2]; /* the writing one above the numbers moved to; -1: closed */
} report_t;

static brood__gate_t reports_gate = BROOD__GATE_INIT;
static pthread_mutex_t reports_lock = PTHREAD_MUTEX_INITIALIZER;
static report_t *reports;

/* All that the child needs, ready before it exists. */
typedef struct launch_t {
    const brood_start_plan_t *plan;
    int report; /* where a failure is written; above the numbers moved to */
    /* What to close, when the kernel cannot; else NULL. */
    const brood_os_handle_t *listed;
    size_t listed_count;
    volatile int *is_shared; /* set by the child, where its memory is ours */
} launch_t;

/* ---- in the child ------------------------------------------------------------------------- */

static void give_up(int report, int error, brood_os_start_step_t step) {
    failure_t failure;

    failure.error = error;
    failure.step = step;
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

static void close_from(const launch_t *launch, int first) {
#if HAS_CLOSEFROM
    (void)launch;
    (void)closefrom(first);
#else
    size_t i;

#ifdef BROOD_HAVE_CLOSE_RANGE
    if (launch->listed == NULL) {
        (void)syscall(SYS_close_range, (unsigned)first, ~0U, 0U);
        return;
    }
#endif
    for (i = 0; i < launch->listed_count; i++) {
        if (launch->listed[i] >= first) {
            (void)close((int)launch->listed[i]);
        }
    }
#endif
}

/* Puts the descriptors where they belong. Returns the report's new place, private, below all to
 * be closed. */
static int arrange(const launch_t *launch) {
    const brood_start_plan_t *plan = launch->plan;
    const int report = BROOD_CHILD_BOOT_FD + (plan->boot >= 0);
    int error = brood__step_boot(plan);

    if (error == 0) {
        error = brood__step_streams(plan);
    }
    if (error == 0 &&
        (dup2(launch->report, report) < 0 || fcntl(report, F_SETFD, FD_CLOEXEC) != 0)) {
        error = errno;
    }
    if (error != 0) {
        give_up(launch->report, error, BROOD_OS_START_STREAMS);
    }
    close_from(launch, report + 1);
    return report;
}

static void run_child(const launch_t *launch) {
    const brood_start_plan_t *plan = launch->plan;
    int report, error;

    *launch->is_shared = 1;
    report = arrange(launch);
    error = brood__step_group(plan);

    if (error != 0) {
        give_up(report, error, BROOD_OS_START_GROUP);
    }
    error = brood__step_directory(plan);
    if (error != 0) {
        give_up(report, error, BROOD_OS_START_DIRECTORY);
    }
    brood__step_signals();
    (void)execve(plan->image, plan->argv, plan->environment);
    give_up(report, errno, BROOD_OS_START_EXECUTE);
}

/* ---- in the parent ------------------------------------------------------------------------ */

/* A function of its own, so that nothing of the caller's is changed by the child. Handlers of
 * forks, which run where vfork() is fork(), leave it what it needs. */
static pid_t launch_child(const launch_t *launch) {
    pid_t pid;

    brood__is_forking = 1;
    pid = vfork();

    if (pid == 0) {
        run_child(launch);
    }
    brood__is_forking = 0;
    return pid;
}

/* Whether the kernel closes ranges. Asked once, with a range that holds no descriptor. */
static int kernel_closes(void) {
#if HAS_CLOSEFROM
    return 1;
#elif defined(BROOD_HAVE_CLOSE_RANGE)
    static _Atomic int known; /* 0: not asked, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);

    if (answer == 0) {
        answer = syscall(SYS_close_range, ~0U, ~0U, 0U) == 0 ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
#else
    return 0;
#endif
}

/* Lists what is open, with room for some that are opened meanwhile. */
static apr_status_t list_open(brood_os_handle_t **listed, size_t *count) {
    size_t room = 64;

    *listed = NULL;
    for (;;) {
        brood_os_handle_t *list = malloc(room * sizeof *list);
        apr_status_t status;

        if (list == NULL) {
            return APR_ENOMEM;
        }
        status = brood_os_handle_list(list, room, count);
        if (status == APR_SUCCESS && *count <= room) {
            *listed = list;
            return APR_SUCCESS;
        }
        free(list);
        if (status != APR_SUCCESS) {
            return status;
        }
        room = *count + 64;
    }
}

static void enter(void) {
    brood__gate_enter(&reports_gate);
    (void)pthread_mutex_lock(&reports_lock);
}

static void leave(void) {
    (void)pthread_mutex_unlock(&reports_lock);
    brood__gate_leave(&reports_gate);
}

void brood__reports_fork(void) {
    brood__gate_fork(&reports_gate);
}

void brood__reports_forked(int is_child) {
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

    if (!is_child) {
        brood__gate_forked(&reports_gate);
        return;
    }
    for (; reports != NULL; reports = reports->next) {
        (void)close(reports->ends[0]); /* one that is closed already is -1 */
        (void)close(reports->ends[1]);
    }
    reports_lock = fresh;
    brood__gate_reset(&reports_gate);
}

/* A pipe for the report, its writing end above every number that the child moves to. */
static apr_status_t make_report(int ends[2]) {
    apr_status_t status = APR_SUCCESS;
    int low;

#ifdef BROOD_HAVE_PIPE2 /* a program that somebody else starts just now must not have it */
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return BROOD_OS_ERROR;
    }
#else
    if (pipe(ends) != 0) {
        return BROOD_OS_ERROR;
    }
    (void)brood__close_on_exec(ends[0]);
#endif
    low = ends[1];
    ends[1] = fcntl(low, F_DUPFD_CLOEXEC, BROOD_CHILD_BOOT_FD + 2);
    if (ends[1] < 0) {
        status = BROOD_OS_ERROR;
        (void)close(ends[0]);
    }
    (void)close(low);
    return status;
}

static int has_come(int end) {
    struct pollfd one = {end, POLLIN, 0};

    while (poll(&one, 1, 0) < 0 && errno == EINTR) {
        /* a signal came: ask again */
    }
    return one.revents != 0;
}

static void after_fork(void) {
    if (!brood__is_forking) {
        brood__reports_forked(1);
    }
}

/* For children of forks that are not ours. */
static void know_forks(void) {
    (void)pthread_atfork(NULL, NULL, after_fork);
}

static apr_status_t open_report(report_t *report) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    apr_status_t status;

    (void)pthread_once(&once, know_forks);
    enter();
    status = make_report(report->ends);
    if (status == APR_SUCCESS) {
        report->next = reports;
        reports = report;
    }
    leave();
    return status;
}

static void close_end(report_t *report, int i) {
    enter();
    (void)close(report->ends[i]);
    report->ends[i] = -1;
    leave();
}

static void close_report(report_t *report) {
    report_t **link;

    close_end(report, 0);
    enter();
    for (link = &reports; *link != report; link = &(*link)->next) {
        /* it is there */
    }
    *link = report->next;
    leave();
}

/* Reads the report: nothing when the image runs. A child that failed is reaped here. */
static apr_status_t read_report(int end, pid_t pid, int is_complete,
                                brood_os_start_step_t *step) {
    failure_t failure = {0, BROOD_OS_START_EXECUTE};
    ssize_t got;

    if (is_complete && !has_come(end)) {
        return APR_SUCCESS;
    }
    do {
        got = read(end, &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    if (got == 0) {
        return APR_SUCCESS;
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        /* it is ending: ask again */
    }
    *step = failure.step;
    return got == (ssize_t)sizeof failure && failure.error != 0
               ? APR_FROM_OS_ERROR(failure.error)
               : APR_EGENERAL;
}

apr_status_t brood__start_vfork(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step) {
    volatile int is_shared = 0;
    launch_t launch = {plan, -1, NULL, 0, &is_shared};
    brood_os_handle_t *listed = NULL;
    sigset_t all, before;
    report_t report;
    apr_status_t status;

    *step = BROOD_OS_START_EXECUTE;
    status = open_report(&report);
    if (status != APR_SUCCESS) {
        return status;
    }
    launch.report = report.ends[1];
    if (!kernel_closes()) {
        status = list_open(&listed, &launch.listed_count);
        launch.listed = listed;
    }
    if (status == APR_SUCCESS) {
        sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        *pid = launch_child(&launch);
        if (*pid < 0) {
            status = BROOD_OS_ERROR;
        }
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    close_end(&report, 1);
    if (status == APR_SUCCESS) {
        status = read_report(report.ends[0], *pid, is_shared, step);
    }
    close_report(&report);
    free(listed);
    return status;
}
