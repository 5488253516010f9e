/* Process: how its parent brings it to its end. */
#include "process_object.h"

#include "log.h"
#include "status.h"
#include "stop.h"

static apr_status_t signal_child(brood__child_t *child, brood_os_end_t how) {
    static const char *const words[] = {
        [BROOD_OS_TERMINATE] = "terminating",
        [BROOD_OS_KILL] = "killing",
        [BROOD_OS_INTERRUPT] = "interrupting",
    };
    brood_log(BROOD_LOG_DEBUG, "%s %s", words[how], child->name);
    return brood__child_signal(child, how);
}

static apr_status_t end(brood_process_t *process, brood_os_end_t how) {
    apr_status_t rv = brood__process_check_started(process);
    return rv != APR_SUCCESS ? rv : signal_child(process->child, how);
}

apr_status_t brood_process_terminate(brood_process_t *process) {
    return end(process, BROOD_OS_TERMINATE);
}

apr_status_t brood_process_kill(brood_process_t *process) {
    return end(process, BROOD_OS_KILL);
}

apr_status_t brood_process_interrupt(brood_process_t *process) {
    apr_status_t rv = end(process, BROOD_OS_INTERRUPT);
    return APR_STATUS_IS_ENOTIMPL(rv)
               ? brood__fail(rv, "%s cannot be interrupted on this system", process->name)
               : rv;
}

apr_status_t brood_process_ask(brood_process_t *process) {
    apr_status_t rv = brood__process_check_started(process);
    if (rv == APR_SUCCESS) {
        brood__child_ask(process->child);
    }
    return rv;
}

static apr_status_t stop_wait(void *child, brood_os_deadline_t deadline) {
    return brood__child_wait(child, deadline);
}

static apr_status_t stop_ask(void *data) {
    brood__child_t *child = data;
    brood_log(BROOD_LOG_DEBUG, "asking %s to end", child->name);
    brood__child_ask(child);
    return APR_SUCCESS;
}

static apr_status_t stop_signal(void *child, brood_os_end_t how) {
    return signal_child(child, how);
}

apr_status_t brood_process_stop(brood_process_t *process, const brood_stop_step_t *steps,
                                size_t count, brood_stop_what_t *ended_by) {
    brood__stop_target_t target = {NULL, NULL, stop_wait, stop_ask, stop_signal};
    apr_status_t rv = brood__process_check_started(process);
    if (rv != APR_SUCCESS) {
        if (ended_by != NULL) {
            *ended_by = BROOD_STOP_NONE;
        }
        return rv;
    }
    target.data = process->child;
    target.name = process->name;
    return brood__stop_run(&target, steps, count, ended_by);
}
