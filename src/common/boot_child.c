/* Boot: from an inherited stream to the running target. What is different in a process that has
 * been forked is in boot_forked.c.
 *
 * Each step that can fail is told to the parent with this side's words; a parent that is gone
 * is told nothing, and the child ends. */
#include "boot_steps.h"

#include "brood/boot.h"
#include "current.h"
#include "exit.h"
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
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>

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

void brood__boot_tell_failure(brood_os_handle_t stream, apr_status_t rv) {
    char text[BROOD__NOTICE_TEXT];
    char reason[128];
    brood_strerror(rv, reason, sizeof reason);
    apr_snprintf(text, sizeof text, "%s%s%s",
                 brood_error_detail()[0] != '\0' ? brood_error_detail() : "boot",
                 told_as(rv) == rv ? "" : ": ", told_as(rv) == rv ? "" : reason);
    (void)brood__notice_send(stream, BROOD__NOTICE_FAILED, told_as(rv), 0, 0, text);
}

static _Noreturn void give_up(brood_os_handle_t stream, apr_status_t rv) {
    brood__boot_tell_failure(stream, rv);
    brood_os_exit_now(BROOD__EXIT_NOT_BOOTED);
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

/* Into the parent's session. A child of the forkserver is in it already. */
static apr_status_t enter_session(brood__boot_t *boot) {
    brood_os_handle_t control;
    apr_status_t rv;
    if (boot->record.served != 0) {
        return brood__session_claim_held(boot->record.participant);
    }
    rv = brood__parcel_take_os_handle(boot->parcel, &control);
    return rv == APR_SUCCESS ? brood__session_adopt(control, boot->record.participant)
                             : rv;
}

apr_status_t brood__boot_take_streams(brood__boot_t *boot) {
    apr_status_t rv = APR_SUCCESS;
    boot->streams[0] = boot->streams[1] = BROOD_OS_NO_HANDLE;
    boot->has_streams = 1;
    for (int number = 1; rv == APR_SUCCESS && number <= 2; number++) {
        if (boot->record.served & BROOD__SERVED_STREAM(number)) {
            rv = brood__parcel_take_os_handle(boot->parcel, &boot->streams[number - 1]);
        }
    }
    return rv;
}

/* Standard output and error of the parent in place of the server's. */
static apr_status_t set_streams(brood__boot_t *boot) {
    apr_status_t rv = boot->has_streams ? APR_SUCCESS : brood__boot_take_streams(boot);
    for (int number = 1; rv == APR_SUCCESS && number <= 2; number++) {
        rv = brood_os_standard_set(number, boot->streams[number - 1]);
    }
    return rv;
}

/* The session, the streams and the directory: what the record says about surroundings. */
static apr_status_t enter_surroundings(brood__boot_t *boot) {
    apr_status_t rv = enter_session(boot);
    if (rv == APR_SUCCESS && boot->record.served != 0) {
        rv = set_streams(boot);
    }
    if (rv == APR_SUCCESS && boot->record.directory[0] != '\0') {
        rv = brood_os_directory_set(boot->record.directory);
        if (rv != APR_SUCCESS) {
            brood__fail(rv, "the working directory %s", boot->record.directory);
        }
    }
    return rv;
}

apr_status_t brood__boot_unpack_state(brood__boot_t *boot) {
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

static apr_status_t find_function(const brood__boot_t *boot, void **function) {
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

apr_status_t brood__boot_find_target(brood__boot_t *boot) {
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

int brood__boot_run(brood_target_fn *target, const brood_values_t *state,
                    apr_pool_t *pool) {
    int code;
    brood_log(BROOD_LOG_INFO, "child process calling its target");
    code = target(state, pool);
    brood_log(BROOD_LOG_INFO, "the target returned %d", code);
    BROOD_KILL_POINT("boot.finished");
    return code;
}

/* Receives the record, unless it is here, and enters the session; gives up on any failure. */
void brood__boot_enter(brood__boot_t *boot) {
    apr_status_t rv = APR_ENOMEM;
    BROOD_KILL_POINT("boot.begin");
    if (boot->pool == NULL) {
        boot->pool = brood__session_pool();
    }
    if (boot->parcel != NULL) {
        rv = APR_SUCCESS;
    } else if (boot->pool != NULL) {
        rv = brood__boot_receive(boot->stream, &boot->record, &boot->parcel, boot->pool);
    }
    if (rv == APR_EOF) {
        /* The parent died in the middle of the start: nobody wants this child. */
        brood_os_exit_now(BROOD__EXIT_NOT_BOOTED);
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
int brood__boot_finish(brood__boot_t *boot) {
    apr_status_t rv =
        brood__current.end_with_parent ? brood__exit_with_parent() : APR_SUCCESS;
    if (rv == APR_SUCCESS && boot->target == NULL) {
        rv = brood__boot_find_target(boot);
    }
    if (rv == APR_SUCCESS && boot->state == NULL) {
        rv = brood__boot_unpack_state(boot);
    }
    if (rv != APR_SUCCESS) {
        give_up(boot->stream, rv);
    }
    if (tell_ready(boot->stream) != APR_SUCCESS) {
        brood_os_exit_now(BROOD__EXIT_NOT_BOOTED);
    }
    BROOD_KILL_POINT("boot.ready");
    brood_os_handle_close(boot->stream);
    return brood__boot_run(boot->target, boot->state, boot->pool);
}

/* Runs the preload function, after a word to the parent that it has begun. */
static apr_status_t preload(brood__boot_t *boot) {
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
        return brood__fail_within(BROOD_EPRELOAD, "the preload function returned %d%s",
                                  code, brood_error_detail()[0] != '\0' ? ": " : "");
    }
    if (brood__start_threads(threads) > threads) {
        return brood__fail(
            BROOD_EPRELOAD,
            "the preload function left threads, which children would lack");
    }
    return APR_SUCCESS;
}

/* What was printed so far must not be in the buffers that the children copy. */
static void serve(brood__boot_t *boot) {
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
    brood__boot_t boot = {0};
    int code = 0;
    /* The stream was made to be inherited; what this process starts must not get it too. */
    if (brood_os_handle_duplicate(stream, &boot.stream) == APR_SUCCESS) {
        brood_os_handle_close(stream);
    } else {
        boot.stream = stream;
    }
    brood__boot_enter(&boot);
    if (boot.record.role == BROOD__ROLE_FORKSERVER) {
        serve(&boot);
    } else {
        code = brood__boot_finish(&boot);
    }
    exit(code);
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
