/* Start by forkserver: the asking side.
 *
 * The server is started at the first need and again when it has died. Its stream is used by
 * one thread at a time; what comes back of each child comes on that child's own stream. A
 * stream that ends without a word, when the server is dead, means that nothing has run: then
 * another server is asked, once. */
#include "forkserver.h"
#include "guard.h"
#include "identity.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "participant.h"
#include "server.h"
#include "session.h"
#include "start.h"
#include "status.h"
#include "stream.h"

/* A server's streams end one after the other, and it itself a moment later. */
#define DEATH_GRACE_NS (100 * 1000000LL)

/* A record of so many bytes goes into the stream before anybody reads it: what every system's
 * stream holds. The server reads it, without a wait, in place of its child. */
#define SMALL_RECORD 4096u

/* How often a start is tried, when servers die under it. */
#define ATTEMPTS 2

/* How long a child that was killed, because its start had failed, may take to end. */
#define END_GRACE_NS (5 * 1000000000LL)

/* Under the server's guard. *broken: a part has gone, or nobody is there; another thread may have
 * found that first, and given it up. */
static apr_status_t request_send(brood__server_t *server, const brood__request_t *request,
                                 int *broken) {
    size_t done = 0;
    apr_status_t rv;
    if (server->control == BROOD_OS_NO_HANDLE) {
        *broken = 1;
        return APR_EOF;
    }
    rv = brood__stream_write_all(server->control, request, sizeof *request, &done,
                                 BROOD_OS_FOREVER);
    *broken = rv != APR_SUCCESS &&
              (done != 0 || APR_STATUS_IS_EPIPE(rv) || APR_STATUS_IS_ECONNRESET(rv));
    return rv;
}

/* The request and the handle are two things on the stream. When the second cannot follow the
 * first, a byte without a handle takes its place: the server refuses that and goes on. Else the
 * stream is out of step: *broken. */
static apr_status_t request_start(brood__server_t *server, brood_os_handle_t theirs,
                                  int is_sent, brood_os_deadline_t deadline,
                                  int *broken) {
    const brood__request_t request = {BROOD__REQUEST_MAGIC, BROOD__REQUEST_START, 0,
                                      (uint32_t)is_sent, 0};
    const uint8_t nothing = 0;
    size_t done = 0;
    apr_status_t rv;
    brood__guard_take(&server->guard);
    rv = request_send(server, &request, broken);
    if (rv == APR_SUCCESS) {
        rv = brood_os_handles_send(server->control, &server->child->os, &theirs, 1,
                                   deadline);
        *broken = rv != APR_SUCCESS &&
                  brood__stream_write_all(server->control, &nothing, 1, &done,
                                          BROOD_OS_FOREVER) != APR_SUCCESS;
    }
    brood__guard_give(&server->guard);
    return rv;
}

static apr_status_t send_record(const brood__start_t *start, brood_os_handle_t stream,
                                brood_bytes_t record, const brood__parcel_t *parcel) {
    brood_os_process_t unknown = BROOD_OS_PROCESS_INIT;
    return brood__start_send(stream, &unknown, record, parcel, start->deadline);
}

