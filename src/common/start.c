/* Start: what spawn and forkserver share. */
#include "start.h"

#include "boot_child.h"
#include "brood/boot.h"
#include "current.h"
#include "method.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/process.h"
#include "os/program.h"
#include "own_thread.h"
#include "session.h"
#include "status.h"
#include "text.h"
#include "values.h"
#include <apr_strings.h>
#include <string.h>

/* A thread that has been joined may be counted by the kernel for a moment longer. */
#define THREAD_GRACE_NS (20 * 1000000LL)
#define THREAD_LOOK_NS (500 * 1000LL)

unsigned brood__start_threads(unsigned wanted) {
    int64_t end = brood_os_now_ns() + THREAD_GRACE_NS;
    unsigned threads = brood__program_threads();
    while (threads > wanted && brood_os_now_ns() < end) {
        brood_os_sleep_until(brood_os_now_ns() + THREAD_LOOK_NS);
        threads = brood__program_threads();
    }
    return threads;
}

apr_status_t brood__start_allowed(brood_start_method_t method, const char *who) {
    if (!brood__current.initialized) {
        brood__boot_tell_guard();
        return brood__fail(BROOD_ENOTINIT,
                           "%s was to be started before brood_init; "
                           "brood_init(&argc, &argv) must come first in main",
                           who);
    }
    if (brood__current.preloading) {
        return brood__fail(BROOD_EPRELOAD,
                           "%s was to be started by a preload function, which may not",
                           who);
    }
    if (brood__current.daemon) {
        return brood__fail(BROOD_EDAEMON, "%s is a daemon and cannot start %s",
                           brood_current_name(), who);
    }
    if (method != BROOD_START_FORK && !brood__current.guarded) {
        return brood__fail(
            BROOD_EMAINGUARD,
            "%s needs brood_init(&argc, &argv) in main; it was called with NULL",
            brood_start_method_name(method));
    }
    return APR_SUCCESS;
}

/* The handles of the state go into the parcel, their classes into `codes`. */
static apr_status_t pack_handles(const brood_values_t *state, brood__parcel_t *parcel,
                                 brood_bytes_t *codes, apr_pool_t *pool) {
    brood_handle_t *const *handles;
    size_t count = brood__values_handles(state, &handles);
    uint8_t *bytes = apr_palloc(pool, count + 1);
    codes->data = bytes;
    codes->size = count;
    for (size_t i = 0; i < count; i++) {
        apr_status_t rv = brood__handle_check(handles[i], "state");
        if (rv == APR_SUCCESS) {
            bytes[i] = (uint8_t)handles[i]->cls->code;
            rv = handles[i]->cls->pack(handles[i], parcel);
        }
        if (rv != APR_SUCCESS) {
            return brood__fail_within(
                rv, "handle %llu of the state: ", (unsigned long long)i + 1);
        }
    }
    return APR_SUCCESS;
}

/* What becomes a stream of the child is this process's, if it has one. Returns which. */
static int pack_streams(brood__parcel_t *parcel) {
    int served = BROOD__SERVED;
    for (int number = 1; number <= 2; number++) {
        brood_os_handle_t handle = brood_os_standard_get(number);
        if (handle != BROOD_OS_NO_HANDLE) {
            brood__parcel_put_os_handle(parcel, handle);
            served |= BROOD__SERVED_STREAM(number);
        }
    }
    return served;
}

