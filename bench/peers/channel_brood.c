/* Brood's queues and connections as channels. */
#include "peers/channels.h"
#include "support/say.h"

#include <brood/connection.h>
#include <brood/message.h>
#include <brood/queue.h>

static int check(const char *what, apr_status_t status) {
    if (status == APR_SUCCESS)
        return 0;
    bench_say_status(what, status);
    return -1;
}

/* ---- queue ------------------------------------------------------------------------------- */

static int open_queue_of(bench_channel_t *channel, size_t capacity_bytes) {
    brood_queue_options_t options = BROOD_QUEUE_OPTIONS_INIT;
    brood_queue_t *queue;
    options.capacity_bytes = capacity_bytes;
    if (check("brood_queue_create", brood_queue_create(&queue, &options, NULL)))
        return -1;
    channel->object = queue;
    return 0;
}

static int open_queue(bench_channel_t *channel) {
    return open_queue_of(channel, 0);
}

static int open_queue_wide(bench_channel_t *channel) {
    return open_queue_of(channel, 16 * channel->size); /* eight, and their records */
}

static int put_queue(bench_channel_t *channel, const void *message) {
    apr_status_t status =
        brood_queue_put_bytes(channel->object, message, channel->size, BROOD_FOREVER);
    return status == APR_SUCCESS ? 0 : check("brood_queue_put_bytes", status);
}

static int get_queue(bench_channel_t *channel, void *message) {
    size_t size;
    apr_status_t status = brood_queue_get_bytes(channel->object, message, channel->size,
                                                &size, BROOD_FOREVER);
    if (status == APR_SUCCESS)
        return size == channel->size ? 0 : -1;
    return check("brood_queue_get_bytes", status);
}

static void close_queue(bench_channel_t *channel) {
    (void)brood_queue_close(channel->object);
}

static const char *absent_wide(size_t size) {
    return size < 16384 ? "the default ring is wide enough" : NULL;
}

const bench_channel_kind_t bench_brood_queue = {.name = "Brood queue",
                                                .part = BENCH_BROOD,
                                                .brood = 1,
                                                .open = open_queue,
                                                .put = put_queue,
                                                .get = get_queue,
                                                .close = close_queue};

const bench_channel_kind_t bench_brood_queue_wide = {
    .name = "Brood queue, ring of 8 messages",
    .part = BENCH_BROOD,
    .brood = 1,
    .absent = absent_wide,
    .open = open_queue_wide,
    .put = put_queue,
    .get = get_queue,
    .close = close_queue};

/* ---- several at once --------------------------------------------------------------------- */

enum { AT_ONCE = 32 };

static const char *absent_many(size_t size) {
    return bench_channel_batch(size) < 4 ? "too large to be worth it" : NULL;
}

static int put_many(bench_channel_t *channel, const void *messages, size_t count) {
    brood_bytes_t list[AT_ONCE];
    for (size_t i = 0; i < count; i++) {
        list[i].data = (const char *)messages + i * channel->size;
        list[i].size = channel->size;
    }
    return check("brood_queue_put_many",
                 brood_queue_put_many(channel->object, list, count, NULL, BROOD_FOREVER));
}

static int get_many(bench_channel_t *channel, void *messages, size_t *count) {
    brood_bytes_t list[AT_ONCE];
    size_t most = *count;
    return check("brood_queue_get_many",
                 brood_queue_get_many(channel->object, messages, most * channel->size,
                                      list, most, count, BROOD_FOREVER));
}

const bench_channel_kind_t bench_brood_queue_many = {.name = "Brood queue, 32 at a time",
                                                     .part = BENCH_BROOD,
                                                     .brood = 1,
                                                     .absent = absent_many,
                                                     .open = open_queue,
                                                     .put_many = put_many,
                                                     .get_many = get_many,
                                                     .close = close_queue};

/* ---- in place ---------------------------------------------------------------------------- */

static brood_message_t in_hand; /* of this process, one at a time */

static void *reserve(bench_channel_t *channel) {
    return check("brood_queue_reserve", brood_queue_reserve(channel->object, &in_hand,
                                                            channel->size, BROOD_FOREVER))
               ? NULL
               : in_hand.data;
}

static int commit(bench_channel_t *channel) {
    return check("brood_queue_commit",
                 brood_queue_commit(channel->object, &in_hand, BROOD_FOREVER));
}

static const void *take(bench_channel_t *channel) {
    return check("brood_queue_take",
                 brood_queue_take(channel->object, &in_hand, BROOD_FOREVER))
               ? NULL
               : in_hand.data;
}

static int release(bench_channel_t *channel) {
    return check("brood_queue_release", brood_queue_release(channel->object, &in_hand));
}

const bench_channel_kind_t bench_brood_queue_place = {.name = "Brood queue, in place",
                                                      .part = BENCH_BROOD,
                                                      .brood = 1,
                                                      .open = open_queue,
                                                      .reserve = reserve,
                                                      .commit = commit,
                                                      .take = take,
                                                      .release = release,
                                                      .close = close_queue};

/* ---- connection -------------------------------------------------------------------------- */

/* `object` receives and `other` sends. */
static int open_connection(bench_channel_t *channel, int duplex) {
    brood_connection_t *one, *other;
    if (check("brood_pipe_create", brood_pipe_create(&one, &other, duplex, NULL)))
        return -1;
    channel->object = one;
    channel->other = other;
    return 0;
}

static int open_pipe(bench_channel_t *channel) {
    return open_connection(channel, 0);
}

static int open_duplex(bench_channel_t *channel) {
    return open_connection(channel, 1);
}

static int put_connection(bench_channel_t *channel, const void *message) {
    apr_status_t status = brood_connection_send_bytes(channel->other, message,
                                                      channel->size, BROOD_FOREVER);
    return status == APR_SUCCESS ? 0 : check("brood_connection_send_bytes", status);
}

static int get_connection(bench_channel_t *channel, void *message) {
    size_t size;
    apr_status_t status = brood_connection_recv_bytes_into(
        channel->object, message, channel->size, &size, BROOD_FOREVER);
    if (status == APR_SUCCESS)
        return size == channel->size ? 0 : -1;
    return check("brood_connection_recv_bytes_into", status);
}

static void close_connection(bench_channel_t *channel) {
    (void)brood_connection_close(channel->object);
    (void)brood_connection_close(channel->other);
}

const bench_channel_kind_t bench_brood_pipe = {.name = "Brood pipe",
                                               .part = BENCH_BROOD,
                                               .brood = 1,
                                               .open = open_pipe,
                                               .put = put_connection,
                                               .get = get_connection,
                                               .close = close_connection};

const bench_channel_kind_t bench_brood_duplex = {.name = "Brood pipe, duplex",
                                                 .part = BENCH_BROOD,
                                                 .brood = 1,
                                                 .open = open_duplex,
                                                 .put = put_connection,
                                                 .get = get_connection,
                                                 .close = close_connection};
