/* Fork: the bare call, and waiting for those that it made.
 *
 * A list of these children, under a guard, is what stands in for wait(-1): each is waited for by
 * its own handle, so that nobody else's child is reaped. A thread that waits holds the records
 * (`users`), so that no handle is closed, and its number given to something else, under it; the
 * last one out frees a record that has been reaped. */
#include "brood/fork.h"

#include "arena.h"
#include "at_fork.h"
#include "boot_child.h"
#include "command.h"
#include "forked.h"
#include "guard.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/stream.h"
#include "pace.h"
#include "session.h"
#include "status.h"
#include <stdlib.h>

/* How long a wait lasts where a child has no handle to wait at. */
#define LOOK_NS (2 * 1000000LL)

typedef struct forked_t {
    struct forked_t *next;
    brood_os_process_t os;
    uint32_t participant;
    unsigned users; /* threads that wait at its handle */
    int was_ready;  /* its handle was: if it is there still, a debugger has its end */
    int reaped;
} forked_t;

static brood__guard_t list_guard = BROOD__GUARD_INIT;
static forked_t *first;

static void discard(forked_t *forked) {
    brood_os_process_close(&forked->os);
    free(forked);
}

void brood__forked_after_fork(void) {
    forked_t *next;
    brood__guard_reset(&list_guard);
    for (; first != NULL; first = next) {
        next = first->next;
        discard(first);
    }
}

static apr_status_t no_fork(void) {
    return brood__fail(BROOD_EMETHOD, "this system cannot fork");
}

/* ---- forking ------------------------------------------------------------------------ */

/* The child's place in the session is taken before the child exists, as for a start by fork: a
 * session without room refuses the fork, and nothing that it inherits can be given away. */
