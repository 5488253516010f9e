/* Channels: messages through one, checked, and what its works have in common.
 *
 * A sender writes its whole payload anew for every message, and a receiver reads a word of
 * each cache line, so that no figure is that of memory which nobody uses. The first and the
 * last byte of a message say which one it is; a message that is not the expected one fails the
 * run (with several producers only that both are the same is checked). */
#include "support/channel.h"

#include "support/team.h"

#include <stdio.h>
#include <string.h>

enum { BATCH_MOST = 32, BATCH_BYTES = 256 << 10, LITTLE = 1 << 10 };

static volatile uint64_t
    sink; /* keeps the compiler from leaving out the receiver's reading */

size_t bench_channel_batch(size_t size) {
    size_t count = BATCH_BYTES / size;
    return count > BATCH_MOST ? BATCH_MOST : count < 1 ? 1 : count;
}

int bench_channel_open(bench_channel_t *channel, const bench_channel_kind_t *kind,
                       size_t size, int producers, int consumers) {
    *channel = (bench_channel_t){
        .kind = kind, .size = size, .readers = consumers, .writers = producers};
    return kind->open(channel);
}

/* ---- sending ----------------------------------------------------------------------------- */

static void compose(void *message, size_t size, uint64_t number) {
    memset(message, (int)(number & 0xff), size);
}

/* Sends from one to *count messages: as many as the kind takes at once. */
static int send_some(bench_channel_t *channel, unsigned char *buffer, uint64_t number,
                     size_t *count) {
    const bench_channel_kind_t *kind = channel->kind;
    void *place = buffer;
    if (kind->put_many) {
        for (size_t i = 0; i < *count; i++)
            compose(buffer + i * channel->size, channel->size, number + i);
        return kind->put_many(channel, buffer, *count);
    }
    *count = 1;
    if (kind->reserve)
        place = kind->reserve(channel);
    if (!place)
        return -1;
    compose(place, channel->size, number);
    return kind->reserve ? kind->commit(channel) : kind->put(channel, place);
}

int bench_channel_send(bench_channel_t *channel, unsigned char *buffer, uint64_t first,
                       uint64_t count) {
    size_t batch = bench_channel_batch(channel->size);
    for (uint64_t done = 0; done < count;) {
        size_t some = count - done < batch ? (size_t)(count - done) : batch;
        if (send_some(channel, buffer, first + done, &some))
            return -1;
        done += some;
    }
    return 0;
}

/* ---- receiving --------------------------------------------------------------------------- */

static int check(const bench_channel_t *channel, const unsigned char *message,
                 uint64_t number, int in_order) {
    size_t size = channel->size;
    uint64_t sum = 0, word;
    for (size_t at = 0; at + sizeof word <= size; at += BENCH_LINE) {
        memcpy(&word, message + at, sizeof word);
        sum += word;
    }
    sink = sum;
    if (message[0] == message[size - 1] &&
        (!in_order || message[0] == (unsigned char)(number & 0xff)))
        return 0;
    fprintf(stderr, "%s: a message is not the expected one\n", channel->kind->name);
    return -1;
}

/* Receives from one to *count messages. */
static int receive_some(bench_channel_t *channel, unsigned char *buffer, uint64_t number,
                        size_t *count, int in_order) {
    const bench_channel_kind_t *kind = channel->kind;
    const unsigned char *message = buffer;
    if (!kind->get_many)
        *count = 1;
    if (kind->take)
        message = kind->take(channel);
    if (!message || (kind->get_many && kind->get_many(channel, buffer, count)) ||
        (kind->get && kind->get(channel, buffer)))
        return -1;
    for (size_t i = 0; i < *count; i++)
        if (check(channel, message + i * channel->size, number + i, in_order))
            return -1;
    return kind->release ? kind->release(channel) : 0;
}

int bench_channel_receive(bench_channel_t *channel, unsigned char *buffer, uint64_t first,
                          uint64_t count, int in_order) {
    size_t batch = bench_channel_batch(channel->size);
    for (uint64_t done = 0; done < count;) {
        size_t some = count - done < batch ? (size_t)(count - done) : batch;
        if (receive_some(channel, buffer, first + done, &some, in_order))
            return -1;
        done += some;
    }
    return 0;
}

/* ---- works ------------------------------------------------------------------------------- */

bench_subject_t bench_channel_subject(const bench_channel_kind_t *kind, size_t size,
                                      int consumers, bench_run_fn *run,
                                      const void *context) {
    bench_subject_t subject = {
        .name = kind->name, .part = kind->part, .run = run, .context = context};
    subject.absent = kind->absent ? kind->absent(size) : NULL;
    if (!subject.absent && kind->one_reader && consumers > 1)
        subject.absent = "has no queue that several consumers share";
    if (kind->elsewhere && size <= LITTLE)
        subject.first_count = 2000; /* starting it takes as long as many messages */
    return subject;
}

void bench_size_words(char *words, size_t room, size_t size) {
    if (size >= 1 << 20)
        snprintf(words, room, "%zu MiB", size >> 20);
    else if (size >= 1 << 10)
        snprintf(words, room, "%zu KiB", size >> 10);
    else
        snprintf(words, room, "%zu B", size);
}

void bench_channel_extras(uint64_t count) {
    bench_extra(0, bench_team_switches() / (double)count);
    bench_extra(1, bench_team_processor_seconds() / (double)count * 1e6);
}
