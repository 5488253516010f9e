/* Life and death by kqueue: NOTE_EXIT comes when the last thread has ended, reaped or not.
 *
 * The watch is registered first and the birth compared after, so that a reused number is never
 * trusted. A queue with the event in it stays readable for poll(), because nobody ever takes the
 * event out. Queues are not inherited by a forked child: there the number of a watch names
 * nothing, or something else; whoever keeps one must forget it, not close it, after a fork. */
#include "posix.h"

#include "identity_info.h"
#include "os/identity.h"
#include "watch.h"
#include <poll.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

apr_status_t brood__own_birth(pid_t pid, uint64_t *birth) {
    brood_info_t about;

    *birth = 0;
    if (brood__info_read(pid, &about) != 0) {
        return BROOD_OS_ERROR;
    }
    *birth = about.birth;
    return APR_SUCCESS;
}

static int has_ended(int queue) {
    struct pollfd one = {queue, POLLIN, 0};

    while (poll(&one, 1, 0) < 0 && errno == EINTR) {
        /* a signal came: ask again */
    }
    return (one.revents & POLLIN) != 0;
}

/* Makes a queue that will hold the end of this process. -1 with errno; ESRCH: no such process,
 * or (macOS) one that has ended. */
static int open_queue(pid_t pid) {
    struct kevent event;
    int error, queue = kqueue();

    if (queue < 0) {
        return -1;
    }
    (void)brood__close_on_exec(queue);
    EV_SET(&event, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, 0);
    if (kevent(queue, &event, 1, NULL, 0, NULL) == 0) {
        return queue;
    }
    error = errno;
    (void)close(queue);
    errno = error;
    return -1;
}

/* A descriptor that is readable at once and always: the end of a pipe without writers. For a
 * child that ended before it could be watched. */
static int open_ended(void) {
    int ends[2];

    if (pipe(ends) != 0) {
        return -1;
    }
    (void)close(ends[1]);
    (void)brood__close_on_exec(ends[0]);
    return ends[0];
}

brood_os_handle_t brood__watch_child(pid_t pid) {
    int saved = errno;
    int watch = open_queue(pid);

    if (watch < 0 && errno == ESRCH) {
        watch = open_ended();
    }
    errno = saved;
    return watch < 0 ? BROOD_OS_NO_HANDLE : watch;
}

int brood__watch_signal(brood_os_handle_t watch, int number) {
    (void)watch;
    (void)number;
    errno = ENOTSUP;
    return -1;
}

/* Whether the table of processes proves this one dead: a zombie, another's number by now, or no
 * such number, which kill() must confirm, as tables may hide the processes of others. */
static int is_over(const brood_os_identity_t *identity) {
    const pid_t pid = (pid_t)identity->pid;
    brood_info_t about;

    if (brood__info_read(pid, &about) != 0) {
        return errno == ESRCH && kill(pid, 0) != 0 && errno == ESRCH;
    }
    return about.is_zombie || (identity->birth != 0 && about.birth != identity->birth);
}

/* A watch on this very process. APR_ENOENT: it has ended. */
static apr_status_t open_identity(const brood_os_identity_t *identity, int *queue) {
    *queue = open_queue((pid_t)identity->pid);
    if (*queue < 0) {
        apr_status_t status = BROOD_OS_ERROR;

        return is_over(identity) ? APR_ENOENT : status;
    }
    if (is_over(identity)) {
        (void)close(*queue);
        *queue = -1;
        return APR_ENOENT;
    }
    return APR_SUCCESS;
}

brood_os_life_t brood_os_identity_life(const brood_os_identity_t *identity,
                                       brood_os_handle_t *watch) {
    apr_status_t status;
    int queue;

    if (*watch != BROOD_OS_NO_HANDLE) {
        return has_ended(brood__fd(*watch)) ? BROOD_OS_DEAD : BROOD_OS_ALIVE;
    }
    if (identity->pid <= 0) {
        return BROOD_OS_UNKNOWN;
    }
    status = open_identity(identity, &queue);
    if (status == APR_SUCCESS) {
        *watch = queue;
        return BROOD_OS_ALIVE;
    }
    return status == APR_ENOENT ? BROOD_OS_DEAD : BROOD_OS_UNKNOWN;
}

apr_status_t brood_os_identity_watch(const brood_os_identity_t *identity,
                                     brood_os_handle_t *watch) {
    apr_status_t status;
    int queue;

    *watch = BROOD_OS_NO_HANDLE;
    BROOD_FAULT("os.identity_watch");
    if (identity->pid <= 0) {
        return APR_EINVAL;
    }
    status = open_identity(identity, &queue);
    if (status == APR_SUCCESS) {
        *watch = queue;
    }
    return status;
}

/* Between a look at the birth and kill() the number could become another's. */
apr_status_t brood_os_identity_signal(const brood_os_identity_t *identity,
                                      brood_os_end_t how) {
    const int number = brood__signal_number(how);

    BROOD_FAULT("os.identity_signal");
    if (identity->pid <= 0 || number == 0) {
        return APR_EINVAL;
    }
    return is_over(identity) ? APR_SUCCESS : brood__info_signal(identity, number);
}
