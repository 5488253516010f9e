/* The table of processes of macOS, and its signal for one process.
 *
 * Each process has an audit token, which holds its number and how often that was given before; the
 * kernel takes a signal for a token, and refuses it when the number is another's. The call has
 * come with later systems than this is built for, and is looked up while running. */
#include "posix.h"

#include "identity_info.h"
#include <dlfcn.h>
#include <mach/mach.h>
#include <pthread.h>
#include <string.h>
#include <sys/sysctl.h>

int brood__info_read(pid_t pid, brood_info_t *about) {
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc entry;
    size_t size = sizeof entry;

    memset(about, 0, sizeof *about);
    memset(&entry, 0, sizeof entry);
    if (sysctl(name, 4, &entry, &size, NULL, 0) != 0) {
        return -1;
    }
    if (size == 0 || entry.kp_proc.p_pid != pid) {
        errno = ESRCH;
        return -1;
    }
    about->birth = (uint64_t)entry.kp_proc.p_starttime.tv_sec * 1000000U +
                   (uint64_t)entry.kp_proc.p_starttime.tv_usec;
    about->is_zombie = entry.kp_proc.p_stat == SZOMB;
    return 0;
}

/* As the system's libproc has it. 0, the number of an error, or -1 with errno. */
typedef int signal_t(audit_token_t *token, int number);

static signal_t *signal_by_token; /* written once, before anybody reads it */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void) {
    void *found = dlsym(RTLD_DEFAULT, "proc_signal_with_audittoken");

    memcpy(&signal_by_token, &found, sizeof found);
}

/* Of the process that has this number now. */
static int read_token(pid_t pid, audit_token_t *token) {
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    mach_port_t name = MACH_PORT_NULL;
    kern_return_t result;

    if (task_name_for_pid(mach_task_self(), pid, &name) != KERN_SUCCESS) {
        return 0;
    }
    result = task_info(name, TASK_AUDIT_TOKEN, (task_info_t)token, &count);
    (void)mach_port_deallocate(mach_task_self(), name);
    return result == KERN_SUCCESS && count == TASK_AUDIT_TOKEN_COUNT;
}

/* The token is taken first and the birth compared after: who has the number then, and had it before
 * this was asked, had it when the token was taken. */
apr_status_t brood__info_signal(const brood_os_identity_t *identity, int number) {
    const pid_t pid = (pid_t)identity->pid;
    audit_token_t token;
    brood_info_t about;
    int has_token, error;

    (void)pthread_once(&once, look_up);
    if (signal_by_token == NULL) {
        return APR_ENOTIMPL;
    }
    has_token = read_token(pid, &token);
    if (brood__info_read(pid, &about) != 0) {
        return errno == ESRCH ? APR_SUCCESS : BROOD_OS_ERROR;
    }
    if (about.is_zombie || about.birth != identity->birth) {
        return APR_SUCCESS;
    }
    if (!has_token) { /* another user's */
        return APR_FROM_OS_ERROR(EPERM);
    }
    error = signal_by_token(&token, number);
    if (error < 0) {
        error = errno;
    }
    return error == 0 || error == ESRCH ? APR_SUCCESS : APR_FROM_OS_ERROR(error);
}
