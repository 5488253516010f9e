/* Boost.Interprocess's message_queue as a channel: 256 KiB of messages as Brood's default
 * ring has them, or eight large ones. */
#include "peers/channels.h"

#ifdef BENCH_HAS_BOOST
#include "peers/boost.h"

static int open_boost(bench_channel_t *channel) {
    size_t message_count = ((size_t)256 << 10) / channel->size;
    channel->object =
        bench_boost_open(channel->size, message_count < 8 ? 8 : message_count);
    return channel->object ? 0 : -1;
}

static int put_boost(bench_channel_t *channel, const void *message) {
    return bench_boost_put(channel->object, message, channel->size);
}

static int get_boost(bench_channel_t *channel, void *message) {
    return bench_boost_get(channel->object, message, channel->size);
}

static void close_boost(bench_channel_t *channel) {
    bench_boost_close(channel->object);
}

const bench_channel_kind_t bench_boost = {.name = "Boost message_queue",
                                          .part = BENCH_PEER,
                                          .open = open_boost,
                                          .put = put_boost,
                                          .get = get_boost,
                                          .close = close_boost};
#else
static const char *absent(size_t size) {
    (void)size;
    return "built without the headers of Boost";
}

const bench_channel_kind_t bench_boost = {
    .name = "Boost message_queue", .part = BENCH_PEER, .absent = absent};
#endif
