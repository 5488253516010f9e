/* Exit: joining, leaving, and dying with the parent.
 *
 * A child that ends with its parent has a thread that waits for the parent's end, whichever the
 * start method: nothing that the target does to its signals or threads keeps that from working.
 * A child that is stopped then runs no thread; so where the kernel can tell a child of its
 * parent's end it is asked to continue this one (os/family.h), or, for a spawned child that ends
 * alone, to kill it (os/process.h). It is asked first, and the parent is looked for after, so that a parent
 * that dies meanwhile is not missed. */
#include "exit.h"

#include "brood/boot.h"
#include "child.h"
#include "command.h"
#include "current.h"
#include "family.h"
#include "finalizer.h"
#include "log.h"
#include "os/clock.h"
#include "os/family.h"
#include "os/handle.h"
#include "os/identity.h"
#include "os/process.h"
#include "own_thread.h"
#include "server.h"
#include "session.h"
#include "status.h"
#include <stdio.h>
#include <stdlib.h>

/* How often the parent is looked for where the system gives no handle on it. */
#define LOOK_NS (200 * 1000000LL)

static int done;
static int
    is_told; /* of exit() in a forked child, and of its code, before the parent's handlers */
static brood_os_handle_t parent_watch = BROOD_OS_NO_HANDLE;

void brood__exit_sequence(void) {
    if (done) {
        return;
    }
    done = 1;
    brood_log(BROOD_LOG_INFO, "process shutting down");
    brood__finalizers_run_first();
    brood__command_at_exit();
    brood__child_end_all();
    brood__finalizers_run_rest();
    brood__servers_end();
}

void brood__exit_after_fork(void) {
    done = 0;
    if (parent_watch != BROOD_OS_NO_HANDLE) { /* what is not written is not copied */
        parent_watch = brood_os_handle_close(parent_watch);
    }
    brood__own_thread_after_fork();
}

static void end_forked(int code) {
    brood__exit_sequence();
    brood__session_end();
    fflush(NULL);
    brood_os_exit_now(code);
}

void brood__exit_prepare_forked(void) {
    is_told = brood_os_at_exit(end_forked) == APR_SUCCESS;
}

/* exit() by its address, which the dynamic linker fills in when the program starts: not every
 * child should look for it, page fault by page fault. */
void brood__exit_forked(int code) {
    void (*const volatile leave)(int) = exit;
    if (is_told) {
        leave(code);
    }
    end_forked(code);
}

static void wait_for_parent(const brood_os_identity_t *parent) {
    brood_os_waitable_t waitable = {parent_watch, BROOD_OS_WAIT_WATCH, 0};
    apr_status_t rv = APR_EINTR;
    while (parent_watch != BROOD_OS_NO_HANDLE && APR_STATUS_IS_EINTR(rv)) {
        rv = brood_os_wait_any(&waitable, 1, BROOD_OS_FOREVER);
    }
    while (rv != APR_SUCCESS) { /* ends with the parent */
        brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
        if (brood_os_identity_life(parent, &watch) == BROOD_OS_DEAD) {
            rv = APR_SUCCESS;
        } else {
            brood_os_sleep_until(brood_os_now_ns() + LOOK_NS);
        }
        brood_os_handle_close(watch);
    }
}

/* The descendants go first: when this process is gone, too, nobody knows whose they are. */
static void end_with_parent(void *unused) {
    brood_os_identity_t parent, self;
    (void)unused;
    (void)brood__session_parent(&parent);
    wait_for_parent(&parent);
    if (brood__current.end_with_parent > 1 &&
        brood_os_identity_self(&self) == APR_SUCCESS) {
        (void)brood__family_end(&self, brood__self_id, BROOD_STOP_KILL, NULL);
    }
    brood_os_exit_now(0);
}

apr_status_t brood__exit_with_parent(void) {
    brood_os_identity_t parent;
    apr_status_t rv;
    if (!brood__session_parent(&parent)) {
        return APR_SUCCESS;
    }
    /* Whoever ends others first must not be ended by the kernel before. */
    (void)brood_os_family_wake_with_parent(brood__current.end_with_parent > 1);
    rv = brood_os_identity_watch(&parent, &parent_watch);
    if (APR_STATUS_IS_ENOENT(rv)) {
        brood_os_exit_now(0);
    }
    rv = brood__own_thread_start(end_with_parent, NULL);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "the thread that watches the parent");
}
