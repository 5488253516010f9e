/* Pipes and socket pairs, with nothing between the caller and the kernel. */
#include "peers/channels.h"
#include "support/say.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LARGE = 16 << 10, LARGE_ROOM = 1 << 20 };

static int open_pipe(bench_channel_t *channel) {
    if (pipe(channel->fds) == 0)
        return 0;
    bench_say_errno("pipe");
    return -1;
}

static int open_wide_pipe(bench_channel_t *channel) {
    if (open_pipe(channel))
        return -1;
#ifdef F_SETPIPE_SZ
    if (channel->size >= LARGE) /* what a user would do who sends large messages */
        (void)fcntl(channel->fds[1], F_SETPIPE_SZ, LARGE_ROOM);
#endif
    return 0;
}

static int open_socketpair(bench_channel_t *channel) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel->fds) == 0)
        return 0;
    bench_say_errno("socketpair");
    return -1;
}

static int open_wide_socketpair(bench_channel_t *channel) {
    int room = LARGE_ROOM;
    if (open_socketpair(channel))
        return -1;
    if (channel->size >= LARGE)
        (void)setsockopt(channel->fds[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return 0;
}

static void close_both(bench_channel_t *channel) {
    close(channel->fds[0]);
    close(channel->fds[1]);
}

static int read_all(int fd, void *data, size_t size) {
    char *at = data;
    while (size) {
        ssize_t done = read(fd, at, size);
        if (done <= 0)
            return -1;
        at += done;
        size -= (size_t)done;
    }
    return 0;
}

static int write_all(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size) {
        ssize_t done = write(fd, at, size);
        if (done < 0)
            return -1;
        at += done;
        size -= (size_t)done;
    }
    return 0;
}

static int put_plain(bench_channel_t *channel, const void *message) {
    return write_all(channel->fds[1], message, channel->size);
}

static int get_plain(bench_channel_t *channel, void *message) {
    return read_all(channel->fds[0], message, channel->size);
}

static int put_framed(bench_channel_t *channel, const void *message) {
    uint32_t length = htonl((uint32_t)channel->size);
    struct iovec parts[2] = {{&length, sizeof length},
                             {(void *)(uintptr_t)message, channel->size}};
    size_t done;
    ssize_t first = writev(channel->fds[1], parts, 2);
    if (first < (ssize_t)sizeof length)
        return -1; /* no kernel that this runs on cuts the first four bytes */
    done = (size_t)first - sizeof length;
    return write_all(channel->fds[1], (const char *)message + done, channel->size - done);
}

static int get_framed(bench_channel_t *channel, void *message) {
    uint32_t length;
    if (read_all(channel->fds[0], &length, sizeof length) ||
        ntohl(length) != channel->size)
        return -1;
    return read_all(channel->fds[0], message, channel->size);
}

const bench_channel_kind_t bench_pipe = {.name = "pipe",
                                         .part = BENCH_PEER,
                                         .open = open_wide_pipe,
                                         .put = put_plain,
                                         .get = get_plain,
                                         .close = close_both};

const bench_channel_kind_t bench_socketpair = {.name = "socketpair",
                                               .part = BENCH_PEER,
                                               .open = open_wide_socketpair,
                                               .put = put_plain,
                                               .get = get_plain,
                                               .close = close_both};

const bench_channel_kind_t bench_framed_pipe = {.name = "pipe, length and message",
                                                .part = BENCH_PEER,
                                                .open = open_pipe,
                                                .put = put_framed,
                                                .get = get_framed,
                                                .close = close_both};

const bench_channel_kind_t bench_framed_socketpair = {
    .name = "socketpair, length and message",
    .part = BENCH_PEER,
    .open = open_socketpair,
    .put = put_framed,
    .get = get_framed,
    .close = close_both};
