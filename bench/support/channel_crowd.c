/* Several producers and consumers on one channel: how much they get done, and how evenly they
 * are served. */
#include "support/channel.h"

#include "support/clock.h"
#include "support/team.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What a subject's context points to. */
typedef struct task_t {
    const bench_channel_kind_t *kind;
    size_t size;
    int producers, consumers;
    int *starved; /* 1 is written there when somebody got nothing */
} task_t;

/* What the members of one run inherit. */
typedef struct run_t {
    bench_channel_t channel;
    uint64_t count;
    unsigned char *buffer;
    _Atomic int *busy; /* producers that have not ended */
} run_t;

/* ---- how much ---------------------------------------------------------------------------- */

/* The first members are the producers; each has its share. */
static int share(unsigned index, void *context) {
    run_t *run = context;
    bench_channel_t *channel = &run->channel;
    uint64_t producers = (uint64_t)channel->writers;
    uint64_t consumers = (uint64_t)channel->readers;
    int failed =
        index < producers
            ? bench_channel_send(channel, run->buffer, 0, run->count / producers)
            : bench_channel_receive(channel, run->buffer, 0, run->count / consumers, 0);
    bench_team_end();
    if (!failed && channel->kind->leave)
        channel->kind->leave(channel);
    return failed;
}

static double run_elsewhere(const task_t *task, uint64_t count) {
    char words[160];
    snprintf(words, sizeof words, "many %zu %llu -1 -1", task->size,
             (unsigned long long)count);
    return task->kind->elsewhere(words, task->producers, task->consumers);
}

/* A run of all members in one role. */
static double run_team(const task_t *task, run_t *run, bench_role_fn *role) {
    bench_team_t team = {.size = (unsigned)(task->producers + task->consumers),
                         .role = role,
                         .context = run,
                         .pin = BENCH_FREE,
                         .brood = task->kind->brood};
    double seconds = -1;
    run->buffer = calloc(bench_channel_batch(task->size), task->size);
    if (run->buffer && !bench_channel_open(&run->channel, task->kind, task->size,
                                           task->producers, task->consumers)) {
        seconds = bench_team_run(&team);
        task->kind->close(&run->channel);
    }
    free(run->buffer);
    return seconds;
}

static double run_crowd(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    uint64_t step = (uint64_t)task->producers * (uint64_t)task->consumers;
    run_t run = {.count = (count + step - 1) / step * step};
    double seconds = task->kind->elsewhere ? run_elsewhere(task, run.count)
                                           : run_team(task, &run, share);
    if (seconds < 0)
        return seconds;
    if (!task->kind->elsewhere)
        bench_channel_extras(run.count);
    return seconds * (double)count / (double)run.count;
}

static void crowd_words(char *words, size_t room, const char *what, size_t size,
                        int producers, int consumers) {
    char amount[32];
    bench_size_words(amount, sizeof amount, size);
    snprintf(words, room, "%s, %s %d producer%s, %d consumer%s", what, amount, producers,
             producers == 1 ? "" : "s", consumers, consumers == 1 ? "" : "s");
}

void bench_channel_crowd(const char *what, size_t size, int producers, int consumers,
                         const bench_channel_kind_t *const *kinds, size_t kind_count) {
    bench_subject_t subjects[BENCH_KINDS_MOST];
    task_t tasks[BENCH_KINDS_MOST];
    char words[120], name[130];
    bench_work_t work = {.name = name,
                         .unit = "k/s",
                         .rate = 1,
                         .scale = 1e-3,
                         .rounds = 7,
                         .probe = 1,
                         .slice_seconds = 0.1,
                         .most_seconds = 1,
                         .extras = BENCH_CHANNEL_EXTRAS};
    crowd_words(words, sizeof words, what, size, producers, consumers);
    snprintf(name, sizeof name, "%s, %s", words, bench_pin_name(BENCH_FREE));
    for (size_t i = 0; i < kind_count; i++) {
        tasks[i] = (task_t){kinds[i], size, producers, consumers, NULL};
        subjects[i] =
            bench_channel_subject(kinds[i], size, consumers, run_crowd, &tasks[i]);
    }
    bench_work_run(&work, subjects, kind_count);
}

