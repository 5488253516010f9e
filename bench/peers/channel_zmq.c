/* ZeroMQ's ipc transport as a channel: a PUSH and a PULL socket, with room for as many
 * messages as Brood's default ring has. */
#include "peers/channels.h"

#ifdef BENCH_HAS_ZMQ
#include "peers/meeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

typedef struct end_t {
    void *context;
    void *socket;
    int is_reader;
} end_t;

/* ZeroMQ's threads do not come through a fork: each member makes its end at its first call. */
static end_t *end_of(bench_channel_t *channel, int is_reader) {
    bench_meeting_t *meeting = channel->object;
    size_t count = ((size_t)256 << 10) / channel->size;
    int most = count < 8 ? 8 : (int)count;
    int retry_ms = 1;
    char address[80];
    end_t *end = channel->other;
    if (end)
        return end;
    end = calloc(1, sizeof *end);
    if (!end)
        return NULL;
    snprintf(address, sizeof address, "ipc://@%s", meeting->name);
    end->is_reader = is_reader;
    end->context = zmq_ctx_new();
    end->socket = zmq_socket(end->context, is_reader ? ZMQ_PULL : ZMQ_PUSH);
    zmq_setsockopt(end->socket, ZMQ_SNDHWM, &most, sizeof most);
    zmq_setsockopt(end->socket, ZMQ_RCVHWM, &most, sizeof most);
    zmq_setsockopt(end->socket, ZMQ_RECONNECT_IVL, &retry_ms, sizeof retry_ms);
    if (is_reader ? zmq_bind(end->socket, address) : zmq_connect(end->socket, address)) {
        fprintf(stderr, "%s: %s\n", address, zmq_strerror(zmq_errno()));
        free(end);
        return NULL;
    }
    channel->other = end;
    return end;
}

static int put_zmq(bench_channel_t *channel, const void *message) {
    end_t *end = end_of(channel, 0);
    return end && zmq_send(end->socket, message, channel->size, 0) >= 0 ? 0 : -1;
}

static int get_zmq(bench_channel_t *channel, void *message) {
    end_t *end = end_of(channel, 1);
    int size = end ? zmq_recv(end->socket, message, channel->size, 0) : -1;
    return size == (int)channel->size ? 0 : -1;
}

static void leave_zmq(bench_channel_t *channel) {
    end_t *end = channel->other;
    bench_meeting_leave(channel, end->is_reader);
    zmq_close(end->socket);
    zmq_ctx_term(end->context);
    free(end);
}

const bench_channel_kind_t bench_zmq = {.name = "ZeroMQ ipc",
                                        .part = BENCH_PEER,
                                        .one_reader = 1,
                                        .open = bench_meeting_open,
                                        .put = put_zmq,
                                        .get = get_zmq,
                                        .leave = leave_zmq,
                                        .close = bench_meeting_close};
#else
static const char *absent(size_t size) {
    (void)size;
    return "built without ZeroMQ";
}

const bench_channel_kind_t bench_zmq = {
    .name = "ZeroMQ ipc", .part = BENCH_PEER, .absent = absent};
#endif
