/* Two processes: messages one way, and there and back. */
#include "support/channel.h"
#include "support/team.h"

#include <stdio.h>
#include <stdlib.h>

/* What a subject's context points to. */
typedef struct task_t {
    const bench_channel_kind_t *kind;
    bench_shape_t shape;
    size_t size;
    bench_pin_t pin;
} task_t;

/* What the members of one run inherit. */
typedef struct run_t {
    bench_channel_t channels[2]; /* the second one only for the way back */
    uint64_t count;
    uint64_t warm;
    unsigned char *buffer;
} run_t;

/* The member's time is over; its channels are not. */
static int leave(run_t *run, int count) {
    bench_team_end();
    for (int i = 0; i < count; i++)
        if (run->channels[i].kind->leave)
            run->channels[i].kind->leave(&run->channels[i]);
    return 0;
}

static int one_way(unsigned index, void *context) {
    run_t *run = context;
    bench_channel_t *channel = &run->channels[0];
    if (index == 0) {
        bench_team_uncounted();
        if (bench_channel_send(channel, run->buffer, 0, run->warm + run->count))
            return -1;
        return leave(run, 1);
    }
    if (bench_channel_receive(channel, run->buffer, 0, run->warm, 1))
        return -1;
    bench_team_begin();
    if (bench_channel_receive(channel, run->buffer, run->warm, run->count, 1))
        return -1;
    return leave(run, 1);
}

static int round_trip(unsigned index, void *context) {
    run_t *run = context;
    bench_channel_t *out = &run->channels[index], *in = &run->channels[!index];
    if (index == 1)
        bench_team_uncounted();
    for (uint64_t i = 0; i < run->warm + run->count; i++) {
        if (i == run->warm)
            bench_team_begin();
        if (index == 1 && bench_channel_receive(in, run->buffer, i, 1, 1))
            return -1;
        if (bench_channel_send(out, run->buffer, i, 1))
            return -1;
        if (index == 0 && bench_channel_receive(in, run->buffer, i, 1, 1))
            return -1;
    }
    return leave(run, 2);
}

static double run_elsewhere(const task_t *task, uint64_t count) {
    char words[160];
    static const char *const shapes[] = {"one_way", "round_trip"};
    snprintf(words, sizeof words, "%s %zu %llu %d %d", shapes[task->shape], task->size,
             (unsigned long long)count, bench_pin_processor(task->pin, 0),
             bench_pin_processor(task->pin, 1));
    return task->kind->elsewhere(words, 1, 1);
}

static double run_task(const bench_subject_t *subject, uint64_t count) {
    static bench_role_fn *const roles[] = {one_way, round_trip};
    const task_t *task = subject->context;
    int channel_count = task->shape == BENCH_ROUND_TRIP ? 2 : 1;
    run_t run = {.count = count, .warm = count / 4 + 1};
    bench_team_t team = {.size = 2,
                         .role = roles[task->shape],
                         .context = &run,
                         .pin = task->pin,
                         .brood = task->kind->brood};
    double seconds = -1;
    int opened = 0;

    if (task->kind->elsewhere)
        return run_elsewhere(task, count);
    run.buffer = calloc(bench_channel_batch(task->size), task->size);
    if (!run.buffer)
        return -1;
    while (opened < channel_count &&
           !bench_channel_open(&run.channels[opened], task->kind, task->size, 1, 1))
        opened++;
    if (opened == channel_count)
        seconds = bench_team_run(&team);
    while (opened > 0)
        task->kind->close(&run.channels[--opened]);
    free(run.buffer);
    if (seconds >= 0)
        bench_channel_extras(run.warm + run.count);
    return seconds;
}

void bench_channel_work(const char *what, bench_shape_t shape, size_t size,
                        bench_pin_t pin, const bench_channel_kind_t *const *kinds,
                        size_t kind_count) {
    static const char *const shapes[] = {"one way", "round trip"};
    bench_subject_t subjects[BENCH_KINDS_MOST];
    task_t tasks[BENCH_KINDS_MOST];
    char name[120], words[32];
    bench_work_t work = {.name = name,
                         .rounds = 7,
                         .probe = pin != BENCH_ONE,
                         .most_seconds = 1,
                         .extras = BENCH_CHANNEL_EXTRAS};

    bench_size_words(words, sizeof words, size);
    snprintf(name, sizeof name, "%s, %s %s, %s", what, words, shapes[shape],
             bench_pin_name(pin));
    work.rate = shape != BENCH_ROUND_TRIP;
    work.scale = work.rate ? 1e-3 : 1e6;
    work.unit = work.rate ? "k/s" : "us";
    for (size_t i = 0; i < kind_count; i++) {
        tasks[i] = (task_t){kinds[i], shape, size, pin};
        subjects[i] = bench_channel_subject(kinds[i], size, 1, run_task, &tasks[i]);
    }
    bench_work_run(&work, subjects, kind_count);
}
