/* The kinds of channels that benchmarks compare. */
#ifndef BENCH_CHANNELS_H
#define BENCH_CHANNELS_H

#include "support/channel.h"

/* Brood's: with the default ring, with room for eight large messages, several messages at once,
 * messages where they lie; simplex, duplex. */
extern const bench_channel_kind_t bench_brood_queue;
extern const bench_channel_kind_t bench_brood_queue_wide;
extern const bench_channel_kind_t bench_brood_queue_many;
extern const bench_channel_kind_t bench_brood_queue_place;
extern const bench_channel_kind_t bench_brood_pipe;
extern const bench_channel_kind_t bench_brood_duplex;

/* Descriptors, messages of a size known to both sides: write() and read(). */
extern const bench_channel_kind_t bench_pipe;
extern const bench_channel_kind_t bench_socketpair;

/* Descriptors, a length before each message as Brood's connections have it: writev() of both,
 * read() of the length, read() of the rest. */
extern const bench_channel_kind_t bench_framed_pipe;
extern const bench_channel_kind_t bench_framed_socketpair;

extern const bench_channel_kind_t bench_mq;
extern const bench_channel_kind_t bench_boost;
extern const bench_channel_kind_t bench_zmq;
extern const bench_channel_kind_t bench_nng;
extern const bench_channel_kind_t bench_mpi;
extern const bench_channel_kind_t bench_python_queue;
extern const bench_channel_kind_t bench_python_pipe;

#endif
