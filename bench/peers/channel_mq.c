/* POSIX message queues: as many messages, and as large ones, as the system allows. */
#include "peers/channels.h"
#include "support/say.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static long system_limit(const char *name, long otherwise) {
    char path[80];
    long limit = otherwise;
    FILE *file;
    snprintf(path, sizeof path, "/proc/sys/fs/mqueue/%s", name);
    file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%ld", &limit) != 1)
            limit = otherwise;
        fclose(file);
    }
    return limit;
}

static const char *absent(size_t size) {
    static char words[80];
    long most = system_limit("msgsize_max", 8192);
    if (size <= (size_t)most)
        return NULL;
    snprintf(words, sizeof words, "left out: its messages have at most %ld bytes here",
             most);
    return words;
}

static int open_mq(bench_channel_t *channel) {
    static unsigned number;
    struct mq_attr limits = {.mq_maxmsg = system_limit("msg_max", 10),
                             .mq_msgsize = (long)channel->size};
    char name[48];
    mqd_t queue;
    snprintf(name, sizeof name, "/brood-bench-%ld-%u", (long)getpid(), number++);
    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &limits);
    if (queue == (mqd_t)-1) {
        bench_say_errno("mq_open");
        return -1;
    }
    mq_unlink(name);
    channel->fds[0] = (int)queue;
    return 0;
}

static void close_mq(bench_channel_t *channel) {
    mq_close((mqd_t)channel->fds[0]);
}

static int put_mq(bench_channel_t *channel, const void *message) {
    return mq_send((mqd_t)channel->fds[0], message, channel->size, 0);
}

static int get_mq(bench_channel_t *channel, void *message) {
    ssize_t size = mq_receive((mqd_t)channel->fds[0], message, channel->size, NULL);
    return size == (ssize_t)channel->size ? 0 : -1;
}

const bench_channel_kind_t bench_mq = {.name = "POSIX mq",
                                       .part = BENCH_PEER,
                                       .absent = absent,
                                       .open = open_mq,
                                       .put = put_mq,
                                       .get = get_mq,
                                       .close = close_mq};
