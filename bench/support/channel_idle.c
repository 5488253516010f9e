/* What waiting costs: the processor time of a consumer to whom nothing comes. */
#include "support/channel.h"
#include "support/team.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { KINDS_MOST = 16, SECONDS = 2 };

static double processor_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

/* Member 0 is late with a message, member 1 waits for it. */
static int wait_long(unsigned index, void *context) {
    bench_channel_t *channel = context;
    char message[64];
    double before;
    if (index == 0) {
        bench_team_uncounted();
        memset(message, 0, sizeof message);
        sleep(SECONDS);
        return channel->kind->put(channel, message);
    }
    before = processor_seconds();
    if (channel->kind->get(channel, message))
        return -1;
    bench_team_took(processor_seconds() - before);
    return 0;
}

static double run_idle(const bench_subject_t *subject, uint64_t count) {
    bench_channel_t channel = {
        .kind = subject->context, .size = 64, .readers = 1, .writers = 1};
    bench_team_t team = {.size = 2,
                         .role = wait_long,
                         .context = &channel,
                         .pin = BENCH_FREE,
                         .brood = channel.kind->brood};
    double seconds;
    (void)count;
    if (channel.kind->open(&channel))
        return -1;
    seconds = bench_team_run(&team);
    channel.kind->close(&channel);
    return seconds;
}

void bench_channel_idle(const char *what, const bench_channel_kind_t *const *kinds,
                        size_t kind_count) {
    bench_subject_t subjects[KINDS_MOST];
    char name[120];
    bench_work_t work = {
        .name = name, .unit = "%", .scale = 100.0 / SECONDS, .rounds = 1, .count = 1};
    snprintf(name, sizeof name, "%s, processor use of a consumer that waits", what);
    for (size_t i = 0; i < kind_count; i++)
        subjects[i] =
            (bench_subject_t){.name = kinds[i]->name,
                              .part = kinds[i]->part,
                              .absent = kinds[i]->absent ? kinds[i]->absent(64) : NULL,
                              .run = run_idle,
                              .context = kinds[i]};
    bench_work_run(&work, subjects, kind_count);
}
