/* Start by fork: the child is a copy. Nothing is packed: target, state and handles are used
 * as they are. */
#include "arena.h"
#include "boot_child.h"
#include "os/clock.h"
#include "os/fault.h"
#include "own_thread.h"
#include "session.h"
#include "start.h"
#include "status.h"
#include <stdio.h>

/* A thread that has been joined may be counted by the kernel for a moment longer. */
#define THREAD_GRACE_NS (20 * 1000000LL)
#define THREAD_LOOK_NS (500 * 1000LL)

static unsigned thread_count(void) {
    int64_t end = brood_os_now_ns() + THREAD_GRACE_NS;
    unsigned threads = brood__program_threads();
    while (threads > 1 && brood_os_now_ns() < end) {
        brood_os_sleep_until(brood_os_now_ns() + THREAD_LOOK_NS);
        threads = brood__program_threads();
    }
    return threads;
}

apr_status_t brood__start_fork(brood__start_t *start) {
    brood__child_t *child = start->child;
    unsigned threads = start->allow_threads ? 1 : thread_count();
    apr_status_t rv;
    if (threads > 1) {
        return brood__fail(BROOD_ETHREADS,
                           "this process has %u threads; fork copies only the one that "
                           "calls, and what the others hold stays held in the child",
                           threads);
    }
    /* Before the child exists, so that nothing it will inherit can be given away. */
    rv = brood__arena_hold_all(child->participant);
    if (rv == APR_SUCCESS) {
        fflush(NULL);
        rv = brood_os_process_fork(&child->os);
        if (rv != APR_SUCCESS) {
            brood__fail(rv, "fork");
        }
    }
    if (rv != APR_SUCCESS) {
        brood__arena_leave(child->participant);
        return rv;
    }
    if (child->os.pid == 0) {
        *start->in_child = 1;
        brood__boot_forked(start);
    }
    BROOD_KILL_POINT("start.launched");
    return APR_SUCCESS;
}
