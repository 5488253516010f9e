/* nng's ipc transport as a channel: a PUSH and a PULL socket, with room for as many messages
 * as Brood's default ring has. */
#include "peers/channels.h"

#ifdef BENCH_HAS_NNG
#include "peers/meeting.h"

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct end_t {
    nng_socket socket;
    int is_reader;
} end_t;

/* nng's threads do not come through a fork: each member makes its end at its first call. */
static end_t *end_of(bench_channel_t *channel, int is_reader) {
    bench_meeting_t *meeting = channel->object;
    size_t count = ((size_t)256 << 10) / channel->size;
    char address[80];
    end_t *end = channel->other;
    int rv;
    if (end)
        return end;
    end = calloc(1, sizeof *end);
    if (!end)
        return NULL;
    snprintf(address, sizeof address, "abstract://%s", meeting->name);
    end->is_reader = is_reader;
    rv = is_reader ? nng_pull0_open(&end->socket) : nng_push0_open(&end->socket);
    if (rv == 0) {
        /* A version that has no such buffer there does without. */
        (void)nng_socket_set_int(end->socket,
                                 is_reader ? NNG_OPT_RECVBUF : NNG_OPT_SENDBUF,
                                 count < 8 ? 8 : (int)count);
        (void)nng_socket_set_ms(end->socket, NNG_OPT_RECONNMINT, 1);
        (void)nng_socket_set_size(end->socket, NNG_OPT_RECVMAXSZ, 0);
        rv = is_reader ? nng_listen(end->socket, address, NULL, 0)
                       : nng_dial(end->socket, address, NULL, NNG_FLAG_NONBLOCK);
    }
    if (rv != 0) {
        fprintf(stderr, "%s: %s\n", address, nng_strerror(rv));
        free(end);
        return NULL;
    }
    channel->other = end;
    return end;
}

static int put_nng(bench_channel_t *channel, const void *message) {
    end_t *end = end_of(channel, 0);
    return end && nng_send(end->socket, (void *)(size_t)message, channel->size, 0) == 0
               ? 0
               : -1;
}

static int get_nng(bench_channel_t *channel, void *message) {
    end_t *end = end_of(channel, 1);
    size_t size = channel->size;
    return end && nng_recv(end->socket, message, &size, 0) == 0 && size == channel->size
               ? 0
               : -1;
}

static void leave_nng(bench_channel_t *channel) {
    end_t *end = channel->other;
    bench_meeting_leave(channel, end->is_reader);
    nng_close(end->socket);
    free(end);
}

const bench_channel_kind_t bench_nng = {.name = "nng ipc",
                                        .part = BENCH_PEER,
                                        .one_reader = 1,
                                        .open = bench_meeting_open,
                                        .put = put_nng,
                                        .get = get_nng,
                                        .leave = leave_nng,
                                        .close = bench_meeting_close};
#else
static const char *absent(size_t size) {
    (void)size;
    return "built without nng";
}

const bench_channel_kind_t bench_nng = {
    .name = "nng ipc", .part = BENCH_PEER, .absent = absent};
#endif