static apr_status_t fork_into_session(forked_t *forked) {
    brood__at_fork_t *hooks = NULL;
    brood_os_identity_t self;
    apr_status_t rv = brood_os_identity_self(&self);
    if (rv == APR_SUCCESS) {
        rv = brood__session_ensure();
    }
    if (rv == APR_SUCCESS) {
        rv = brood__session_reserve(&forked->participant);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood__arena_hold_all(forked->participant);
    if (rv == APR_SUCCESS) {
        rv = brood__at_fork_before(&hooks);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__command_fork(&forked->os);
        if (rv == APR_SUCCESS && forked->os.pid == 0) {
            brood__boot_forked_bare(forked->participant, &self);
            brood__at_fork_in_child(hooks);
            return APR_SUCCESS;
        }
    }
    brood__at_fork_in_parent(hooks);
    if (rv != APR_SUCCESS) {
        brood__arena_leave(forked->participant);
        brood__session_bury(forked->participant);
    }
    return rv;
}

static void append(forked_t *forked) {
    forked_t **link;
    brood__guard_take(&list_guard);
    for (link = &first; *link != NULL; link = &(*link)->next) {}
    *link = forked;
    brood__guard_give(&list_guard);
}

apr_status_t brood_fork(int64_t *pid) {
    forked_t *forked;
    apr_status_t rv;
    *pid = -1;
    if (!brood_os_has_fork()) {
        return no_fork();
    }
    forked = calloc(1, sizeof *forked);
    if (forked == NULL) {
        return brood__fail(APR_ENOMEM, "brood_fork");
    }
    rv = fork_into_session(forked);
    if (rv != APR_SUCCESS) {
        free(forked);
        return brood__fail_within(rv, "brood_fork: ");
    }
    *pid = forked->os.pid;
    if (*pid == 0) {
        free(forked);
        return APR_SUCCESS;
    }
    append(forked);
    return APR_SUCCESS;
}

/* ---- waiting ------------------------------------------------------------------------ */

/* One wait. */
typedef struct waiting_t {
    int64_t pid; /* 0: any */
    int peek;
    int64_t ended;
    brood_os_exit_t how;
} waiting_t;

static int is_meant(const forked_t *forked, const waiting_t *waiting) {
    return !forked->reaped && (waiting->pid == 0 || waiting->pid == forked->os.pid);
}

/* Takes those off the list that have been reaped and at which nobody waits. Under the guard. */
static void drop_reaped(void) {
    forked_t **link = &first;
    while (*link != NULL) {
        forked_t *forked = *link;
        if (forked->reaped && forked->users == 0) {
            *link = forked->next;
            discard(forked);
        } else {
            link = &forked->next;
        }
    }
}

static apr_status_t look_at(forked_t *forked, waiting_t *waiting) {
    apr_status_t rv = waiting->peek
                          ? brood_os_process_peek(&forked->os, &waiting->how)
                          : brood_os_process_wait(&forked->os, 0, &waiting->how);
    if (rv == APR_SUCCESS || rv == BROOD_ESTATUSLOST) {
        waiting->ended = forked->os.pid;
        brood__session_bury(forked->participant);
        forked->participant = 0;
        forked->reaped = !waiting->peek || rv == BROOD_ESTATUSLOST;
    }
    return rv;
}

/* Whether one has ended. APR_TIMEUP: not yet; BROOD_ENOTCHILD: there is none. */
static apr_status_t look(waiting_t *waiting) {
    apr_status_t rv = BROOD_ENOTCHILD;
    brood__guard_take(&list_guard);
    for (forked_t *forked = first; forked != NULL; forked = forked->next) {
        if (is_meant(forked, waiting)) {
            rv = look_at(forked, waiting);
            if (rv != APR_TIMEUP) {
                break;
            }
        }
    }
    drop_reaped();
    brood__guard_give(&list_guard);
    return rv;
}

/* A set of the handles of those that are meant, whose records are held by it. */
typedef struct handles_t {
    forked_t **records;
    brood_os_waitable_t *set;
    size_t count;
    int lacking; /* one of them has none */
} handles_t;

static size_t count_meant(const waiting_t *waiting) {
    size_t count = 0;
    brood__guard_take(&list_guard);
    for (const forked_t *forked = first; forked != NULL; forked = forked->next) {
        count += (size_t)is_meant(forked, waiting);
    }
    brood__guard_give(&list_guard);
    return count;
}

static void hold(handles_t *handles, size_t room, const waiting_t *waiting) {
    brood__guard_take(&list_guard);
    for (forked_t *forked = first; forked != NULL && handles->count < room;
         forked = forked->next) {
        if (is_meant(forked, waiting)) {
            brood_os_waitable_t *waitable = &handles->set[handles->count];
            waitable->handle = forked->was_ready ? BROOD_OS_NO_HANDLE
                                                 : brood_os_process_watch(&forked->os);
            waitable->kind = BROOD_OS_WAIT_WATCH;
            waitable->ready = 0;
            handles->lacking |= waitable->handle == BROOD_OS_NO_HANDLE;
            handles->records[handles->count++] = forked;
            forked->users++;
        }
    }
    brood__guard_give(&list_guard);
}

static void let_go(handles_t *handles) {
    brood__guard_take(&list_guard);
    for (size_t i = 0; i < handles->count; i++) {
        handles->records[i]->was_ready |= handles->set[i].ready;
        handles->records[i]->users--;
    }
    drop_reaped();
    brood__guard_give(&list_guard);
    free(handles->records);
    free(handles->set);
}

/* Sleeps until one may have ended, for a slice at the most: another thread may fork. */
static apr_status_t wait_a_while(const waiting_t *waiting, brood_os_deadline_t deadline) {
    size_t room = count_meant(waiting);
    handles_t handles = {calloc(room + 1, sizeof *handles.records),
                         calloc(room + 1, sizeof *handles.set), 0, 0};
    apr_status_t rv = APR_ENOMEM;
    if (handles.records != NULL && handles.set != NULL) {
        int64_t until = brood_os_now_ns();
        hold(&handles, room, waiting);
        until += handles.lacking ? LOOK_NS : BROOD__SLICE_NS;
        rv = brood_os_wait_any(handles.set, handles.count,
                               until < deadline ? until : deadline);
    }
    let_go(&handles);
    return rv == APR_TIMEUP || APR_STATUS_IS_EINTR(rv) ? APR_SUCCESS : rv;
}

static apr_status_t wait_for(waiting_t *waiting, brood_os_deadline_t deadline) {
    apr_status_t rv;
    /* Ends with an end, the deadline or an error. */
    while ((rv = look(waiting)) == APR_TIMEUP && brood_os_now_ns() < deadline) {
        rv = wait_a_while(waiting, deadline);
        if (rv != APR_SUCCESS) {
            break;
        }
    }
    return rv;
}

static apr_status_t in_words(apr_status_t rv, const waiting_t *waiting) {
    if (rv == BROOD_ESTATUSLOST) {
        return brood__fail(rv, "process %lld, which brood_fork made",
                           (long long)waiting->ended);
    }
    if (rv == BROOD_ENOTCHILD && waiting->pid != 0) {
        return brood__fail(rv, "brood_fork did not make %lld here, or it has been reaped",
                           (long long)waiting->pid);
    }
    return rv == BROOD_ENOTCHILD
               ? brood__fail(rv, "there is no child of brood_fork to wait for")
               : rv;
}

apr_status_t brood_fork_wait(int64_t *ended, int *exit_code, int64_t pid, unsigned flags,
                             apr_interval_time_t timeout) {
    waiting_t waiting = {pid, (flags & BROOD_FORK_PEEK) != 0, 0, {0, 0}};
    apr_status_t rv;
    if (!brood_os_has_fork()) {
        rv = no_fork();
    } else if (pid < 0) {
        rv = brood__fail(APR_EINVAL, "pid is %lld", (long long)pid);
    } else if ((flags & ~BROOD_FORK_PEEK) != 0) {
        rv = brood__fail(APR_EINVAL, "flags is %#x", flags);
    } else {
        rv = in_words(wait_for(&waiting, brood__deadline(timeout)), &waiting);
    }
    if (ended != NULL) {
        *ended = waiting.ended;
    }
    if (exit_code != NULL) {
        *exit_code = rv == BROOD_ESTATUSLOST ? 255
                     : waiting.how.signaled  ? -waiting.how.code
                                             : waiting.how.code;
    }
    return rv;
}

void brood_exit_now(int code) {
    brood_os_exit_now(code);
}
