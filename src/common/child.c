/* Children: waiting for, reaping and ending the processes that this one has started.
 *
 * A direct child is waited for through the kernel's handle on it, so that waiting and reaping
 * are apart and several threads may wait; one of them reaps, under the child's guard. A child
 * of the forkserver is waited for through its stream, on which the server tells how it
 * ended. */
#include "child.h"

#include "forkserver.h"
#include "identity.h"
#include "log.h"
#include "notice.h"
#include "os/clock.h"
#include "os/handle.h"
#include "server.h"
#include "session.h"
#include "status.h"
#include "stop.h"
#include <stdlib.h>
#include <string.h>

/* How long a daemon that does not heed its end is waited for at exit before it is killed. */
#define DAEMON_GRACE_NS (5 * 1000000000LL)

/* How long one thread waits at a time where the system gives no handle on a child. */
#define WAIT_SLICE_NS (5 * 1000000LL)

/* How long a child whose stream has ended may take to become waitable. */
#define REAP_GRACE_NS (10 * 1000000000LL)

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static brood__child_t *first;
static brood__child_t *inherited; /* of the process that this one was forked from */

brood__child_t *brood__child_new(const char *name, int daemon,
                                 brood_start_method_t method) {
    static const brood_os_process_t none = BROOD_OS_PROCESS_INIT;
    size_t size = strlen(name) + 1;
    brood__child_t *child = calloc(1, sizeof *child + size);
    if (child != NULL) {
        child->name = memcpy(child + 1, name, size);
        child->daemon = daemon;
        child->method = method;
        child->os = none;
        child->life = BROOD_OS_NO_HANDLE;
    }
    return child;
}

void brood__child_add(brood__child_t *child) {
    brood__child_t **link;
    brood__guard_take(&list_guard);
    for (link = &first; *link != NULL; link = &(*link)->next) {}
    *link = child;
    brood__guard_give(&list_guard);
}

void brood__child_discard(brood__child_t *child) {
    brood_os_process_close(&child->os);
    brood_os_handle_close(child->life);
    free(child);
}

/* Takes one off the list that has ended and that nobody wants. */
static brood__child_t *take_detached(void) {
    brood__child_t **link;
    brood__child_t *child;
    brood__guard_take(&list_guard);
    for (link = &first; *link != NULL; link = &(*link)->next) {
        if ((*link)->process == NULL && (*link)->holders == 0 &&
            brood__child_wait(*link, 0) == APR_SUCCESS) {
            break;
        }
    }
    child = *link;
    if (child != NULL) {
        *link = child->next;
    }
    brood__guard_give(&list_guard);
    return child;
}

void brood__child_reap_detached(void) {
    brood__child_t *child;
    while ((child = take_detached()) != NULL) { /* each round takes one off the list */
        brood__child_discard(child);
    }
}

void brood__child_detach(brood__child_t *child) {
    brood__guard_take(&list_guard);
    child->process = NULL;
    brood__guard_give(&list_guard);
    brood__child_reap_detached();
}

void brood__child_leave(brood__child_t *child, int is_joined_at_exit) {
    child->left = !is_joined_at_exit;
    brood__child_add(child);
    brood__child_reap_detached();
}

brood_os_handle_t brood__child_sentinel(const brood__child_t *child,
                                        brood_os_waitable_kind_t *kind) {
    brood_os_handle_t watch = brood_os_process_watch(&child->os);
    *kind = watch != BROOD_OS_NO_HANDLE ? BROOD_OS_WAIT_WATCH : BROOD_OS_WAIT_STREAM;
    return watch != BROOD_OS_NO_HANDLE ? watch : child->life;
}

brood_os_handle_t brood__child_waited_at(const brood__child_t *child,
                                         brood_os_waitable_kind_t *kind) {
    brood_os_handle_t sentinel = brood__child_sentinel(child, kind);
    return child->withheld ? BROOD_OS_NO_HANDLE : sentinel;
}

