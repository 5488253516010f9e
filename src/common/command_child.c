/* Command: asking after it and signalling it, as any thread may. */
#include "brood/boot.h"
#include "command.h"
#include "family.h"
#include "status.h"

apr_status_t brood__command_check(const brood_command_t *command) {
    if (command == NULL) {
        return brood__fail(APR_EINVAL, "command is NULL");
    }
    if (command->closed) {
        return brood__fail(BROOD_ECLOSED, "%s has been closed", command->argv[0]);
    }
    if (command->creator != brood_current_pid()) {
        return brood__fail(BROOD_ENOTCHILD, "%s was made by process %lld",
                           command->argv[0], (long long)command->creator);
    }
    return APR_SUCCESS;
}

apr_status_t brood__command_use(brood_command_t *command) {
    static _Thread_local char this_thread; /* its address */
    const void *user = NULL;
    /* acquire: pairs with the release in brood__command_unuse() */
    if (!atomic_compare_exchange_strong_explicit(&command->user, &user, &this_thread,
                                                 memory_order_acquire,
                                                 memory_order_relaxed) &&
        user != &this_thread) {
        return brood__fail(BROOD_EBUSY, "another thread uses %s", command->argv[0]);
    }
    command->uses++;
    return APR_SUCCESS;
}

void brood__command_unuse(brood_command_t *command) {
    if (--command->uses == 0) {
        /* release: pairs with the acquire in brood__command_use() */
        atomic_store_explicit(&command->user, NULL, memory_order_release);
    }
}

apr_status_t brood__command_use_started(brood_command_t *command) {
    apr_status_t rv = brood__command_check_started(command);
    return rv == APR_SUCCESS ? brood__command_use(command) : rv;
}

apr_status_t brood__command_check_started(const brood_command_t *command) {
    apr_status_t rv = brood__command_check(command);
    return rv == APR_SUCCESS && command->child == NULL
               ? brood__fail(BROOD_ENOTSTARTED, "%s", command->argv[0])
               : rv;
}

/* An atomic load of the child comes first: who sees it sees what the start had made before. */
apr_status_t brood__command_child(const brood_command_t *command,
                                  brood__child_t **child) {
    apr_status_t rv = brood__command_check_started(command);
    *child = rv == APR_SUCCESS ? command->child : NULL;
    return rv;
}

brood_command_step_t brood_command_failed_step(const brood_command_t *command) {
    return command == NULL ? BROOD_STEP_NONE : command->failed;
}

int64_t brood_command_pid(const brood_command_t *command) {
    return command == NULL ? 0 : command->pid;
}

const char *brood_command_program(const brood_command_t *command) {
    return command == NULL ? "" : command->program;
}

int brood_command_is_alive(brood_command_t *command) {
    brood__child_t *child;
    if (command == NULL || brood__command_child(command, &child) != APR_SUCCESS) {
        return 0;
    }
    return brood__child_wait(child, 0) == APR_TIMEUP;
}

apr_status_t brood_command_exit_code(brood_command_t *command, int *code) {
    brood__child_t *child;
    apr_status_t rv = brood__command_child(command, &child);
    *code = 0;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__child_wait(child, 0) != APR_SUCCESS) {
        return APR_EAGAIN;
    }
    if (child->lost) {
        *code = 255;
        return brood__fail(BROOD_ESTATUSLOST, "%s", command->argv[0]);
    }
    *code = child->how.signaled ? -child->how.code : child->how.code;
    return APR_SUCCESS;
}

static apr_status_t tell(brood_command_t *command, brood_os_end_t how) {
    brood__child_t *child;
    apr_status_t rv = brood__command_child(command, &child);
    return rv == APR_SUCCESS ? brood__child_signal(child, how) : rv;
}

apr_status_t brood_command_terminate(brood_command_t *command) {
    return tell(command, BROOD_OS_TERMINATE);
}

apr_status_t brood_command_kill(brood_command_t *command) {
    return tell(command, BROOD_OS_KILL);
}

apr_status_t brood_command_interrupt(brood_command_t *command) {
    return tell(command, BROOD_OS_INTERRUPT);
}

/* Who it is, while its number is certainly its own: 1. 0: it has ended. */
static int identify(brood__child_t *child, brood_os_identity_t *identity) {
    apr_status_t rv = APR_ENOENT;
    brood__guard_take(&child->guard);
    if (!child->ended) {
        rv = brood_os_identity_of(&child->os, identity);
    }
    brood__guard_give(&child->guard);
    return rv == APR_SUCCESS;
}

apr_status_t brood_command_kill_tree(brood_command_t *command, brood_stop_what_t how,
                                     size_t *count) {
    brood_os_identity_t identity;
    brood__child_t *child;
    apr_status_t told, rv = brood__command_child(command, &child);
    if (count != NULL) {
        *count = 0;
    }
    if (rv == APR_SUCCESS && how != BROOD_STOP_TERMINATE && how != BROOD_STOP_KILL) {
        rv = brood__fail(APR_EINVAL, "how is %d", (int)how);
    }
    if (rv != APR_SUCCESS || !identify(child, &identity)) {
        return rv;
    }
    rv = brood__family_end(&identity, 0, how, count);
    if (APR_STATUS_IS_ENOTIMPL(rv)) {
        told = brood__child_signal(child, how == BROOD_STOP_KILL ? BROOD_OS_KILL
                                                                 : BROOD_OS_TERMINATE);
        rv = told == APR_SUCCESS ? rv : told;
    }
    return rv;
}

apr_status_t brood_command_sentinel(brood_command_t *command, brood_native_t *sentinel) {
    brood_os_waitable_kind_t kind;
    brood__child_t *child;
    apr_status_t rv = brood__command_child(command, &child);
    *sentinel = BROOD_OS_NO_HANDLE;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *sentinel = brood__child_sentinel(child, &kind);
    return *sentinel != BROOD_OS_NO_HANDLE
               ? APR_SUCCESS
               : brood__fail(APR_ENOTIMPL, "this system has no handle on a child");
}
