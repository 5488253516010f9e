/* Boot: from an inherited stream, or a fork, to the running target.
 *
 * Each step that can fail is told to the parent with this side's words; a parent that is gone
 * is told nothing, and the child ends. */
#include "boot_child.h"

#include "brood/boot.h"
#include "command.h"
#include "current.h"
#include "exit.h"
#include "finalizer.h"
#include "forked.h"
#include "forkserver.h"
#include "handle.h"
#include "log.h"
#include "method.h"
#include "os/fault.h"
#include "os/handle.h"
#include "os/process.h"
#include "os/program.h"
#include "own_thread.h"
#include "parent.h"
#include "server.h"
#include "session.h"
#include "status.h"
#include "text.h"
#include "values.h"
#include <apr_random.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a child that never came to run its target. */
#define EXIT_NOT_BOOTED 1

typedef struct booting_t {
    brood_os_handle_t stream;
    brood__boot_record_t record;
    brood__parcel_t *parcel;
    brood_values_t *state;
    brood_target_fn *target;
    apr_pool_t *pool;
} booting_t;

/* The statuses that a start may return as they are; the rest become BROOD_EBOOT. */
static apr_status_t told_as(apr_status_t rv) {
    switch (rv) {
    case BROOD_ENOTARGET:
    case BROOD_EBUILD:
    case BROOD_EMAINGUARD:
    case BROOD_EPRELOAD:
    case BROOD_EFULL: return rv;
    default: return BROOD_EBOOT;
    }
}

static _Noreturn void give_up(brood_os_handle_t stream, apr_status_t rv) {
    char text[BROOD__NOTICE_TEXT];
    char reason[128];
    brood_strerror(rv, reason, sizeof reason);
    apr_snprintf(text, sizeof text, "%s%s%s",
                 brood_error_detail()[0] != '\0' ? brood_error_detail() : "boot",
                 told_as(rv) == rv ? "" : ": ", told_as(rv) == rv ? "" : reason);
    (void)brood__notice_send(stream, BROOD__NOTICE_FAILED, told_as(rv), 0, 0, text);
    brood_os_exit_now(EXIT_NOT_BOOTED);
    abort(); /* not reached */
}

static void become(const brood__boot_record_t *record) {
    brood__session_set_name(record->name);
    brood__session_set_parent(&record->parent);
    brood__parent_set_name(record->parent_name);
    brood__text_copy(brood__current.label, record->label, sizeof brood__current.label);
    brood__current.daemon = record->daemon;
    brood__current.end_with_parent = record->end_with_parent;
    brood__current.children = 0;
    (void)brood_set_start_method(record->chosen);
    brood__log_inherit(&record->log);
}

/* The session, the streams and the directory: what the record says about surroundings. */
static apr_status_t enter_surroundings(booting_t *boot) {
    brood_os_handle_t handle;
    apr_status_t rv = brood__parcel_take_os_handle(boot->parcel, &handle);
    if (rv == APR_SUCCESS) {
        rv = brood__session_adopt(handle, boot->record.participant);
    }
    for (int number = 1; rv == APR_SUCCESS && boot->record.streams && number <= 2;
         number++) {
        rv = brood__parcel_take_os_handle(boot->parcel, &handle);
        if (rv == APR_SUCCESS) {
            rv = brood_os_standard_set(number, handle);
        }
    }
    if (rv == APR_SUCCESS && boot->record.directory[0] != '\0') {
        rv = brood_os_directory_set(boot->record.directory);
        if (rv != APR_SUCCESS) {
            brood__fail(rv, "the working directory %s", boot->record.directory);
        }
    }
    return rv;
}

static apr_status_t unpack_state(booting_t *boot) {
    const uint8_t *codes = boot->record.codes.data;
    size_t count = boot->record.codes.size;
    brood_handle_t **handles = apr_pcalloc(boot->pool, sizeof *handles * (count + 1));
    for (size_t i = 0; i < count; i++) {
        const brood__handle_class_t *cls = brood__handle_class(codes[i]);
        apr_status_t rv = cls == NULL
                              ? brood__fail(BROOD_EENCODING, "handle class %u", codes[i])
                              : cls->unpack(cls, &handles[i], boot->parcel, boot->pool);
        if (rv != APR_SUCCESS) {
            return brood__fail_within(
                rv, "handle %llu of the state: ", (unsigned long long)i + 1);
        }
    }
    return brood__values_decode(&boot->state, boot->record.state.data,
                                boot->record.state.size, handles, count, 0, boot->pool);
}