static apr_status_t hear_word(const brood__start_t *start, brood_os_handle_t stream) {
    brood__notice_t notice;
    apr_status_t rv = brood__start_word(stream, start->deadline, &notice);
    if (rv == APR_SUCCESS && notice.kind != BROOD__NOTICE_READY) {
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

/* Nothing comes on this stream but its end. */
static int is_dead(brood__server_t *server) {
    brood_os_waitable_t control = {BROOD_OS_NO_HANDLE, BROOD_OS_WAIT_STREAM, 0};
    brood_os_deadline_t deadline = brood_os_now_ns() + DEATH_GRACE_NS;
    apr_status_t rv = APR_SUCCESS;
    brood__guard_take(&server->guard);
    control.handle = server->control;
    while (control.handle != BROOD_OS_NO_HANDLE) { /* ends with the stream or in time */
        rv = brood_os_wait_any(&control, 1, deadline);
        if (!APR_STATUS_IS_EINTR(rv)) {
            break;
        }
    }
    brood__guard_give(&server->guard);
    return rv == APR_SUCCESS;
}

/* One child of this server. APR_EOF: the server is no good any more, and nothing has run. */
static apr_status_t start_at(const brood__start_t *start, brood__server_t *server) {
    brood_os_handle_t mine, theirs;
    brood_bytes_t record;
    brood__parcel_t *parcel;
    int broken = 0, is_small;
    apr_status_t rv = brood__start_pack(start, BROOD__ROLE_CHILD, 1, &record, &parcel);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_stream_pair(&mine, &theirs);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the child's boot stream");
    }
    is_small = record.size <= SMALL_RECORD;
    if (is_small) {
        rv = send_record(start, mine, record, parcel);
    }
    if (rv == APR_SUCCESS) {
        rv = request_start(server, theirs, is_small, start->deadline, &broken);
    }
    brood_os_handle_close(theirs);
    if (rv == APR_SUCCESS) {
        BROOD_KILL_POINT("start.launched");
        rv = is_small ? rv : send_record(start, mine, record, parcel);
    }
    if (rv == APR_SUCCESS) {
        rv = hear_word(start, mine);
    }
    if (rv == APR_SUCCESS) {
        start->child->life = mine;
        return rv;
    }
    brood_os_handle_close(mine);
    if (broken || (rv == APR_EOF && is_dead(server))) {
        return APR_EOF;
    }
    return rv != APR_EOF ? rv : brood__fail(BROOD_EBOOT, "the forkserver made no child");
}

/* No child may be left of a start that failed, not even one that hangs in a function of the
 * program's (at_fork.h) or is stopped. Until it has entered the session it runs nothing of the
 * program's, and it ends when it finds its place taken back: so that is tried first. If it was
 * quicker, it is known by now. */
static void end_failed(brood__child_t *child, brood__server_t *server) {
    static const brood_os_identity_t nobody;
    if (!brood__participant_withdraw(child->participant) &&
        brood__participant_identity(child->participant, &child->identity)) {
        child->server = server;
        (void)brood__forkserver_signal(child, BROOD_OS_KILL);
        (void)brood__identity_wait(&child->identity, brood_os_now_ns() + END_GRACE_NS);
        child->server = NULL;
    }
    child->identity = nobody;
}

apr_status_t brood__start_forkserver(brood__start_t *start) {
    brood__child_t *child = start->child;
    apr_status_t rv = APR_EOF;
    for (int attempt = 0; rv == APR_EOF && attempt < ATTEMPTS; attempt++) {
        brood__server_t *server;
        rv = brood__server_get(start->site, start, &server);
        if (rv != APR_SUCCESS) {
            break;
        }
        rv = start_at(start, server);
        if (rv == APR_SUCCESS) {
            child->server = server;
            break;
        }
        /* The child of a server that is dead may live. */
        end_failed(child, server);
        if (rv == APR_EOF) {
            brood__server_give_up(start->site, server);
            brood__session_bury(child->participant);
            child->participant = 0;
            if (brood__session_reserve(&child->participant) != APR_SUCCESS) {
                attempt = ATTEMPTS;
            }
        }
        brood__server_release(server);
    }
    return rv != APR_EOF
               ? rv
               : brood__fail(BROOD_EBOOT, "the forkserver died while it made the child");
}

/* By its identity, where the system can make sure of that: it reaches the child whatever becomes
 * of the server. Else through the server, whose child it is. */
apr_status_t brood__forkserver_signal(brood__child_t *child, brood_os_end_t how) {
    brood__request_t request = {BROOD__REQUEST_MAGIC, BROOD__REQUEST_SIGNAL, (int32_t)how,
                                0, child->identity.pid};
    int broken;
    apr_status_t rv = brood_os_identity_signal(&child->identity, how);
    if (rv != APR_ENOTIMPL || child->server == NULL) {
        return rv;
    }
    brood__guard_take(&child->server->guard);
    if (request_send(child->server, &request, &broken) == APR_SUCCESS) {
        rv = APR_SUCCESS;
    }
    brood__guard_give(&child->server->guard);
    return rv;
}