static apr_status_t record_fill(brood__boot_record_t *record, const brood__start_t *start,
                                brood__role_t role) {
    apr_status_t rv = APR_SUCCESS;
    memset(record, 0, sizeof *record);
    record->role = role;
    record->chosen = brood__method_chosen();
    record->name = start->child->name;
    record->label = start->label;
    record->daemon = start->child->daemon;
    record->end_with_parent = start->child->end_with_parent;
    record->participant = start->child->participant;
    record->directory = "";
    record->parent = start->parent;
    record->parent_name = brood_current_name();
    record->log = brood__log_settings();
    if (role == BROOD__ROLE_CHILD) {
        rv = brood_os_place_of((const void *)(uintptr_t)start->target, &record->target);
        record->state = brood__values_bytes(start->state);
    } else if (start->preload != NULL) {
        rv = brood_os_place_of((const void *)(uintptr_t)start->preload, &record->target);
    }
    if (APR_STATUS_IS_ENOENT(rv)) {
        rv = brood__fail(BROOD_ENOTARGET, "the %s of %s lies in no module of the program",
                         role == BROOD__ROLE_CHILD ? "target" : "preload function",
                         start->child->name);
    }
    if (record->target.is_program && record->target.path[0] == '\0' &&
        brood__current.program != NULL) {
        brood__text_copy(record->target.path, brood__current.program,
                         sizeof record->target.path);
    }
    return rv;
}

apr_status_t brood__start_pack(const brood__start_t *start, brood__role_t role,
                               int served, brood_bytes_t *record,
                               brood__parcel_t **parcel) {
    brood__boot_record_t fields;
    char directory[BROOD_OS_PATH_MAX];
    const uint64_t *numbers;
    apr_status_t rv = brood_os_now_ns() < start->deadline
                          ? record_fill(&fields, start, role)
                          : brood__fail(APR_TIMEUP, "the time for it was over");
    if (rv == APR_SUCCESS) {
        rv = brood__parcel_create(parcel, start->pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!served) {
        brood__parcel_put_os_handle(*parcel, brood__session_control());
    } else {
        fields.served = pack_streams(*parcel);
        /* A spawned child has the directory already; the forkserver may be elsewhere. */
        if (brood_os_directory_get(directory, sizeof directory) == APR_SUCCESS) {
            fields.directory = directory;
        }
    }
    if (role == BROOD__ROLE_CHILD) {
        rv = pack_handles(start->state, *parcel, &fields.codes, start->pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    fields.numbers.size = brood__parcel_numbers(*parcel, &numbers) * sizeof *numbers;
    fields.numbers.data = numbers;
    return brood__boot_record_encode(&fields, record, start->pool);
}

/* Its word, past the one that only says that the preload function runs. */
static apr_status_t word_receive(brood_os_handle_t stream, brood_os_deadline_t deadline,
                                 brood__notice_t *notice) {
    int preloading = 0;
    apr_status_t rv;
    for (;;) { /* ends with a word, the end of the stream or the deadline */
        rv = brood__notice_receive(stream, notice, deadline);
        if (rv == APR_SUCCESS && notice->kind == BROOD__NOTICE_PRELOADING &&
            !preloading) {
            preloading = 1;
        } else if (!APR_STATUS_IS_EINTR(rv)) {
            break;
        }
    }
    if (APR_STATUS_IS_ECONNRESET(rv)) {
        rv = APR_EOF;
    }
    if (rv != APR_SUCCESS && preloading) {
        notice->kind = BROOD__NOTICE_PRELOADING;
    }
    return rv;
}

apr_status_t brood__start_send(brood_os_handle_t stream, const brood_os_process_t *peer,
                               brood_bytes_t record, const brood__parcel_t *parcel,
                               brood_os_deadline_t deadline) {
    apr_status_t rv = brood__boot_send(stream, peer, record, parcel, deadline);
    BROOD_KILL_POINT("start.sent");
    return APR_STATUS_IS_EPIPE(rv) || APR_STATUS_IS_ECONNRESET(rv) ? APR_SUCCESS : rv;
}

apr_status_t brood__start_word(brood_os_handle_t stream, brood_os_deadline_t deadline,
                               brood__notice_t *notice) {
    apr_status_t rv = word_receive(stream, deadline, notice);
    if (rv == APR_SUCCESS && notice->kind == BROOD__NOTICE_FAILED) {
        rv = brood__fail(notice->status == APR_SUCCESS ? BROOD_EBOOT : notice->status,
                         "%s", notice->text);
    }
    BROOD_KILL_POINT("start.acknowledged");
    return rv;
}