/* The child's stream is readable: the server's word on how it ended, or its end. */
static apr_status_t reap_through_server(brood__child_t *child) {
    brood__notice_t notice;
    brood_os_deadline_t soon = brood_os_now_ns() + REAP_GRACE_NS;
    apr_status_t rv = brood__notice_receive(child->life, &notice, soon);
    if (rv == APR_SUCCESS && notice.kind == BROOD__NOTICE_ENDED) {
        child->how.signaled = (int)notice.numbers[0];
        child->how.code = (int)notice.numbers[1];
        return APR_SUCCESS;
    }
    child->lost = 1; /* the server is gone, or does not know: only whether it has ended */
    return rv == APR_SUCCESS ? rv : brood__identity_wait(&child->identity, 0);
}

/* Its server has nothing more to tell of it. */
static void server_let_go(brood__child_t *child) {
    brood__server_t *server = child->server;
    child->server = NULL;
    if (server != NULL) {
        brood__server_release(server);
    }
}

/* What the kernel said of the child's end, under its guard. */
static apr_status_t reaped(brood__child_t *child, apr_status_t rv) {
    if (rv == BROOD_ESTATUSLOST) {
        child->lost = 1;
        rv = APR_SUCCESS;
    }
    if (rv == APR_SUCCESS) {
        brood__session_bury(child->participant);
        child->ended = 1;
        server_let_go(child);
    }
    return rv;
}

static apr_status_t reap_directly(brood__child_t *child) {
    brood_os_deadline_t soon = brood_os_now_ns() + REAP_GRACE_NS;
    int has_watch = brood_os_process_watch(&child->os) != BROOD_OS_NO_HANDLE;
    /* With a watch it is ready by now; a stream ends a moment before its process. */
    apr_status_t rv =
        brood_os_process_wait(&child->os, has_watch ? 0 : soon, &child->how);
    child->withheld = has_watch && rv == APR_TIMEUP;
    return rv;
}

/* Under no lock of ours, for the log is the program's affair. Of a child without an object the
 * end is seen under the list's. */
static void tell_end(const brood__child_t *child, int fresh) {
    if (!fresh || child->process == NULL) {
        return;
    }
    if (child->lost) {
        brood_log(BROOD_LOG_DEBUG, "%s ended, nobody knows how", child->name);
    } else {
        brood_log(BROOD_LOG_DEBUG, "%s ended: %s %d", child->name,
                  child->how.signaled ? "signal" : "exit code", child->how.code);
    }
}

/* The system has no handle on children: slices of the kernel's wait, one thread at a time. */
static apr_status_t wait_without_watch(brood__child_t *child,
                                       brood_os_deadline_t deadline) {
    int64_t now = brood_os_now_ns();
    int64_t slice = now + WAIT_SLICE_NS;
    apr_status_t rv = APR_SUCCESS;
    int fresh = 0;
    brood__guard_take(&child->guard);
    if (!child->ended) {
        rv = brood_os_process_wait(&child->os, slice < deadline ? slice : deadline,
                                   &child->how);
        rv = reaped(child, rv);
        fresh = rv == APR_SUCCESS;
    }
    brood__guard_give(&child->guard);
    tell_end(child, fresh);
    return rv == APR_TIMEUP && slice < deadline ? APR_SUCCESS : rv;
}

/* Called when the child seems to have ended; only one thread reaps. */
static apr_status_t reap(brood__child_t *child) {
    apr_status_t rv = APR_SUCCESS;
    int fresh = 0;
    brood__guard_take(&child->guard);
    if (!child->ended) {
        rv = child->os.pid != 0 ? reap_directly(child) : reap_through_server(child);
        rv = reaped(child, rv);
        fresh = rv == APR_SUCCESS;
    }
    brood__guard_give(&child->guard);
    tell_end(child, fresh);
    return rv;
}