/* ---- how evenly -------------------------------------------------------------------------- */

#define FAIR_SECONDS 0.6
enum { LAST = 0xff, ORDINARY = 0x5a, LOOKS = 16 };

static int put_one(run_t *run, int what) {
    memset(run->buffer, what, run->channel.size);
    return run->channel.kind->put(&run->channel, run->buffer);
}

/* Puts until its time is over; the last one of all puts an end for each consumer. */
static int produce(run_t *run) {
    double until = bench_now() + FAIR_SECONDS;
    uint64_t served = 0;
    while (served % LOOKS || bench_now() < until) {
        if (put_one(run, ORDINARY))
            return -1;
        served++;
    }
    bench_team_served(served);
    bench_team_end();
    if (atomic_fetch_sub(run->busy, 1) == 1)
        for (int i = 0; i < run->channel.readers; i++)
            if (put_one(run, LAST))
                return -1;
    return 0;
}

static int consume(run_t *run) {
    uint64_t served = 0;
    for (;;) { /* until there is an end for this one */
        if (run->channel.kind->get(&run->channel, run->buffer))
            return -1;
        if (run->buffer[0] == LAST)
            break;
        served++;
    }
    bench_team_served(served);
    return 0;
}

static int serve(unsigned index, void *context) {
    run_t *run = context;
    return index < (unsigned)run->channel.writers ? produce(run) : consume(run);
}

/* Of the members from `begin` on: the least served one's part of the most served one's. */
static double evenness(unsigned begin, unsigned count) {
    uint64_t least = UINT64_MAX, most = 0;
    for (unsigned i = begin; i < begin + count; i++) {
        uint64_t served = bench_team_served_by(i);
        least = served < least ? served : least;
        most = served > most ? served : most;
    }
    return most ? (double)least / (double)most : 0;
}

/* The least served one's part, as a rate: one in the seconds that this returns. */
static double run_fair(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    unsigned producers = (unsigned)task->producers, consumers = (unsigned)task->consumers;
    uint64_t sum = 0;
    double seconds, puts, gets, least;
    run_t run = {.count = count};
    run.busy = mmap(NULL, sizeof *run.busy, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.busy == MAP_FAILED)
        return -1;
    atomic_store(run.busy, task->producers);
    seconds = run_team(task, &run, serve);
    munmap(run.busy, sizeof *run.busy);
    if (seconds < 0)
        return seconds;
    puts = evenness(0, producers);
    gets = evenness(producers, consumers);
    for (unsigned i = 0; i < producers; i++)
        sum += bench_team_served_by(i);
    bench_extra(0, puts);
    bench_extra(1, gets);
    bench_extra(2, (double)sum / seconds * 1e-3);
    least = puts < gets ? puts : gets;
    if (least > 0)
        return 1 / least;
    fprintf(stderr, "%s: somebody got nothing\n", task->kind->name);
    *task->starved |= task->kind->brood;
    return -1;
}

int bench_channel_fairness(const char *what, size_t size, int producers, int consumers,
                           const bench_channel_kind_t *const *kinds, size_t kind_count) {
    bench_subject_t subjects[BENCH_KINDS_MOST];
    task_t tasks[BENCH_KINDS_MOST];
    char words[120], name[150];
    int starved = 0;
    bench_work_t work = {.name = name,
                         .unit = "",
                         .rate = 1,
                         .scale = 1,
                         .count = 1,
                         .rounds = 3,
                         .probe = 1,
                         .most_seconds = 3,
                         .extras = {"producers", "consumers", "k_per_s"}};
    crowd_words(words, sizeof words, what, size, producers, consumers);
    snprintf(name, sizeof name, "%s, least over most served", words);
    for (size_t i = 0; i < kind_count; i++) {
        tasks[i] = (task_t){kinds[i], size, producers, consumers, &starved};
        subjects[i] =
            bench_channel_subject(kinds[i], size, consumers, run_fair, &tasks[i]);
    }
    bench_work_run(&work, subjects, kind_count);
    return starved;
}
