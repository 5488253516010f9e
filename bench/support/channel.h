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
    const char *(*absent)(size_t size); /* why it cannot carry this size here, or NULL */
    int (*open)(bench_channel_t *channel);
    int (*put)(bench_channel_t *channel, const void *message);
    int (*get)(bench_channel_t *channel, void *message);
    void (*close)(bench_channel_t *channel);
    /* May be NULL. A member has done its last call and its time has ended: what it has made
     * for itself goes, when all that it has put has been taken over. */
    void (*leave)(bench_channel_t *channel);
    /* Instead of all these: another program does the work. The seconds it took; less than 0:
     * it failed. The words are SHAPE SIZE COUNT PROCESSOR PROCESSOR. */
    double (*elsewhere)(const char *words);
};

typedef enum bench_shape_t {
    BENCH_ONE_WAY,    /* one producer, one consumer; the consumer's rate */
    BENCH_ROUND_TRIP, /* there and back over two channels */
    BENCH_MANY        /* four producers, four consumers, one channel */
} bench_shape_t;

/* Runs one work over each of the kinds. */
void bench_channel_work(const char *what, bench_shape_t shape, size_t size,
                        bench_pin_t pin, const bench_channel_kind_t *const *kinds,
                        size_t kind_count);

/* Processor time of a consumer that waits for two seconds. */
void bench_channel_idle(const char *what, const bench_channel_kind_t *const *kinds,
                        size_t kind_count);

#endif