apr_status_t brood__child_wait(brood__child_t *child, brood_os_deadline_t deadline) {
    while (!child->ended) { /* ends with the child or at the deadline */
        brood_os_waitable_t waitable = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_WATCH, 0};
        apr_status_t rv;
        waitable.handle = brood__child_waited_at(child, &waitable.kind);
        if (waitable.handle == BROOD_OS_NO_HANDLE) {
            rv = wait_without_watch(child, deadline);
            if (rv != APR_SUCCESS) {
                return rv;
            }
            continue;
        }
        rv = brood_os_wait_any(&waitable, 1, deadline);
        if (rv == APR_SUCCESS) {
            rv = reap(child);
        }
        if (rv == APR_TIMEUP && brood_os_now_ns() < deadline) {
            rv = child->lost ? brood__identity_wait(&child->identity, deadline)
                             : APR_SUCCESS;
        }
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EINTR(rv)) {
            return rv;
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood__child_signal(brood__child_t *child, brood_os_end_t how) {
    apr_status_t rv = APR_SUCCESS;
    brood__guard_take(&child->guard);
    if (!child->ended) {
        rv = child->os.pid != 0 ? brood_os_process_signal(&child->os, how)
                                : brood__forkserver_signal(child, how);
    }
    brood__guard_give(&child->guard);
    return rv;
}

void brood__child_ask(brood__child_t *child) {
    brood__guard_take(&child->guard);
    if (!child->ended) {
        brood__stop_ask(child->participant);
    }
    brood__guard_give(&child->guard);
}

size_t brood__child_list(brood__child_t **children, size_t capacity) {
    size_t count = 0;
    brood__guard_take(&list_guard);
    for (brood__child_t *child = first; child != NULL; child = child->next) {
        if (count < capacity) {
            children[count] = child;
            child->holders++;
        }
        count++;
    }
    brood__guard_give(&list_guard);
    return count;
}

void brood__child_list_let_go(brood__child_t **children, size_t count) {
    brood__guard_take(&list_guard);
    for (size_t i = 0; i < count; i++) {
        children[i]->holders--;
    }
    brood__guard_give(&list_guard);
    brood__child_reap_detached();
}

/* Held, for another thread may let its object go meanwhile. */
static brood__child_t *first_running(void) {
    brood__child_t *child;
    brood__guard_take(&list_guard);
    for (child = first; child != NULL && (child->ended || child->left);
         child = child->next) {}
    if (child != NULL) {
        child->holders++;
    }
    brood__guard_give(&list_guard);
    return child;
}

static void terminate_daemons(void) {
    brood__guard_take(&list_guard);
    for (brood__child_t *child = first; child != NULL; child = child->next) {
        if (child->daemon) {
            (void)brood__child_signal(child, BROOD_OS_TERMINATE);
        }
    }
    brood__guard_give(&list_guard);
}

void brood__child_end_all(void) {
    brood__child_t *child = first_running();
    int64_t heeded;
    if (child == NULL) { /* not even the clock is looked at: most children have none */
        brood__child_reap_detached();
        return;
    }
    brood_log(BROOD_LOG_DEBUG, "terminating daemons, joining the other children");
    brood__child_list_let_go(&child, 1);
    terminate_daemons();
    heeded = brood_os_now_ns() + DAEMON_GRACE_NS; /* all of them at once */
    while ((child = first_running()) != NULL) {   /* each round ends one */
        if (child->daemon && brood__child_wait(child, heeded) == APR_TIMEUP) {
            (void)brood__child_signal(child, BROOD_OS_KILL);
        }
        (void)brood__child_wait(child, BROOD_OS_FOREVER);
        brood__child_list_let_go(&child, 1);
    }
    brood__child_reap_detached();
}

void brood__child_after_fork(void) {
    brood__guard_reset(&list_guard);
    for (brood__child_t *child = first; child != NULL; child = child->next) {
        brood_os_process_close(&child->os);
        child->life = brood_os_handle_close(child->life);
    }
    /* Kept: the process objects that the parent made point to them, here too. */
    inherited = first != NULL ? first : inherited;
    first = NULL;
}