static apr_status_t find_function(const booting_t *boot, void **function) {
    apr_status_t rv = brood_os_place_find(&boot->record.target, function);
    if (rv == APR_SUCCESS) {
        return rv;
    }
    return rv == APR_EMISMATCH
               ? brood__fail(
                     BROOD_EBUILD, "%s was of another build when the parent started",
                     boot->record.target.path[0] != '\0' ? boot->record.target.path
                                                         : "this program")
               : brood__fail(BROOD_ENOTARGET, "the target's module %s, offset %llx",
                             boot->record.target.path,
                             (unsigned long long)boot->record.target.offset);
}

static apr_status_t find_target(booting_t *boot) {
    void *function = NULL;
    apr_status_t rv = find_function(boot, &function);
    boot->target = (brood_target_fn *)(uintptr_t)function;
    return rv;
}

static apr_status_t tell_ready(brood_os_handle_t stream) {
    brood_os_identity_t self;
    apr_status_t rv = brood_os_identity_self(&self);
    return rv != APR_SUCCESS
               ? rv
               : brood__notice_send(stream, BROOD__NOTICE_READY, APR_SUCCESS, self.pid,
                                    (int64_t)self.birth, NULL);
}

static int run(brood_target_fn *target, const brood_values_t *state, apr_pool_t *pool) {
    int code;
    brood_log(BROOD_LOG_INFO, "child process calling its target");
    code = target(state, pool);
    brood_log(BROOD_LOG_INFO, "the target returned %d", code);
    BROOD_KILL_POINT("boot.finished");
    return code;
}

/* Receives the record and enters the session; gives up on any failure. */
static void receive(booting_t *boot) {
    apr_status_t rv = APR_ENOMEM;
    BROOD_KILL_POINT("boot.begin");
    boot->pool = brood__session_pool();
    if (boot->pool != NULL) {
        rv = brood__boot_receive(boot->stream, &boot->record, &boot->parcel, boot->pool);
    }
    if (rv == APR_EOF) {
        /* The parent died in the middle of the start: nobody wants this child. */
        brood_os_exit_now(EXIT_NOT_BOOTED);
    }
    BROOD_KILL_POINT("boot.record");
    if (rv == APR_SUCCESS) {
        become(&boot->record);
        rv = enter_surroundings(boot);
    }
    if (rv != APR_SUCCESS) {
        give_up(boot->stream, rv);
    }
    BROOD_KILL_POINT("boot.attached");
}

/* From the record to the running target. Returns its exit code. */
static int boot_and_run(booting_t *boot) {
    apr_status_t rv =
        brood__current.end_with_parent ? brood__exit_with_parent() : APR_SUCCESS;
    if (rv == APR_SUCCESS) {
        rv = find_target(boot);
    }
    if (rv == APR_SUCCESS) {
        rv = unpack_state(boot);
    }
    if (rv != APR_SUCCESS) {
        give_up(boot->stream, rv);
    }
    if (tell_ready(boot->stream) != APR_SUCCESS) {
        brood_os_exit_now(EXIT_NOT_BOOTED);
    }
    BROOD_KILL_POINT("boot.ready");
    boot->stream = brood_os_handle_close(boot->stream);
    return run(boot->target, boot->state, boot->pool);
}

