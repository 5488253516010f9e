/* Process: the public object, and the rules of who may do what with it. */
#include "process_object.h"

#include "brood/boot.h"
#include "child.h"
#include "context.h"
#include "current.h"
#include "log.h"
#include "method.h"
#include "os/clock.h"
#include "os/fault.h"
#include "pace.h"
#include "session.h"
#include "start.h"
#include "status.h"
#include <apr_pools.h>
#include <apr_strings.h>
#include <string.h>

int brood__process_is_self(const brood_process_t *process) {
    return process == brood__current.self;
}

static apr_status_t process_cleanup(void *data) {
    brood_process_t *process = data;
    if (process->child != NULL && process->creator == brood_current_pid()) {
        brood__child_detach(process->child);
    }
    if (brood__process_is_self(process)) {
        brood__current.self = NULL;
    }
    process->child = NULL;
    process->closed = 1;
    brood__context_release(process->options.context);
    process->options.context = NULL;
    return APR_SUCCESS;
}

static apr_status_t options_take(brood_process_options_t *chosen,
                                 const brood_process_options_t *options) {
    const brood_process_options_t defaults = BROOD_PROCESS_OPTIONS_INIT;
    *chosen = options != NULL ? *options : defaults;
    if (chosen->struct_size != sizeof defaults) {
        return brood__fail(APR_EINVAL, "options->struct_size is %llu, not %llu",
                           (unsigned long long)chosen->struct_size,
                           (unsigned long long)sizeof defaults);
    }
    if (brood_start_method_name(chosen->method) == NULL) {
        return brood__fail(APR_EINVAL, "options->method is %d", (int)chosen->method);
    }
    if (chosen->daemon < -1 || chosen->daemon > 1) {
        return brood__fail(APR_EINVAL, "options->daemon is %d", chosen->daemon);
    }
    if (chosen->name != NULL && strlen(chosen->name) >= BROOD__NAME_MAX) {
        return brood__fail(APR_EINVAL, "options->name has %llu bytes, the most is %d",
                           (unsigned long long)strlen(chosen->name), BROOD__NAME_MAX - 1);
    }
    if (chosen->daemon == -1) {
        chosen->daemon = brood__current.daemon;
    }
    if (chosen->end_with_parent < 0 || chosen->end_with_parent > 2) {
        return brood__fail(APR_EINVAL, "options->end_with_parent is %d",
                           chosen->end_with_parent);
    }
    chosen->method = brood__context_wanted(chosen->context, chosen->method);
    chosen->start_timeout =
        brood__context_timeout(chosen->context, chosen->start_timeout);
    chosen->program = brood__context_program(chosen->context, chosen->program);
    chosen->allow_threads |= brood__context_allows_threads(chosen->context);
    return APR_SUCCESS;
}

/* "1" in the first process, "1:2" in that child's second child. */
static char *label_next(apr_pool_t *pool) {
    const char *own = brood__current.label;
    return apr_psprintf(pool, "%s%s%u", own, own[0] != '\0' ? ":" : "",
                        atomic_fetch_add(&brood__current.children, 1) + 1);
}

