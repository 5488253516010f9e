/* Forkserver: the server's own life.
 *
 * One thread, one loop: requests on the control stream, ends of children. It holds for each
 * child the kernel's handle on it and a copy of the stream that the child booted by. When
 * the control stream ends, its parent is gone and so is its reason to live. */
#include "forkserver.h"

#include "at_fork.h"
#include "boot_child.h"
#include "notice.h"
#include "os/clock.h"
#include "os/fault.h"
#include "os/handle.h"
#include "status.h"
#include "stream.h"
#include <stdlib.h>

/* How often children are looked at where the system gives no handle on them. */
#define LOOK_NS (5 * 1000000LL)

typedef struct entry_t {
    brood_os_process_t process;
    brood_os_handle_t stream;
    int withheld; /* its handle is ready, its end not to be had: a debugger has it */
} entry_t;

typedef struct server_t {
    brood_os_handle_t control;
    entry_t *entries;
    brood_os_waitable_t *set; /* the control stream, then one for each entry */
    size_t count;
    size_t room;
    int blind; /* some child has no handle that would tell */
} server_t;

static int make_room(server_t *server) {
    size_t room = server->room == 0 ? 16 : server->room * 2;
    entry_t *entries;
    brood_os_waitable_t *set;
    if (server->count < server->room) {
        return 1;
    }
    entries = realloc(server->entries, room * sizeof *entries);
    if (entries != NULL) {
        server->entries = entries;
    }
    set = realloc(server->set, (room + 1) * sizeof *set);
    if (set != NULL) {
        server->set = set;
    }
    if (entries == NULL || set == NULL) {
        return 0;
    }
    server->room = room;
    return 1;
}

/* In the child: nothing of the server's stays but the stream to boot by, and some memory, which
 * would only be touched to be freed. */
static void become_child(const server_t *server, brood__boot_t *boot,
                         brood__at_fork_t *hooks) {
    BROOD_KILL_POINT("forkserver.forked");
    brood_os_interrupt_ignore(0);
    brood_os_handle_close(server->control);
    for (size_t i = 0; i < server->count; i++) {
        brood_os_process_close(&server->entries[i].process);
        brood_os_handle_close(server->entries[i].stream);
    }
    brood__boot_from_forkserver(boot, hooks);
}

static apr_status_t copy(server_t *server, brood__boot_t *boot,
                         brood_os_process_t *process) {
    brood__at_fork_t *hooks = NULL;
    apr_status_t rv = make_room(server) ? brood__at_fork_before(&hooks) : APR_ENOMEM;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_process_fork(process);
    if (rv == APR_SUCCESS && process->pid == 0) {
        become_child(server, boot, hooks);
    }
    brood__at_fork_in_parent(hooks);
    return rv;
}

/* Makes the child that boots by this stream; a failure is told there. */
static void start_child(server_t *server, brood_os_handle_t stream, int is_sent) {
    brood_os_process_t process = BROOD_OS_PROCESS_INIT;
    brood__boot_t *boot;
    apr_status_t rv = brood__boot_prepare(&boot, stream, is_sent);
    if (rv == APR_SUCCESS) {
        rv = copy(server, boot, &process);
        brood__boot_discard(boot);
        if (rv != APR_SUCCESS) {
            (void)brood__notice_send(stream, BROOD__NOTICE_FAILED, rv, 0, 0,
                                     "the forkserver could not fork");
        }
    }
    if (rv != APR_SUCCESS) {
        brood_os_handle_close(stream);
        return;
    }
    server->entries[server->count].process = process;
    server->entries[server->count].stream = stream;
    server->entries[server->count].withheld = 0;
    server->count++;
    BROOD_KILL_POINT("forkserver.started");
}

/* 0: the stream is out of step. */
static int serve_start(server_t *server, const brood__request_t *request) {
    brood_os_handle_t stream;
    apr_status_t rv =
        brood_os_handles_receive(server->control, &stream, 1, BROOD_OS_FOREVER);
    if (rv != APR_SUCCESS) {
        /* What came was no handle: whoever waits for that child sees its stream end. */
        return rv == APR_EGENERAL;
    }
    BROOD_KILL_POINT("forkserver.requested");
    start_child(server, stream, request->is_sent != 0);
    return 1;
}

