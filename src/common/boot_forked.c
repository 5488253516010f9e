/* Boot in a process that has been forked, by the parent itself or by the forkserver.
 *
 * Such a process has its code and most of its memory still before it: the first touch of each
 * page there is a fault. So what can be done before the fork is done before it, once. */
#include "boot_steps.h"

#include "brood/boot.h"
#include "command.h"
#include "current.h"
#include "exit.h"
#include "finalizer.h"
#include "forked.h"
#include "log.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/program.h"
#include "parent.h"
#include "server.h"
#include "session.h"
#include "status.h"
#include "text.h"
#include <apr_random.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>

/* APR's generators must not go on alike in parent and child. (By an address that the dynamic
 * linker fills in when the program starts, because each child would look for it else.) */
static void stir_random(int64_t number) {
    void (*const volatile after_fork)(apr_proc_t *) = apr_random_after_fork;
    apr_proc_t self = {0};
    self.pid = (pid_t)number;
    after_fork(&self);
}

static void let_go(void) {
    brood__current.self = NULL;
    brood__child_after_fork();
    brood__command_after_fork();
    brood__servers_after_fork();
    brood__at_fork_after_fork();
    brood__forked_after_fork();
    brood__parent_after_fork();
    brood__finalizers_after_fork();
    brood__log_after_fork();
    brood__exit_after_fork();
}

void brood__boot_let_go(void) {
    let_go();
    stir_random(brood_current_pid());
}

static void disown(void) {
    (void)brood__session_disown();
    brood__boot_let_go();
}

/* ---- by the forkserver --------------------------------------------------------------- */

void brood__boot_rehearse(void) {
    for (int number = 1; number <= 2; number++) {
        brood_os_handle_t copy;
        if (brood_os_handle_duplicate(brood_os_standard_get(number), &copy) ==
                APR_SUCCESS &&
            brood_os_standard_set(number, copy) != APR_SUCCESS) {
            brood_os_handle_close(copy);
        }
    }
    (void)brood_os_directory_set(".");
}

static apr_status_t receive_ahead(brood__boot_t *boot) {
    apr_status_t rv =
        brood__boot_receive(boot->stream, &boot->record, &boot->parcel, boot->pool);
    if (rv == APR_SUCCESS &&
        (boot->record.role != BROOD__ROLE_CHILD || boot->record.served == 0)) {
        rv = brood__fail(BROOD_EENCODING, "a boot record that is not for the forkserver");
    }
    if (rv == APR_SUCCESS) {
        rv = brood__boot_find_target(boot);
    }
    if (rv == APR_SUCCESS) {
        rv = brood__boot_take_streams(boot);
    }
    if (rv == APR_SUCCESS && boot->record.codes.size == 0) {
        rv = brood__boot_unpack_state(boot);
    }
    return rv;
}

/* Before the fork and after it, in the server: so the child, which has the state between the two,
 * need not enter that library. */
static void stir_random_here(void) {
    static int64_t times;
    stir_random(++times);
}

apr_status_t brood__boot_prepare(brood__boot_t **prepared, brood_os_handle_t stream,
                                 int is_sent) {
    apr_pool_t *pool = brood__session_nursery();
    brood__boot_t *boot = pool == NULL ? NULL : apr_pcalloc(pool, sizeof *boot);
    apr_status_t rv = APR_ENOMEM;
    *prepared = NULL;
    brood__detail_clear();
    if (boot != NULL) {
        boot->stream = stream;
        boot->pool = pool;
        rv = is_sent ? receive_ahead(boot) : APR_SUCCESS;
    }
    if (rv == APR_SUCCESS) {
        stir_random_here();
        *prepared = boot;
        return rv;
    }
    if (rv != APR_EOF) {
        brood__boot_tell_failure(stream, rv);
    }
    if (boot != NULL) {
        brood__boot_discard(boot);
    }
    return rv;
}

void brood__boot_discard(brood__boot_t *boot) {
    for (size_t i = 0; boot->has_streams && i < 2; i++) {
        brood_os_handle_close(boot->streams[i]);
    }
    apr_pool_clear(boot->pool);
    stir_random_here();
}

void brood__boot_from_forkserver(brood__boot_t *boot, brood__at_fork_t *hooks) {
    (void)brood__session_disown(); /* which makes the nursery this process's pool */
    let_go();
    brood__exit_prepare_forked();
    brood__boot_enter(boot);
    brood__at_fork_in_child(hooks);
    brood__exit_forked(brood__boot_finish(boot));
    abort(); /* not reached */
}

/* ---- by the parent itself ------------------------------------------------------------ */

/* A process of its own right, in the session and watching its parent if it has to. */
static apr_status_t become_forked(const brood__start_t *start, apr_pool_t **pool) {
    apr_status_t rv = brood__session_claim(start->child->participant);
    if (rv == APR_SUCCESS) {
        rv = brood_os_null_stdin();
    }
    if (rv == APR_SUCCESS) {
        *pool = brood__session_pool();
        rv = *pool == NULL ? APR_ENOMEM : APR_SUCCESS;
    }
    brood__current.end_with_parent = start->child->end_with_parent;
    if (rv == APR_SUCCESS && brood__current.end_with_parent) {
        rv = brood__exit_with_parent();
    }
    return rv;
}

/* The parent hears of it, if it listens. */
static _Noreturn void give_up(brood_os_handle_t stream, apr_status_t rv) {
    if (stream != BROOD_OS_NO_HANDLE) {
        brood__boot_tell_failure(stream, rv);
    } else {
        fprintf(stderr, "brood: %s: %s\n", brood_current_name(), brood_error_detail());
    }
    brood_os_exit_now(BROOD__EXIT_NOT_BOOTED);
    abort(); /* not reached */
}

void brood__boot_forked(const brood__start_t *start, brood_os_handle_t stream,
                        brood__at_fork_t *hooks) {
    apr_pool_t *pool = NULL;
    apr_status_t rv;
    disown();
    brood__exit_prepare_forked();
    brood__parent_set_name(brood_current_name());
    brood__session_set_name(start->child->name);
    brood__session_set_parent(&start->parent);
    BROOD_KILL_POINT("boot.begin");
    rv = become_forked(start, &pool);
    if (rv == APR_SUCCESS && stream != BROOD_OS_NO_HANDLE) {
        rv = brood__notice_send(stream, BROOD__NOTICE_READY, APR_SUCCESS, 0, 0, NULL);
    }
    if (rv != APR_SUCCESS) {
        give_up(stream, rv);
    }
    brood_os_handle_close(stream);
    brood__text_copy(brood__current.label, start->label, sizeof brood__current.label);
    brood__current.self = start->self;
    brood__current.daemon = start->child->daemon;
    brood__current.children = 0;
    brood__at_fork_in_child(hooks);
    BROOD_KILL_POINT("boot.ready");
    brood__exit_forked(brood__boot_run(start->target, start->state, pool));
    abort(); /* not reached */
}

void brood__boot_forked_bare(uint32_t participant, const brood_os_identity_t *parent) {
    disown();
    brood__parent_set_name(brood_current_name());
    brood__session_set_parent(parent);
    brood__current.children = 0;
    if (brood__session_claim(participant) != APR_SUCCESS) {
        fprintf(stderr, "brood: brood_fork: %s\n", brood_error_detail());
        brood_os_exit_now(BROOD__EXIT_NOT_BOOTED);
    }
}
