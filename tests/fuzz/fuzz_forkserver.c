/* Requests to the forkserver from hostile bytes: the server ends or goes on, and forks only for a
 * whole request that a handle follows. What an input is made of, by its bytes:
 *
 *     0 to 127    so many of the bytes that follow, as they are
 *     128, 129    one handle, two
 *     130         a request to start, as it should be
 *     131 N       a request to signal process N
 *     132 N       a request to start whose record lies on the child's stream already: so many of
 *                 the bytes that follow, on the next stream that is sent
 *
 * Forks fail here, which the stream of the child that was asked for is told. */
#include "forkserver.h"
#include "notice.h"
#include "os/fault.h"
#include "os/handle.h"
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HANDLES_MAX 16
#define LISTED_MAX 256

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

typedef struct sender_t {
    brood_os_handle_t stream;
    brood_os_handle_t kept[HANDLES_MAX]; /* our ends of what was sent */
    size_t count;
    const uint8_t *record; /* for the next one */
    size_t record_size;
} sender_t;

static void write_bytes(brood_os_handle_t stream, const void *data, size_t size) {
    if (size > 0) {
        (void)brood_os_stream_write(stream, data, &size, 0);
    }
}

/* Nothing more comes from us on it: who reads a record there meets an end. */
static brood_os_handle_t new_stream(sender_t *sender) {
    brood_os_handle_t mine, theirs;

    require(brood_os_stream_pair(&mine, &theirs) == APR_SUCCESS);
    write_bytes(mine, sender->record, sender->record_size);
    sender->record_size = 0;
    (void)brood_os_stream_finish(mine);
    sender->kept[sender->count++] = mine;
    return theirs;
}

static void send_handles(sender_t *sender, size_t count) {
    const brood_os_process_t anybody = BROOD_OS_PROCESS_INIT;
    brood_os_handle_t theirs[2];
    size_t i;

    if (sender->count + count > HANDLES_MAX) {
        return;
    }
    for (i = 0; i < count; i++) {
        theirs[i] = new_stream(sender);
    }
    (void)brood_os_handles_send(sender->stream, &anybody, theirs, count, 0);
    for (i = 0; i < count; i++) {
        brood_os_handle_close(theirs[i]);
    }
}

static void send_request(const sender_t *sender, brood__request_kind_t kind, int is_sent,
                         int64_t pid) {
    const brood__request_t request = {BROOD__REQUEST_MAGIC, (uint32_t)kind,
                                      (int32_t)BROOD_OS_KILL, (uint32_t)is_sent, pid};

    write_bytes(sender->stream, &request, sizeof request);
}

static void send_input(sender_t *sender, const uint8_t *data, size_t size) {
    while (size > 0) {
        const uint8_t what = *data++;
        size_t used = 0;
        size--;
        if (what < 128) {
            used = what < size ? what : size;
            write_bytes(sender->stream, data, used);
        } else if (what <= 129) {
            send_handles(sender, what - 127U);
        } else if (what == 130) {
            send_request(sender, BROOD__REQUEST_START, 0, 0);
        } else if (what == 131 && size > 0) {
            used = 1;
            send_request(sender, BROOD__REQUEST_SIGNAL, 0, *data);
        } else if (what == 132 && size > 0) {
            used = *data < size - 1 ? (size_t)*data + 1 : size;
            sender->record = data + 1;
            sender->record_size = used - 1;
            send_request(sender, BROOD__REQUEST_START, 1, 0);
        }
        data += used;
        size -= used;
    }
}

/* How many of the children that were asked for have been refused, and nothing else said. */
static unsigned refusals(sender_t *sender) {
    unsigned count = 0;
    size_t i;

    for (i = 0; i < sender->count; i++) {
        brood__notice_t notice;
        apr_status_t rv = brood__notice_receive(sender->kept[i], &notice, 0);
        require(rv == APR_EOF ||
                (rv == APR_SUCCESS && notice.kind == BROOD__NOTICE_FAILED));
        count += rv == APR_SUCCESS;
        require(brood__notice_receive(sender->kept[i], &notice, 0) == APR_EOF);
        brood_os_handle_close(sender->kept[i]);
    }
    return count;
}

static size_t open_handles(void) {
    brood_os_handle_t list[LISTED_MAX];
    size_t count = 0;

    require(brood_os_handle_list(list, LISTED_MAX, &count) == APR_SUCCESS);
    return count;
}

#ifdef BROOD_FAULTS
static int make_forks_fail(void) {
    brood__fault_plan("os.process_fork:1+:EAGAIN");
    return 1;
}

static unsigned failed_forks(void) {
    unsigned count = brood__fault_count();

    brood__fault_plan("");
    return count;
}
#else
static int make_forks_fail(void) {
    return 0; /* here it would fork */
}

static unsigned failed_forks(void) {
    return 0;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sender_t sender = {BROOD_OS_NO_HANDLE, {0}, 0, NULL, 0};
    brood_os_handle_t server;
    size_t before;

    require(apr_initialize() == APR_SUCCESS);
    before = open_handles();
    if (brood_os_stream_pair(&sender.stream, &server) != APR_SUCCESS) {
        return 0; /* a system without */
    }
    send_input(&sender, data, size);
    brood_os_handle_close(sender.stream);
    if (make_forks_fail()) {
        brood__forkserver_serve(server);
        /* A record that is none is refused before the fork. */
        require(refusals(&sender) >= failed_forks());
    } else {
        brood_os_handle_close(server);
        require(refusals(&sender) == 0);
    }
    require(open_handles() == before);
    return 0;
}
