/* Exit: joining, leaving, and dying with the parent. */
#include "exit.h"

#include "brood/boot.h"
#include "child.h"
#include "command.h"
#include "os/handle.h"
#include "os/identity.h"
#include "os/process.h"
#include "server.h"
#include "session.h"
#include <apr_thread_proc.h>
#include <stdio.h>

static int done;
static brood_os_handle_t parent_watch = BROOD_OS_NO_HANDLE;

void brood__exit_sequence(void) {
    if (done) {
        return;
    }
    done = 1;
    brood__command_at_exit();
    brood__child_end_all();
    brood__servers_end();
    /* Other threads may be using what is shared until the very end; then the kernel says that
     * this process is dead. */
    if (brood_os_thread_count() <= 1) {
        brood__session_leave();
    }
}

void brood__exit_after_fork(void) {
    done = 0;
}

void brood__exit_forked(int code) {
    brood__exit_sequence();
    brood__session_pool_end();
    fflush(NULL);
    brood_os_exit_now(code);
}

static void *APR_THREAD_FUNC wait_for_parent(apr_thread_t *thread, void *unused) {
    brood_os_waitable_t parent = {parent_watch, BROOD_OS_WAIT_WATCH, 0};
    apr_status_t rv;
    (void)thread;
    (void)unused;
    do { /* ends with the parent's death; interrupted waits go on */
        rv = brood_os_wait_any(&parent, 1, BROOD_OS_FOREVER);
    } while (APR_STATUS_IS_EINTR(rv));
    brood_os_exit_now(0);
    return NULL;
}

int brood__exit_with_parent(void) {
    brood_os_identity_t parent;
    apr_thread_t *thread;
    apr_pool_t *pool = brood__session_pool();
    if (pool == NULL || !brood__session_parent(&parent)) {
        return 0;
    }
    if (APR_STATUS_IS_ENOENT(brood_os_identity_watch(&parent, &parent_watch))) {
        brood_os_exit_now(0);
    }
    return parent_watch != BROOD_OS_NO_HANDLE &&
           apr_thread_create(&thread, NULL, wait_for_parent, NULL, pool) == APR_SUCCESS;
}
