/* What waiting costs: the processor time of a consumer to whom nothing comes. */
#include "support/channel.h"
#include "support/team.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SECONDS = 1, SIZE = 64 };

typedef struct run_t {
    bench_channel_t channel;
    unsigned char *buffer;
} run_t;

static double processor_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

static int leave(bench_channel_t *channel) {
    if (channel->kind->leave)
        channel->kind->leave(channel);
    return 0;
}

/* Member 0 sends one message at once and is late with the next, member 1 waits for it. */
static int wait_long(unsigned index, void *context) {
    run_t *run = context;
    double before;
    if (index == 0) {
        bench_team_uncounted();
        if (bench_channel_send(&run->channel, run->buffer, 0, 1))
            return -1;
        sleep(SECONDS);
        return bench_channel_send(&run->channel, run->buffer, 1, 1)
                   ? -1
                   : leave(&run->channel);
    }
    if (bench_channel_receive(&run->channel, run->buffer, 0, 1, 1))
        return -1;
    before = processor_seconds();
    if (bench_channel_receive(&run->channel, run->buffer, 1, 1, 1))
        return -1;
    bench_team_took(processor_seconds() - before);
    return leave(&run->channel);
}

static double run_idle(const bench_subject_t *subject, uint64_t count) {
    const bench_channel_kind_t *kind = subject->context;
    run_t run;
    bench_team_t team = {.size = 2,
                         .role = wait_long,
                         .context = &run,
                         .pin = BENCH_FREE,
                         .brood = kind->brood};
    double seconds = -1;
    char words[40];
    (void)count;
    snprintf(words, sizeof words, "idle %d %d -1 -1", SIZE, SECONDS);
    if (kind->elsewhere)
        return kind->elsewhere(words, 1, 1);
    run.buffer = calloc(bench_channel_batch(SIZE), SIZE);
    if (run.buffer && !bench_channel_open(&run.channel, kind, SIZE, 1, 1)) {
        seconds = bench_team_run(&team);
        kind->close(&run.channel);
    }
    free(run.buffer);
    return seconds;
}

void bench_channel_idle(const char *what, const bench_channel_kind_t *const *kinds,
                        size_t kind_count) {
    bench_subject_t subjects[BENCH_KINDS_MOST];
    char name[120];
    bench_work_t work = {
        .name = name, .unit = "%", .scale = 100.0 / SECONDS, .rounds = 1, .count = 1};
    snprintf(name, sizeof name, "%s, processor use of a consumer that waits", what);
    for (size_t i = 0; i < kind_count; i++)
        subjects[i] = bench_channel_subject(kinds[i], SIZE, 1, run_idle, kinds[i]);
    bench_work_run(&work, subjects, kind_count);
}
