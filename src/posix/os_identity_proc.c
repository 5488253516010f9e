/* What /proc says of a process: when it was created, and whether it is over.
 *
 * One line of /proc/PID/task/PID/stat: the number, the name in parentheses (which may itself hold
 * parentheses and blanks, so fields are counted after the last one), then the state (field 3),
 * the parent (4), the number of threads (20) and the start time in ticks since boot (22). */
#include "posix.h"

#include "identity_proc.h"
#include "watch.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads the line; -1 with errno. It is that of the first thread, in which all that is used here
 * stands as in /proc/PID/stat: under an emulator of programs (qemu-user) a process that opens the
 * latter for itself gets a forgery with another birth than what others read of it. */
static int read_stat(pid_t pid, pid_t thread, char *line, size_t size) {
    char path[64];
    ssize_t got;
    int fd, error;

    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/stat", (long)pid, (long)thread);
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return -1;
    }
    do {
        got = read(fd, line, size - 1);
    } while (got < 0 && errno == EINTR);
    error = errno;
    (void)close(fd);
    errno = error;
    if (got <= 0) {
        return -1;
    }
    line[got] = '\0';
    return 0;
}

int brood__proc_read_thread(pid_t pid, pid_t thread, brood_proc_t *about) {
    char line[1024];
    char *at;
    int field;

    memset(about, 0, sizeof *about);
    if (read_stat(pid, thread, line, sizeof line) != 0) {
        return -1;
    }
    at = strrchr(line, ')');
    if (at == NULL || at[1] != ' ') {
        errno = EINVAL;
        return -1;
    }
    at += 2;
    about->state = *at;
    for (field = 3; field < 22 && at != NULL; field++) {
        if (field == 4) {
            about->parent = (pid_t)strtol(at, NULL, 10);
        } else if (field == 20) {
            about->threads = strtoul(at, NULL, 10);
        }
        at = strchr(at, ' ');
        if (at != NULL) {
            at++;
        }
    }
    if (at == NULL) {
        errno = EINVAL;
        return -1;
    }
    about->birth = strtoull(at, NULL, 10);
    return 0;
}

int brood__proc_read(pid_t pid, brood_proc_t *about) {
    return brood__proc_read_thread(pid, pid, about);
}

/* Without a /proc the birth is 0, not known: the number alone must do then. A shortage of
 * descriptors is an error instead, or one process would give two answers. */
apr_status_t brood__proc_birth(pid_t pid, uint64_t *birth) {
    brood_proc_t about;
    int error;

    *birth = 0;
    if (brood__proc_read(pid, &about) == 0) {
        *birth = about.birth;
        return APR_SUCCESS;
    }
    error = errno;
    return error == EMFILE || error == ENFILE || error == ENOMEM
               ? APR_FROM_OS_ERROR(error)
               : APR_SUCCESS;
}

/* Our own child that has ended and is not reaped; the look does not reap it. */
static int is_ended_child(pid_t pid) {
    siginfo_t info;

    memset(&info, 0, sizeof info);
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

/* Proofs of death, in order: the number is nobody's; it is an ended child of ours; it is
 * another's by now; it is a zombie without any thread (the state letter alone would bury a
 * process whose main thread has left and whose others work on). */
brood_os_life_t brood__proc_life(const brood_os_identity_t *identity) {
    const pid_t pid = (pid_t)identity->pid;
    brood_proc_t about;

    if (pid <= 0) {
        return BROOD_OS_UNKNOWN;
    }
    if (kill(pid, 0) != 0 && errno == ESRCH) {
        return BROOD_OS_DEAD;
    }
    if (is_ended_child(pid)) {
        return BROOD_OS_DEAD;
    }
    if (brood__proc_read(pid, &about) != 0) {
        return BROOD_OS_UNKNOWN; /* no /proc, or not for our eyes */
    }
    if (brood__proc_is_other(identity, &about)) {
        return BROOD_OS_DEAD;
    }
    if ((about.state == 'Z' || about.state == 'X') && about.threads <= 1) {
        return BROOD_OS_DEAD;
    }
    return BROOD_OS_ALIVE;
}
