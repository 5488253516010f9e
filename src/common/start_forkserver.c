/* Start by forkserver: the asking side.
 *
 * The server is started at the first need and again when it has died. Its stream is used by
 * one thread at a time; what comes back of each child comes on that child's own stream. */
#include "forkserver.h"
#include "guard.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "session.h"
#include "start.h"
#include "status.h"
#include "stream.h"

#define STOP_GRACE_NS (2 * 1000000000LL)

static brood__guard_t server_guard = BROOD__GUARD_INIT;
static brood__child_t *server;
static brood_os_handle_t control = BROOD_OS_NO_HANDLE;
static unsigned generation;

/* A server without its control stream ends; one that has not been seen to end is ended, so that
 * nothing of it is left to be reaped. */
static void server_forget(void) {
    control = brood_os_handle_close(control);
    if (server != NULL) {
        if (!server->ended) {
            brood_os_exit_t how;
            (void)brood_os_process_signal(&server->os, BROOD_OS_KILL);
            (void)brood_os_process_wait(&server->os, BROOD_OS_FOREVER, &how);
            brood__session_bury(server->participant);
        }
        brood__child_discard(server);
        server = NULL;
    }
}

static apr_status_t server_launch(const brood__start_t *asking) {
    brood__start_t start = *asking;
    apr_status_t rv;
    start.child = brood__child_new("ForkServer", 0, BROOD_START_SPAWN);
    if (start.child == NULL) {
        return APR_ENOMEM;
    }
    start.child->end_with_parent = 1;
    start.program = NULL;
    start.label = "";
    rv = brood__session_reserve(&start.child->participant);
    if (rv == APR_SUCCESS) {
        rv = brood__start_program(&start, BROOD__ROLE_FORKSERVER, &control);
    }
    if (rv != APR_SUCCESS) {
        brood__session_bury(start.child->participant);
        brood__child_discard(start.child);
        return brood__fail_within(rv, "starting the forkserver: ");
    }
    server = start.child;
    generation++;
    return APR_SUCCESS;
}

static apr_status_t server_ensure(const brood__start_t *asking) {
    if (server != NULL && brood__child_wait(server, 0) == APR_SUCCESS) {
        server_forget();
    }
    return server != NULL ? APR_SUCCESS : server_launch(asking);
}

static apr_status_t request_send(const brood__request_t *request) {
    size_t done = 0;
    return brood__stream_write_all(control, request, sizeof *request, &done,
                                   BROOD_OS_FOREVER);
}

/* The request and the handle are two things on the stream. When the second cannot follow the
 * first, a byte without a handle takes its place: the server refuses that and goes on. */
static apr_status_t request_start(brood_os_handle_t theirs, brood_os_deadline_t deadline) {
    const brood__request_t request = {BROOD__REQUEST_MAGIC, BROOD__REQUEST_START, 0, 0, 0};
    const uint8_t nothing = 0;
    size_t done = 0;
    apr_status_t rv = request_send(&request);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_handles_send(control, &server->os, &theirs, 1, deadline);
    if (rv != APR_SUCCESS && brood__stream_write_all(control, &nothing, 1, &done,
                                                     BROOD_OS_FOREVER) != APR_SUCCESS) {
        server_forget();
    }
    return rv;
}

/* Hands the child's stream to the server, to a new one if the old one is found dead. */
static apr_status_t ask(const brood__start_t *start, brood_os_handle_t theirs,
                        unsigned *which) {
    apr_status_t rv = APR_SUCCESS;
    brood__guard_take(&server_guard);
    for (int attempt = 0; attempt < 2; attempt++) {
        rv = server_ensure(start);
        if (rv != APR_SUCCESS) {
            break;
        }
        rv = request_start(theirs, start->deadline);
        *which = generation;
        if (!APR_STATUS_IS_EPIPE(rv) && !APR_STATUS_IS_ECONNRESET(rv)) {
            break;
        }
        if (server != NULL) {
            (void)brood__child_wait(server, brood_os_now_ns() + STOP_GRACE_NS);
            server_forget();
        }
    }
    brood__guard_give(&server_guard);
    return rv;
}

static apr_status_t handshake(const brood__start_t *start, brood_os_handle_t stream,
                              brood_bytes_t record, const brood__parcel_t *parcel) {
    brood_os_process_t unknown = BROOD_OS_PROCESS_INIT;
    brood__notice_t notice;
    apr_status_t rv = brood__start_handshake(stream, &unknown, record, parcel,
                                             start->deadline, &notice);
    if (rv == APR_EOF || (rv == APR_SUCCESS && notice.kind != BROOD__NOTICE_READY)) {
        return brood__fail(BROOD_EBOOT,
                           "the child ended while it booted in the forkserver");
    }
    if (rv == APR_TIMEUP) {
        return brood__fail(rv, "the forkserver's child did not answer in time");
    }
    if (rv == APR_SUCCESS) {
        start->child->identity.pid = notice.numbers[0];
        start->child->identity.birth = (uint64_t)notice.numbers[1];
    }
    return rv;
}

apr_status_t brood__start_forkserver(brood__start_t *start) {
    brood_os_handle_t mine, theirs;
    brood_bytes_t record;
    brood__parcel_t *parcel;
    apr_status_t rv = brood__start_pack(start, BROOD__ROLE_CHILD, 1, &record, &parcel);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_stream_pair(&mine, &theirs);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the child's boot stream");
    }
    rv = ask(start, theirs, &start->child->server);
    brood_os_handle_close(theirs);
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("start.launched");
        rv = handshake(start, mine, record, parcel);
    }
    if (rv != APR_SUCCESS) {
        brood_os_handle_close(mine);
        return rv;
    }
    start->child->life = mine;
    return APR_SUCCESS;
}

apr_status_t brood__forkserver_signal(brood__child_t *child, brood_os_end_t how) {
    brood__request_t request = {BROOD__REQUEST_MAGIC, BROOD__REQUEST_SIGNAL, (int32_t)how,
                                0, child->identity.pid};
    apr_status_t rv = APR_EGENERAL;
    brood__guard_take(&server_guard);
    if (server != NULL && child->server == generation) {
        rv = request_send(&request);
    }
    brood__guard_give(&server_guard);
    /* Without its server the child is nobody's: it is signalled by its identity. */
    return rv == APR_SUCCESS ? rv : brood_os_identity_signal(&child->identity, how);
}

uint32_t brood__forkserver_participant(void) {
    uint32_t id;
    brood__guard_take(&server_guard);
    id = server == NULL ? 0 : server->participant;
    brood__guard_give(&server_guard);
    return id;
}

void brood__forkserver_stop(void) {
    if (server == NULL) {
        return;
    }
    control = brood_os_handle_close(control);
    if (brood__child_wait(server, brood_os_now_ns() + STOP_GRACE_NS) == APR_TIMEUP) {
        (void)brood__child_signal(server, BROOD_OS_KILL);
        (void)brood__child_wait(server, BROOD_OS_FOREVER);
    }
    server_forget();
}

void brood__forkserver_after_fork(void) {
    brood__guard_reset(&server_guard);
    control = brood_os_handle_close(control);
    if (server != NULL) {
        brood__child_discard(server);
        server = NULL;
    }
}
