/* What the two ends of a channel share when each makes its own socket after the fork: the
 * address at which they meet, and whether the reader has all that it wanted. */
#ifndef BENCH_MEETING_H
#define BENCH_MEETING_H

#include "support/channel.h"

typedef struct bench_meeting_t {
    char name[48];
    _Atomic int read_all;
} bench_meeting_t;

/* open and close of a kind: channel->object is the meeting. */
int bench_meeting_open(bench_channel_t *channel);
void bench_meeting_close(bench_channel_t *channel);

/* The end of a member's part: the reader says that it has all, the writer waits for that. */
void bench_meeting_leave(bench_channel_t *channel, int is_reader);

#endif