static void signal_child(const server_t *server, const brood__request_t *request) {
    for (size_t i = 0; i < server->count; i++) {
        if (server->entries[i].process.pid == request->pid) {
            (void)brood_os_process_signal(&server->entries[i].process,
                                          (brood_os_end_t)request->how);
        }
    }
}

/* 0: the parent is gone. */
static int serve_request(server_t *server) {
    brood__request_t request;
    size_t have = 0;
    apr_status_t rv = brood__stream_read_all(server->control, &request, sizeof request,
                                             &have, BROOD_OS_FOREVER);
    if (rv != APR_SUCCESS || request.magic != BROOD__REQUEST_MAGIC) {
        return 0;
    }
    if (request.kind == BROOD__REQUEST_START) {
        return serve_start(server, &request);
    }
    if (request.kind == BROOD__REQUEST_SIGNAL) {
        signal_child(server, &request);
    }
    return 1;
}

/* Tells how it ended, if it has: 1. */
static int reap_entry(entry_t *entry) {
    brood_os_exit_t how = {0, 0};
    apr_status_t rv = brood_os_process_wait(&entry->process, 0, &how);
    if (rv != APR_SUCCESS && rv != BROOD_ESTATUSLOST) {
        return 0;
    }
    BROOD_KILL_POINT("forkserver.reaped");
    (void)brood__notice_send(entry->stream,
                             rv == APR_SUCCESS ? BROOD__NOTICE_ENDED : BROOD__NOTICE_LOST,
                             APR_SUCCESS, how.signaled, how.code, NULL);
    brood_os_process_close(&entry->process);
    brood_os_handle_close(entry->stream);
    return 1;
}

static void reap_ended(server_t *server) {
    size_t kept = 0;
    for (size_t i = 0; i < server->count; i++) {
        const brood_os_waitable_t *seen = &server->set[i + 1];
        int look = seen->ready || seen->handle == BROOD_OS_NO_HANDLE;
        if (!look || !reap_entry(&server->entries[i])) {
            server->entries[i].withheld |= seen->ready;
            server->entries[kept++] = server->entries[i];
        }
    }
    server->count = kept;
}

static void set_fill(server_t *server) {
    server->set[0].handle = server->control;
    server->set[0].kind = BROOD_OS_WAIT_STREAM;
    server->set[0].ready = 0;
    server->blind = 0;
    for (size_t i = 0; i < server->count; i++) {
        const entry_t *entry = &server->entries[i];
        server->set[i + 1].handle = entry->withheld
                                        ? BROOD_OS_NO_HANDLE
                                        : brood_os_process_watch(&entry->process);
        server->set[i + 1].kind = BROOD_OS_WAIT_WATCH;
        server->set[i + 1].ready = 0;
        server->blind |= server->set[i + 1].handle == BROOD_OS_NO_HANDLE;
    }
}

void brood__forkserver_serve(brood_os_handle_t stream) {
    server_t server = {stream, NULL, NULL, 0, 0, 0};
    int parent = make_room(&server);
    brood__boot_rehearse();
    /* The terminal's interrupt is for those that work; without the server nobody would know how
     * they took it. */
    brood_os_interrupt_ignore(1);
    while (parent) { /* ends when the parent's end of the stream is closed */
        apr_status_t rv;
        set_fill(&server);
        rv = brood_os_wait_any(server.set, server.count + 1,
                               server.blind ? brood_os_now_ns() + LOOK_NS
                                            : BROOD_OS_FOREVER);
        if (APR_STATUS_IS_EINTR(rv)) {
            continue;
        }
        parent = rv == APR_SUCCESS || rv == APR_TIMEUP;
        reap_ended(&server);
        if (parent && server.set[0].ready) {
            parent = serve_request(&server);
        }
    }
    for (size_t i = 0; i < server.count; i++) {
        brood_os_process_close(&server.entries[i].process);
        brood_os_handle_close(server.entries[i].stream);
    }
    free(server.entries);
    free(server.set);
    brood_os_handle_close(stream);
    brood_os_interrupt_ignore(0);
}
