/* Start by fork: the child is a copy. Nothing is packed: target, state and handles are used
 * as they are.
 *
 * A child that ends with its parent gives a word when it watches it, for that takes a thread of
 * its own, which the system may refuse. Others need nothing that could be refused, and no word. */
#include "arena.h"
#include "at_fork.h"
#include "boot_child.h"
#include "command.h"
#include "os/fault.h"
#include "os/handle.h"
#include "session.h"
#include "start.h"
#include "status.h"
#include <stdio.h>

/* The copy itself, and what the program wants done around it. */
static apr_status_t copy(brood__start_t *start, brood__at_fork_t **hooks) {
    apr_status_t rv = brood__at_fork_before(hooks);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fflush(NULL);
    rv = brood__command_fork(&start->child->os);
    if (rv != APR_SUCCESS || start->child->os.pid != 0) {
        brood__at_fork_in_parent(*hooks);
    }
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "fork");
}

static apr_status_t fork_one(brood__start_t *start, brood_os_handle_t mine,
                             brood_os_handle_t theirs) {
    brood__child_t *child = start->child;
    brood__at_fork_t *hooks = NULL;
    apr_status_t rv;
    (void)brood__session_nursery();
    /* Before the child exists, so that nothing it will inherit can be given away. */
    rv = brood__arena_hold_all(child->participant);
    if (rv == APR_SUCCESS) {
        rv = copy(start, &hooks);
    }
    if (rv != APR_SUCCESS) {
        brood__arena_leave(child->participant);
        return rv;
    }
    if (child->os.pid == 0) {
        brood_os_handle_close(mine);
        brood__boot_forked(start, theirs, hooks);
    }
    BROOD_KILL_POINT("start.launched");
    return APR_SUCCESS;
}

/* Its word, or its end: a copy of the stream's other end may be in a process that another thread
 * has forked meanwhile. What has ended has been started; how it ended is for whoever joins it. */
static apr_status_t await_word(const brood__start_t *start, brood_os_handle_t stream) {
    brood_os_waitable_t set[2] = {{BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_STREAM, 0},
                                  {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_WATCH, 0}};
    brood__notice_t notice;
    apr_status_t rv;
    set[0].handle = stream;
    set[1].handle = brood_os_process_watch(&start->child->os);
    do { /* ends with one of the two or at the deadline; interrupted waits go on */
        rv = brood_os_wait_any(set, 2, start->deadline);
    } while (APR_STATUS_IS_EINTR(rv));
    if (rv == APR_SUCCESS && set[0].ready) {
        rv = brood__start_word(stream, start->deadline, &notice);
    }
    return rv == APR_TIMEUP ? brood__fail(rv, "the child did not answer in time and was "
                                              "killed")
           : rv == APR_EOF  ? APR_SUCCESS
                            : rv;
}

static apr_status_t start_tied(brood__start_t *start) {
    brood__child_t *child = start->child;
    brood_os_handle_t mine, theirs;
    apr_status_t rv = brood_os_stream_pair(&mine, &theirs);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the child's boot stream");
    }
    rv = fork_one(start, mine, theirs);
    brood_os_handle_close(theirs);
    if (rv == APR_SUCCESS) {
        rv = await_word(start, mine);
        if (rv != APR_SUCCESS) {
            brood__start_end_failed(&child->os);
        }
    }
    brood_os_handle_close(mine);
    return rv;
}

apr_status_t brood__start_fork(brood__start_t *start) {
    unsigned threads = start->allow_threads ? 1 : brood__start_threads(1);
    if (threads > 1) {
        return brood__fail(BROOD_ETHREADS,
                           "this process has %u threads; fork copies only the one that "
                           "calls, and what the others hold stays held in the child",
                           threads);
    }
    return start->child->end_with_parent
               ? start_tied(start)
               : fork_one(start, BROOD_OS_NO_HANDLE, BROOD_OS_NO_HANDLE);
}