/* Runs the preload function, after a word to the parent that it has begun. */
static apr_status_t preload(booting_t *boot) {
    unsigned threads = brood__program_threads();
    void *function = NULL;
    int code;
    apr_status_t rv = find_function(boot, &function);
    if (rv == APR_SUCCESS) {
        rv = brood__notice_send(boot->stream, BROOD__NOTICE_PRELOADING, APR_SUCCESS, 0, 0,
                                NULL);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    brood__detail_clear();
    brood__current.preloading = 1;
    code = ((brood_preload_fn *)(uintptr_t)function)(boot->pool);
    brood__current.preloading = 0;
    if (code != 0) {
        return brood__fail_within(BROOD_EPRELOAD, "the preload function returned %d%s", code,
                                  brood_error_detail()[0] != '\0' ? ": " : "");
    }
    if (brood__start_threads(threads) > threads) {
        return brood__fail(BROOD_EPRELOAD,
                           "the preload function left threads, which children would lack");
    }
    return APR_SUCCESS;
}

/* What was printed so far must not be in the buffers that the children copy. */
static void serve(booting_t *boot) {
    if (boot->record.target.build_id_length != 0) {
        apr_status_t rv = preload(boot);
        if (rv != APR_SUCCESS) {
            give_up(boot->stream, rv);
        }
    }
    fflush(NULL);
    if (tell_ready(boot->stream) == APR_SUCCESS) {
        brood__forkserver_serve(boot->stream);
    }
}

void brood__boot_from_image(brood_os_handle_t stream) {
    booting_t boot = {BROOD_OS_NO_HANDLE, {0}, NULL, NULL, NULL, NULL};
    int code = 0;
    /* The stream was made to be inherited; what this process starts must not get it too. */
    if (brood_os_handle_duplicate(stream, &boot.stream) == APR_SUCCESS) {
        brood_os_handle_close(stream);
    } else {
        boot.stream = stream;
    }
    receive(&boot);
    if (boot.record.role == BROOD__ROLE_FORKSERVER) {
        serve(&boot);
    } else {
        code = boot_and_run(&boot);
    }
    exit(code);
}

/* APR's generators must not go on alike in parent and child. */
static void tell_random(void) {
    apr_proc_t self = {0};
    self.pid = (pid_t)brood_current_pid();
    apr_random_after_fork(&self);
}

/* What the parent's memory holds of the parent's own is let go of. */
static void disown(void) {
    (void)brood__session_disown();
    brood__child_after_fork();
    brood__command_after_fork();
    brood__servers_after_fork();
    brood__at_fork_after_fork();
    brood__forked_after_fork();
    brood__parent_after_fork();
    brood__finalizers_after_fork();
    brood__log_after_fork();
    brood__exit_after_fork();
    tell_random();
}

void brood__boot_from_forkserver(brood_os_handle_t stream, brood__at_fork_t *hooks) {
    booting_t boot = {stream, {0}, NULL, NULL, NULL, NULL};
    disown();
    brood__exit_prepare_forked();
    receive(&boot);
    brood__at_fork_in_child(hooks);
    brood__exit_forked(boot_and_run(&boot));
    abort(); /* not reached */
}

void brood__boot_forked(const brood__start_t *start, brood__at_fork_t *hooks) {
    apr_pool_t *pool = NULL;
    apr_status_t rv;
    disown();
    brood__exit_prepare_forked();
    brood__parent_set_name(brood_current_name());
    brood__session_set_name(start->child->name);
    brood__session_set_parent(&start->parent);
    BROOD_KILL_POINT("boot.begin");
    rv = brood__session_claim(start->child->participant);
    if (rv == APR_SUCCESS) {
        rv = brood_os_null_stdin();
    }
    if (rv == APR_SUCCESS) {
        pool = brood__session_pool();
        rv = pool == NULL ? APR_ENOMEM : APR_SUCCESS;
    }
    brood__current.end_with_parent = start->child->end_with_parent;
    if (rv == APR_SUCCESS && brood__current.end_with_parent) {
        rv = brood__exit_with_parent();
    }
    if (rv != APR_SUCCESS) {
        fprintf(stderr, "brood: %s: %s\n", brood_current_name(), brood_error_detail());
        brood_os_exit_now(EXIT_NOT_BOOTED);
    }
    brood__text_copy(brood__current.label, start->label, sizeof brood__current.label);
    brood__current.daemon = start->child->daemon;
    brood__current.children = 0;
    brood__at_fork_in_child(hooks);
    BROOD_KILL_POINT("boot.ready");
    brood__exit_forked(run(start->target, start->state, pool));
    abort(); /* not reached */
}

void brood__boot_forked_bare(uint32_t participant, const brood_os_identity_t *parent) {
    disown();
    brood__parent_set_name(brood_current_name());
    brood__session_set_parent(parent);
    brood__current.children = 0;
    if (brood__session_claim(participant) != APR_SUCCESS) {
        fprintf(stderr, "brood: brood_fork: %s\n", brood_error_detail());
        brood_os_exit_now(EXIT_NOT_BOOTED);
    }
}

void brood__boot_tell_guard(void) {
    brood_os_handle_t stream;
    if (!brood__boot_stream(&stream)) {
        return;
    }
    (void)brood__notice_send(
        stream, BROOD__NOTICE_FAILED, BROOD_EMAINGUARD, 0, 0,
        "the child started a process itself before its main reached "
        "brood_init; brood_init(&argc, &argv) must come first in main");
    brood_os_handle_close(stream);
}
