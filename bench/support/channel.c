/* The works that are done over channels: one way, round trip, many to many.
 *
 * A sender writes its whole payload anew for every message, and a receiver reads a word of
 * each cache line, so that no figure is that of memory which nobody uses. The first and the
 * last byte of a message say which one it is; a message that is not the expected one fails the
 * run (with several producers only that both are the same is checked). */
#include "support/channel.h"

#include "support/team.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MOST = 16, MANY = 4 };

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
    unsigned char *message;
} run_t;

static volatile uint64_t
    sink; /* keeps the compiler from leaving out the receiver's reading */

static void compose(unsigned char *message, size_t size, uint64_t number) {
    memset(message, (int)(number & 0xff), size);
}

static unsigned char read_through(const unsigned char *message, size_t size) {
    uint64_t sum = 0, word;
    for (size_t at = 0; at + sizeof word <= size; at += 64) {
        memcpy(&word, message + at, sizeof word);
        sum += word;
    }
    sink = sum;
    return message[0] == message[size - 1] ? message[0] : (unsigned char)~message[0];
}

static int put_number(bench_channel_t *channel, unsigned char *message, uint64_t number) {
    compose(message, channel->size, number);
    return channel->kind->put(channel, message);
}

static int get_number(bench_channel_t *channel, unsigned char *message, uint64_t number) {
    if (channel->kind->get(channel, message))
        return -1;
    if (read_through(message, channel->size) == (unsigned char)(number & 0xff))
        return 0;
    fprintf(stderr, "%s: a message is not the expected one\n", channel->kind->name);
    return -1;
}

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
    if (index == 0)
        bench_team_uncounted();
    for (uint64_t i = 0; i < run->warm + run->count; i++) {
        if (i == run->warm)
            bench_team_begin();
        if (index == 0 ? put_number(&run->channels[0], run->message, i)
                       : get_number(&run->channels[0], run->message, i))
            return -1;
    }
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
        if (index == 1 && get_number(in, run->message, i))
            return -1;
        if (put_number(out, run->message, i))
            return -1;
        if (index == 0 && get_number(in, run->message, i))
            return -1;
    }
    return leave(run, 2);
}

static int many(unsigned index, void *context) {
    run_t *run = context;
    bench_channel_t *channel = &run->channels[0];
    for (uint64_t i = 0; i < run->count / MANY; i++) {
        if (index < MANY) {
            if (put_number(channel, run->message, i))
                return -1;
        } else if (channel->kind->get(channel, run->message)) {
            return -1;
        } else {
            read_through(run->message, channel->size);
        }
    }
    return 0;
}

static double run_elsewhere(const task_t *task, uint64_t count) {
    char words[160];
    static const char *const shapes[] = {"one_way", "round_trip", "many"};
    snprintf(words, sizeof words, "%s %zu %llu %d %d", shapes[task->shape], task->size,
             (unsigned long long)count, bench_pin_processor(task->pin, 0),
             bench_pin_processor(task->pin, 1));
    return task->kind->elsewhere(words);
}

static double run_task(const bench_subject_t *subject, uint64_t count) {
    static bench_role_fn *const roles[] = {one_way, round_trip, many};
    const task_t *task = subject->context;
    int channel_count = task->shape == BENCH_ROUND_TRIP ? 2 : 1;
    int users = task->shape == BENCH_MANY ? MANY : 1;
    bench_team_t team = {.size = (unsigned)users * 2,
                         .role = roles[task->shape],
                         .pin = task->pin,
                         .brood = task->kind->brood};
    run_t run = {.count = count, .warm = count / 4 + 1};
    double seconds = -1;
    int opened = 0;

    if (task->kind->elsewhere)
        return run_elsewhere(task, count);
    if (task->shape == BENCH_MANY)
        run.count = (count + MANY - 1) / MANY * MANY;
    run.message = malloc(task->size);
    if (!run.message)
        return -1;
    memset(run.message, 0, task->size);
    while (opened < channel_count) {
        bench_channel_t *channel = &run.channels[opened];
        channel->kind = task->kind;
        channel->size = task->size;
        channel->readers = channel->writers = users;
        if (task->kind->open(channel))
            break;
        opened++;
    }
    team.context = &run;
    if (opened == channel_count)
        seconds = bench_team_run(&team);
    while (opened > 0)
        task->kind->close(&run.channels[--opened]);
    free(run.message);
    return seconds;
}

static void size_words(char *words, size_t room, size_t size) {
    if (size >= 1 << 20)
        snprintf(words, room, "%zu MiB", size >> 20);
    else if (size >= 1 << 10)
        snprintf(words, room, "%zu KiB", size >> 10);
    else
        snprintf(words, room, "%zu B", size);
}

void bench_channel_work(const char *what, bench_shape_t shape, size_t size,
                        bench_pin_t pin, const bench_channel_kind_t *const *kinds,
                        size_t kind_count) {
    static const char *const shapes[] = {"one way", "round trip",
                                         "4 producers, 4 consumers"};
    bench_subject_t subjects[KINDS_MOST];
    task_t tasks[KINDS_MOST];
    char name[120], words[32];
    bench_work_t work = {
        .name = name, .rounds = 7, .probe = pin != BENCH_ONE, .most_seconds = 1};

    size_words(words, sizeof words, size);
    snprintf(name, sizeof name, "%s, %s %s, %s", what, words, shapes[shape],
             bench_pin_name(pin));
    work.rate = shape != BENCH_ROUND_TRIP;
    work.scale = work.rate ? 1e-3 : 1e6;
    work.unit = work.rate ? "k/s" : "us";
    for (size_t i = 0; i < kind_count; i++) {
        const bench_channel_kind_t *kind = kinds[i];
        tasks[i] = (task_t){kind, shape, size, pin};
        subjects[i] =
            (bench_subject_t){.name = kind->name,
                              .part = kind->part,
                              .absent = kind->absent ? kind->absent(size) : NULL,
                              .run = run_task,
                              .context = &tasks[i]};
    }
    bench_work_run(&work, subjects, kind_count);
}
