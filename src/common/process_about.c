/* Process: what is to be known of one, and what may be settled before its start. */
#include "process_object.h"

#include "brood/boot.h"
#include "os/signal.h"
#include "session.h"
#include "status.h"
#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* That the object may be changed: made here and not started. */
static apr_status_t check_unstarted(const brood_process_t *process) {
    apr_status_t rv = brood__process_check_started(process);
    if (rv == APR_SUCCESS || rv == BROOD_EDEADLOCK) {
        return brood__fail(BROOD_ESTARTED, "%s", process->name);
    }
    return rv == BROOD_ENOTSTARTED ? APR_SUCCESS : rv;
}

apr_status_t brood_process_set_name(brood_process_t *process, const char *name) {
    apr_status_t rv = check_unstarted(process);
    char *copy;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (name == NULL || strlen(name) >= BROOD__NAME_MAX) {
        return brood__fail(APR_EINVAL, "name is %s",
                           name == NULL ? "NULL" : "of 128 bytes or more");
    }
    copy = apr_pstrdup(process->pool, name);
    if (copy == NULL) {
        return APR_ENOMEM;
    }
    process->name = copy;
    return APR_SUCCESS;
}

apr_status_t brood_process_set_daemon(brood_process_t *process, int daemon) {
    apr_status_t rv = check_unstarted(process);
    if (rv == APR_SUCCESS && daemon != 0 && daemon != 1) {
        rv = brood__fail(APR_EINVAL, "daemon is %d", daemon);
    }
    if (rv == APR_SUCCESS) {
        process->options.daemon = daemon;
    }
    return rv;
}

int brood_process_daemon(const brood_process_t *process) {
    return process != NULL && process->options.daemon;
}

/* " exitcode=3", " exitcode=-SIGTERM", " exitcode=-90", or nothing when it is not known. */
static void exit_print(char *text, size_t size, const brood__child_t *child) {
    const char *name = child->how.signaled ? brood_os_signal_name(child->how.code) : NULL;
    text[0] = '\0';
    if (child->lost) {
        return;
    }
    if (name != NULL) {
        (void)snprintf(text, size, " exitcode=-%s", name);
    } else {
        (void)snprintf(text, size, " exitcode=%d",
                       child->how.signaled ? -child->how.code : child->how.code);
    }
}

static const char *state_of(brood_process_t *process, char *code, size_t size) {
    apr_status_t rv = brood__process_check_started(process);
    code[0] = '\0';
    if (rv != APR_SUCCESS) {
        return rv == BROOD_ECLOSED       ? "closed"
               : rv == BROOD_ENOTSTARTED ? "initial"
               : rv == BROOD_EDEADLOCK   ? "started"
                                         : "unknown";
    }
    rv = brood__child_wait(process->child, 0);
    if (rv != APR_SUCCESS) {
        return rv == APR_TIMEUP ? "started" : "unknown";
    }
    exit_print(code, size, process->child);
    return "stopped";
}

size_t brood_process_describe(brood_process_t *process, char *buffer, size_t size) {
    char code[40], pid[40] = "";
    const char *state;
    int length;
    if (process == NULL) {
        length = snprintf(buffer, size, "<Process NULL>");
        return length < 0 ? 0 : (size_t)length;
    }
    state = state_of(process, code, sizeof code);
    if (brood_process_pid(process) != 0) {
        (void)snprintf(pid, sizeof pid, " pid=%lld",
                       (long long)brood_process_pid(process));
    }
    length = snprintf(buffer, size, "<Process name='%s'%s parent=%lld %s%s%s>",
                      process->name, pid, (long long)process->creator, state, code,
                      process->options.daemon ? " daemon" : "");
    return length < 0 ? 0 : (size_t)length;
}