apr_status_t brood_process_create(brood_process_t **process, brood_target_fn *target,
                                  brood_args_t args,
                                  const brood_process_options_t *options,
                                  apr_pool_t *pool) {
    brood_process_t *fresh;
    apr_status_t rv;
    *process = NULL;
    if (target == NULL) {
        return brood__fail(APR_EINVAL, "target is NULL");
    }
    fresh = apr_pcalloc(pool, sizeof *fresh);
    if (fresh == NULL) {
        return APR_ENOMEM;
    }
    rv = options_take(&fresh->options, options);
    if (rv == APR_SUCCESS) {
        rv = brood_values_pack(&fresh->state, args, pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fresh->target = target;
    fresh->pool = pool;
    fresh->creator = brood_current_pid();
    fresh->label = label_next(pool);
    fresh->name = fresh->options.name != NULL
                      ? apr_pstrdup(pool, fresh->options.name)
                      : apr_pstrcat(pool, "Process-", fresh->label, NULL);
    fresh->options.program = apr_pstrdup(pool, fresh->options.program);
    (void)brood__context_hold(fresh->options.context);
    apr_pool_cleanup_register(pool, fresh, process_cleanup, apr_pool_cleanup_null);
    *process = fresh;
    return APR_SUCCESS;
}

/* ---- starting ----------------------------------------------------------------------- */

static apr_status_t may_start(const brood_process_t *process,
                              brood_start_method_t *method) {
    apr_status_t rv;
    if (process == NULL) {
        return brood__fail(APR_EINVAL, "process is NULL");
    }
    if (process->closed) {
        return brood__fail(BROOD_ECLOSED, "%s has been closed", process->name);
    }
    if (process->creator != brood_current_pid()) {
        return brood__fail(BROOD_ENOTCHILD, "%s was made by process %lld", process->name,
                           (long long)process->creator);
    }
    if (process->child != NULL) {
        return brood__fail(BROOD_ESTARTED, "%s", process->name);
    }
    rv = brood__method_resolve(process->options.method, method);
    return rv == APR_SUCCESS ? brood__start_allowed(*method, process->name) : rv;
}

static apr_status_t start_by(brood__start_t *start) {
    switch (start->child->method) {
    case BROOD_START_FORK: return brood__start_fork(start);
    case BROOD_START_FORKSERVER: return brood__start_forkserver(start);
    default: return brood__start_spawn(start);
    }
}

static apr_status_t start_with(brood_process_t *process, brood__start_t *start) {
    brood__child_t *child = start->child;
    apr_status_t rv = brood__session_ensure();
    if (rv == APR_SUCCESS) {
        rv = brood_os_identity_self(&start->parent);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__session_reserve(&child->participant);
    }
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("start.reserved");
        rv = apr_pool_create(&start->pool, NULL);
    }
    if (rv == APR_SUCCESS) {
        rv = start_by(start);
        apr_pool_destroy(start->pool);
    }
    if (rv != APR_SUCCESS) {
        brood__session_bury(child->participant);
        return rv;
    }
    process->pid = child->os.pid != 0 ? child->os.pid : child->identity.pid;
    return APR_SUCCESS;
}

/* What is inherited and what daemons have, included. */
static int end_with_parent(const brood_process_options_t *options) {
    if (brood__current.end_with_parent > 1) {
        return 2;
    }
    return options->daemon && options->end_with_parent == 0 ? 1
                                                            : options->end_with_parent;
}

apr_status_t brood_process_start(brood_process_t *process) {
    brood__start_t start = {0};
    brood_start_method_t method;
    apr_status_t rv = may_start(process, &method);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__detail_clear(); /* so that a failure without words gets no older one's */
    brood__child_reap_detached();
    start.child = brood__child_new(process->name, process->options.daemon, method);
    if (start.child == NULL) {
        return APR_ENOMEM;
    }
    start.child->end_with_parent = end_with_parent(&process->options);
    start.target = process->target;
    start.state = process->state;
    start.label = process->label;
    start.program = process->options.program;
    start.site = brood__context_site(process->options.context);
    start.allow_threads = process->options.allow_threads;
    start.deadline = brood__deadline(process->options.start_timeout);
    start.self = process;
    brood_log(BROOD_LOG_SUBDEBUG, "starting %s",
              process->name); /* settled before a fork */
    rv = start_with(process, &start);
    if (rv != APR_SUCCESS) {
        brood__child_discard(start.child);
        rv = brood__fail_within(rv, "start of %s: ", process->name);
        brood_log(BROOD_LOG_INFO, "%s", brood_error_detail());
        return rv;
    }
    start.child->process = process;
    process->child = start.child;
    brood__child_add(start.child);
    brood_log(BROOD_LOG_DEBUG, "started %s by %s, pid %lld", process->name,
              brood_start_method_name(method), (long long)process->pid);
    return APR_SUCCESS;
}

/* ---- asking and ending -------------------------------------------------------------- */

apr_status_t brood__process_check_started(const brood_process_t *process) {
    if (process == NULL) {
        return brood__fail(APR_EINVAL, "process is NULL");
    }
    if (process->closed) {
        return brood__fail(BROOD_ECLOSED, "%s has been closed", process->name);
    }
    if (brood__process_is_self(process)) {
        return brood__fail(BROOD_EDEADLOCK, "%s is this process itself", process->name);
    }
    if (process->creator != brood_current_pid()) {
        return brood__fail(BROOD_ENOTCHILD, "%s was made by process %lld", process->name,
                           (long long)process->creator);
    }
    if (process->child == NULL) {
        return brood__fail(BROOD_ENOTSTARTED, "%s", process->name);
    }
    return APR_SUCCESS;
}

apr_status_t brood__process_child(const brood_process_t *process,
                                  brood__child_t **child) {
    apr_status_t rv = brood__process_check_started(process);
    *child = rv == APR_SUCCESS ? process->child : NULL;
    return rv;
}

apr_status_t brood_process_join(brood_process_t *process, apr_interval_time_t timeout) {
    apr_status_t rv = brood__process_check_started(process);
    return rv != APR_SUCCESS
               ? rv
               : brood__child_wait(process->child, brood__deadline(timeout));
}

int brood_process_is_alive(brood_process_t *process) {
    if (process != NULL && brood__process_is_self(process)) {
        return 1;
    }
    return brood__process_check_started(process) == APR_SUCCESS &&
           brood__child_wait(process->child, 0) == APR_TIMEUP;
}

apr_status_t brood_process_exit_code(brood_process_t *process, int *code) {
    apr_status_t rv = brood__process_check_started(process);
    *code = 0;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (brood__child_wait(process->child, 0) != APR_SUCCESS) {
        return APR_EAGAIN;
    }
    if (process->child->lost) {
        *code = 255;
        return brood__fail(BROOD_ESTATUSLOST, "%s", process->name);
    }
    *code = process->child->how.signaled ? -process->child->how.code
                                         : process->child->how.code;
    return APR_SUCCESS;
}

apr_status_t brood_process_close(brood_process_t *process) {
    apr_status_t rv = brood__process_check_started(process);
    if (rv == BROOD_ECLOSED) {
        return APR_SUCCESS;
    }
    if (rv == APR_SUCCESS && brood__child_wait(process->child, 0) == APR_TIMEUP) {
        return brood__fail(BROOD_EBUSY, "%s still runs", process->name);
    }
    return rv == APR_SUCCESS || rv == BROOD_ENOTSTARTED ? process_cleanup(process) : rv;
}

int64_t brood_process_pid(const brood_process_t *process) {
    return process == NULL                   ? 0
           : brood__process_is_self(process) ? brood_current_pid()
                                             : process->pid;
}

const char *brood_process_name(const brood_process_t *process) {
    return process == NULL ? "" : process->name;
}

apr_status_t brood_process_sentinel(brood_process_t *process, brood_native_t *sentinel) {
    brood_os_waitable_kind_t kind;
    apr_status_t rv = brood__process_check_started(process);
    *sentinel = BROOD_OS_NO_HANDLE;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *sentinel = brood__child_sentinel(process->child, &kind);
    return *sentinel != BROOD_OS_NO_HANDLE
               ? APR_SUCCESS
               : brood__fail(APR_ENOTIMPL, "this system has no handle on a child");
}

apr_status_t brood_active_children(brood_process_t ***children, size_t *count,
                                   apr_pool_t *pool) {
    size_t room = brood__child_list(NULL, 0);
    brood__child_t **list = apr_pcalloc(pool, sizeof *list * (room + 1));
    brood_process_t **alive = apr_pcalloc(pool, sizeof *alive * (room + 1));
    size_t listed = brood__child_list(list, room);
    listed = listed < room ? listed : room;
    *count = 0;
    for (size_t i = 0; i < listed; i++) {
        brood_process_t *process = list[i]->process;
        if (process != NULL && brood__child_wait(list[i], 0) == APR_TIMEUP) {
            alive[(*count)++] = process;
        }
    }
    brood__child_list_let_go(list, listed);
    *children = alive;
    return APR_SUCCESS;
}
