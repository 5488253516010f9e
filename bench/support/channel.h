/* Channels: what carries messages of a fixed size from process to process, each kind behind
 * the same four functions, and the works that are done over them. */
#ifndef BENCH_CHANNEL_H
#define BENCH_CHANNEL_H

#include "support/pin.h"
#include "support/work.h"

#include <stddef.h>

typedef struct bench_channel_kind_t bench_channel_kind_t;

/* One channel. It is opened before its users are started, who inherit it. */
typedef struct bench_channel_t {
    const bench_channel_kind_t *kind;
    size_t size; /* of every message */
    int readers, writers;
    int fds[2];
    void *object;
    void *other;
} bench_channel_t;

/* Each function returns 0, or else what went wrong has been said on standard error. */
struct bench_channel_kind_t {
    const char *name;
    bench_part_t part;
    int brood;                          /* 1: its users are Brood's processes */
    int one_reader;                     /* 1: several consumers cannot share it */
    const char *(*absent)(size_t size); /* why it cannot carry this size here, or NULL */
    int (*open)(bench_channel_t *channel);
    void (*close)(bench_channel_t *channel);

    /* A kind has one of these three pairs. One message, copied: */
    int (*put)(bench_channel_t *channel, const void *message);
    int (*get)(bench_channel_t *channel, void *message);
    /* several at once, one behind the other, from one to *count: */
    int (*put_many)(bench_channel_t *channel, const void *messages, size_t count);
    int (*get_many)(bench_channel_t *channel, void *messages, size_t *count);
    /* one message where it lies, which is committed or released before the next one: */
    void *(*reserve)(bench_channel_t *channel);
    int (*commit)(bench_channel_t *channel);
    const void *(*take)(bench_channel_t *channel);
    int (*release)(bench_channel_t *channel);

    /* May be NULL. A member has done its last call and its time has ended: what it has made
     * for itself goes, when all that it has put has been taken over. */
    void (*leave)(bench_channel_t *channel);
    /* Instead of all these: another program does the work. The seconds it took; less than 0:
     * it failed. The words are SHAPE SIZE COUNT PROCESSOR PROCESSOR PRODUCERS CONSUMERS;
     * with the shape "idle", COUNT is seconds, and what it prints are those that the waiting
     * consumer has used. */
    double (*elsewhere)(const char *words, int producers, int consumers);
};

/* How many messages put_many() and get_many() get at once: 32, but not more than 256 KiB. */
size_t bench_channel_batch(size_t size);

typedef enum bench_shape_t {
    BENCH_ONE_WAY,   /* one producer, one consumer; the consumer's rate */
    BENCH_ROUND_TRIP /* there and back over two channels */
} bench_shape_t;

/* Runs one work over each of the kinds. */
void bench_channel_work(const char *what, bench_shape_t shape, size_t size,
                        bench_pin_t pin, const bench_channel_kind_t *const *kinds,
                        size_t kind_count);

/* So many producers and consumers on one channel, wherever the kernel puts them. */
void bench_channel_crowd(const char *what, size_t size, int producers, int consumers,
                         const bench_channel_kind_t *const *kinds, size_t kind_count);

/* How evenly they are served: the least served one's share of the most served one's. Returns 0,
 * or 1 when one of Brood's got nothing. */
int bench_channel_fairness(const char *what, size_t size, int producers, int consumers,
                           const bench_channel_kind_t *const *kinds, size_t kind_count);

/* Processor time of a consumer that waits. */
void bench_channel_idle(const char *what, const bench_channel_kind_t *const *kinds,
                        size_t kind_count);

/* ---- between the files of the works ---- */

enum { BENCH_KINDS_MOST = 16, BENCH_LINE = 64 };

/* Opens it for a kind, with its users still to come. */
int bench_channel_open(bench_channel_t *channel, const bench_channel_kind_t *kind,
                       size_t size, int producers, int consumers);

/* In a member: puts, or gets, `count` messages, of which the first one has number `first`, with
 * a buffer for bench_channel_batch() of them. What was got is held against its number when
 * `in_order` says so. */
int bench_channel_send(bench_channel_t *channel, unsigned char *buffer, uint64_t first,
                       uint64_t count);
int bench_channel_receive(bench_channel_t *channel, unsigned char *buffer, uint64_t first,
                          uint64_t count, int in_order);

/* The names and absences of subjects that are kinds. */
bench_subject_t bench_channel_subject(const bench_channel_kind_t *kind, size_t size,
                                      int consumers, bench_run_fn *run,
                                      const void *context);

/* "64 B", "1 MiB". */
void bench_size_words(char *words, size_t room, size_t size);

/* The further figures of works over channels: for each message, how often somebody went to
 * sleep and how many microseconds of processor time all used. */
#define BENCH_CHANNEL_EXTRAS \
    { "switches", "cpu_us" }
void bench_channel_extras(uint64_t count);

#endif
