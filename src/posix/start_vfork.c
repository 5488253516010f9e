/* Starting an image with vfork(): where it is quicker than posix_spawn() (Linux), where that cannot
 * close what the child must not have, or cannot change its directory (musl, older C libraries,
 * OpenBSD, NetBSD), or has no word for what is wanted (brood_start_plan_t.tied_to).
 *
 * vfork() and not fork(): the cost must not grow with the parent's memory. The price is care:
 * until it executes, the child runs in the parent's memory on the parent's stack. So all signals
 * are blocked before, and the thread cannot be cancelled, for the child would be in its place; the
 * child makes nothing but system calls, and what it writes to memory is its own local variables
 * and its word on what failed. It is closed by the kernel where the kernel can (close_range(2),
 * closefrom(2)); else by the list that the parent has made just before, in which descriptors
 * that other threads open meanwhile are missing: those had better be close-on-exec.
 *
 * A failure comes back through memory, where all has been said when vfork() returns. Emulators,
 * valgrind and others make a plain fork of this: so until a child of this process has been seen to
 * share its memory there is a pipe, too (start_report.c). */
#include "posix.h"

#include "os/handle.h"
#include "start_plan.h"
#include "start_report.h"
#include <fcntl.h>
#include <limits.h>
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

/* What the child says through memory. */
typedef struct word_t {
    int is_shared; /* this memory is the child's, too */
    brood_failure_t failure;
} word_t;

/* All that the child needs, ready before it exists. */
typedef struct launch_t {
    const brood_start_plan_t *plan;
    int report; /* where a failure is written; above the numbers moved to; -1: only in memory */
    /* What to close, when the kernel cannot; else NULL. */
    const brood_os_handle_t *listed;
    size_t listed_count;
    volatile word_t *word; /* the child's, where its memory is ours */
} launch_t;

/* ---- in the child ------------------------------------------------------------------------- */

static void give_up(const launch_t *launch, int report, int error,
                    brood_os_start_step_t step) {
    brood_failure_t failure;

    failure.error = error;
    failure.step = step;
    launch->word->failure = failure;
    if (report >= 0) {
        (void)!write(report, &failure, sizeof failure);
    }
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
 * be closed; -1: there is none. */
static int arrange(const launch_t *launch) {
    const brood_start_plan_t *plan = launch->plan;
    const int end = BROOD_CHILD_BOOT_FD + (plan->boot >= 0);
    const int report = launch->report >= 0 ? end : -1;
    int error = brood__step_boot(plan);

    if (error == 0) {
        error = brood__step_streams(plan);
    }
    if (error == 0 && report >= 0 &&
        (dup2(launch->report, report) < 0 || fcntl(report, F_SETFD, FD_CLOEXEC) != 0)) {
        error = errno;
    }
    if (error != 0) {
        give_up(launch, launch->report, error, BROOD_OS_START_STREAMS);
    }
    close_from(launch, report >= 0 ? report + 1 : end);
    return report;
}

static void run_child(const launch_t *launch) {
    const brood_start_plan_t *plan = launch->plan;
    int report, error;

    launch->word->is_shared = 1;
    report = arrange(launch);
    error = brood__step_group(plan);

    if (error != 0) {
        give_up(launch, report, error, BROOD_OS_START_GROUP);
    }
    error = brood__step_directory(plan);
    if (error != 0) {
        give_up(launch, report, error, BROOD_OS_START_DIRECTORY);
    }
    brood__step_signals();
    (void)execve(plan->image, plan->argv, plan->environment);
    give_up(launch, report, errno, BROOD_OS_START_EXECUTE);
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

/* What the child has said. One that failed is reaped here. One that has said nothing at all was
 * killed before it could: it has been started, and its end is for whoever waits for it. */
static apr_status_t hear(const word_t *word, const brood_report_t *report, pid_t pid,
                         brood_os_start_step_t *step) {
    brood_failure_t failure = word->failure;
    apr_status_t status = APR_SUCCESS;

    if (!word->is_shared && report->ends[0] >= 0) {
        status = brood__report_read(report, &failure);
    }
    if (status == APR_SUCCESS && failure.error == 0) {
        return APR_SUCCESS;
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        /* it is ending: ask again */
    }
    *step = failure.step;
    return status == APR_SUCCESS ? APR_FROM_OS_ERROR(failure.error) : status;
}

/* With all signals blocked, and not to be cancelled. */
static apr_status_t launch_alone(const launch_t *launch, pid_t *pid) {
    apr_status_t status = APR_SUCCESS;
    sigset_t all, before;
    int cancel;

    sigfillset(&all);
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    *pid = launch_child(launch);
    if (*pid < 0) {
        status = BROOD_OS_ERROR;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_setcancelstate(cancel, &cancel);
    return status;
}

apr_status_t brood__start_vfork(const brood_start_plan_t *plan, pid_t *pid,
                                brood_os_start_step_t *step) {
    static _Atomic int is_known; /* relaxed everywhere: that children share our memory */
    const int is_piped = !atomic_load_explicit(&is_known, memory_order_relaxed);
    volatile word_t word = {0, {0, BROOD_OS_START_EXECUTE}};
    launch_t launch = {plan, -1, NULL, 0, &word};
    brood_os_handle_t *listed = NULL;
    brood_report_t report = BROOD_REPORT_INIT;
    apr_status_t status = APR_SUCCESS;

    *step = BROOD_OS_START_EXECUTE;
    if (is_piped) {
        status = brood__report_open(&report);
        if (status != APR_SUCCESS) {
            return status;
        }
        launch.report = report.ends[1];
    }
    if (!kernel_closes()) {
        status = list_open(&listed, &launch.listed_count);
        launch.listed = listed;
    }
    if (status == APR_SUCCESS) {
        status = launch_alone(&launch, pid);
    }
    if (is_piped) {
        brood__report_close_end(&report, 1);
    }
    if (status == APR_SUCCESS) {
        const word_t said = word;

        atomic_store_explicit(&is_known, said.is_shared, memory_order_relaxed);
        status = hear(&said, &report, *pid, step);
    }
    if (is_piped) {
        brood__report_close(&report);
    }
    free(listed);
    return status;
}
