/* Start by fork: the child is a copy. Nothing is packed: target, state and handles are used
 * as they are. */
#include "arena.h"
#include "at_fork.h"
#include "boot_child.h"
#include "command.h"
#include "os/fault.h"
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

apr_status_t brood__start_fork(brood__start_t *start) {
    brood__child_t *child = start->child;
    unsigned threads = start->allow_threads ? 1 : brood__start_threads(1);
    brood__at_fork_t *hooks = NULL;
    apr_status_t rv;
    if (threads > 1) {
        return brood__fail(BROOD_ETHREADS,
                           "this process has %u threads; fork copies only the one that "
                           "calls, and what the others hold stays held in the child",
                           threads);
    }
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
        brood__boot_forked(start, hooks);
    }
    BROOD_KILL_POINT("start.launched");
    return APR_SUCCESS;
}
