/* Reports: the pipes on which children that are being started tell what failed.
 *
 * A process that another thread has forked meanwhile has the pipe, too, and may keep it for as long
 * as it likes; so its end is not waited for where something else tells that all has been said. A
 * child of brood_os_process_fork() does not keep it: these pipes are on a list, under
 * `reports_lock`. */
#include "posix.h"

#include "gate.h"
#include "start_plan.h"
#include "start_report.h"
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static brood__gate_t reports_gate = BROOD__GATE_INIT;
static pthread_mutex_t reports_lock = PTHREAD_MUTEX_INITIALIZER;
static brood_report_t *reports;

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
    if (atomic_load_explicit(&reports_gate.inside, memory_order_relaxed) != 0) {
        reports_lock = fresh; /* relaxed: nobody else is here; else nobody had it */
    }
    brood__gate_reset(&reports_gate);
}

/* A pipe for the report, its writing end above every number that the child moves to. */
static apr_status_t make_report(int ends[2]) {
    apr_status_t status = APR_SUCCESS;
    int low;

    if (brood__pipe(ends) != 0) {
        return BROOD_OS_ERROR;
    }
    low = ends[1];
    ends[1] = fcntl(low, F_DUPFD_CLOEXEC, BROOD_CHILD_BOOT_FD + 2);
    if (ends[1] < 0) {
        status = BROOD_OS_ERROR;
        (void)close(ends[0]);
    }
    (void)close(low);
    return status;
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

apr_status_t brood__report_open(brood_report_t *report) {
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

void brood__report_close_end(brood_report_t *report, int end) {
    enter();
    (void)close(report->ends[end]);
    report->ends[end] = -1;
    leave();
}

void brood__report_close(brood_report_t *report) {
    brood_report_t **link;

    brood__report_close_end(report, 0);
    enter();
    for (link = &reports; *link != report; link = &(*link)->next) {
        /* it is there */
    }
    *link = report->next;
    leave();
}

apr_status_t brood__report_read(const brood_report_t *report, brood_failure_t *failure) {
    ssize_t got;

    do {
        got = read(report->ends[0], failure, sizeof *failure);
    } while (got < 0 && errno == EINTR);
    return got == 0 || (got == (ssize_t)sizeof *failure && failure->error != 0)
               ? APR_SUCCESS
               : APR_EGENERAL;
}
