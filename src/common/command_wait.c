/* Command: waiting for one, all or any of several, and bringing one to its end. */
#include "command.h"
#include "pace.h"
#include "status.h"
#include "stop.h"

apr_status_t brood__command_join_until(brood_command_t *command,
                                       brood_os_deadline_t deadline) {
    apr_status_t rv = brood__command_turn_one(command, brood__command_is_over, deadline);
    return rv == APR_SUCCESS ? brood__command_settle(command) : rv;
}

apr_status_t brood_command_join(brood_command_t *command, apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    apr_status_t rv = brood__command_use_started(command);
    if (rv == APR_SUCCESS) {
        rv = brood__command_join_until(command, deadline);
        brood__command_unuse(command);
    }
    return rv;
}

/* ---- several ---------------------------------------------------------------------------- */

static void unuse_all(brood_command_t *const *commands, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (commands[i] != NULL) {
            brood__command_unuse(commands[i]);
        }
    }
}

static apr_status_t use_all(brood_command_t *const *commands, size_t count,
                            size_t *given) {
    *given = 0;
    if (commands == NULL && count != 0) {
        return brood__fail(APR_EINVAL, "commands is NULL and count is %llu",
                           (unsigned long long)count);
    }
    for (size_t i = 0; i < count; i++) {
        if (commands[i] != NULL) {
            apr_status_t rv = brood__command_use_started(commands[i]);
            if (rv != APR_SUCCESS) {
                unuse_all(commands, i);
                return brood__fail_within(rv, "commands[%llu]: ", (unsigned long long)i);
            }
            ++*given;
        }
    }
    return APR_SUCCESS;
}

/* Settles those that have ended. */
static apr_status_t settle_all(brood_command_t *const *commands, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (commands[i] != NULL && brood__command_is_over(commands[i])) {
            apr_status_t rv = brood__command_settle(commands[i]);
            if (rv != APR_SUCCESS) {
                return brood__fail_within(rv, "commands[%llu]: ", (unsigned long long)i);
            }
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_command_wait_all(brood_command_t *const *commands, size_t count,
                                    apr_interval_time_t timeout) {
    brood__turn_t turn = {commands, count, 0, brood__command_is_over,
                          brood__deadline(timeout)};
    size_t given;
    apr_status_t rv = use_all(commands, count, &given);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (given != 0) {
        rv = brood__command_turn(&turn);
    }
    if (rv == APR_SUCCESS) {
        rv = settle_all(commands, count);
    }
    unuse_all(commands, count);
    return rv;
}

static apr_status_t settle_first(brood_command_t *const *commands, size_t *index) {
    size_t i = 0;
    while (commands[i] == NULL || !brood__command_is_over(commands[i])) {
        i++; /* ends: there is one */
    }
    *index = i;
    return brood__command_settle(commands[i]);
}

apr_status_t brood_command_wait_any(brood_command_t *const *commands, size_t count,
                                    apr_interval_time_t timeout, size_t *index) {
    brood__turn_t turn = {commands, count, 1, brood__command_is_over,
                          brood__deadline(timeout)};
    size_t given;
    apr_status_t rv = use_all(commands, count, &given);
    *index = count;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = given == 0 ? brood__fail_plainly(APR_EOF) : brood__command_turn(&turn);
    if (rv == APR_SUCCESS) {
        rv = settle_first(commands, index);
    }
    unuse_all(commands, count);
    return rv;
}

/* ---- the ladder ------------------------------------------------------------------------- */

static apr_status_t stop_wait(void *command, brood_os_deadline_t deadline) {
    return brood__command_join_until(command, deadline);
}

/* To see the end of its input is a request that a program knows on every system. */
static apr_status_t stop_ask(void *data) {
    brood_command_t *command = data;
    int had_input = command->flows[BROOD_STDIN].end != BROOD_OS_NO_HANDLE;
    apr_status_t rv = brood__child_signal(command->child, BROOD_OS_INTERRUPT);
    brood__flow_close(&command->flows[BROOD_STDIN]);
    return had_input && APR_STATUS_IS_ENOTIMPL(rv) ? APR_SUCCESS : rv;
}

static apr_status_t stop_signal(void *data, brood_os_end_t how) {
    brood_command_t *command = data;
    return brood__child_signal(command->child, how);
}

apr_status_t brood_command_stop(brood_command_t *command, const brood_stop_step_t *steps,
                                size_t count, brood_stop_what_t *ended_by) {
    brood__stop_target_t target = {command, NULL, stop_wait, stop_ask, stop_signal};
    apr_status_t rv = brood__command_use_started(command);
    if (rv != APR_SUCCESS) {
        if (ended_by != NULL) {
            *ended_by = BROOD_STOP_NONE;
        }
        return rv;
    }
    target.name = command->argv[0];
    rv = brood__stop_run(&target, steps, count, ended_by);
    brood__command_unuse(command);
    return rv;
}
