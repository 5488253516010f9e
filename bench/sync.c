/* Benchmark of semaphores, events and conditions: what it costs to give and take alone, and a
 * round trip between two processes. */
#include "peers/syncs.h"
#include "support/options.h"
#include "support/clock.h"
#include "support/say.h"
#include "support/team.h"

#include <brood/boot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { ROOM = 512, KINDS_MOST = 5 };

typedef struct task_t {
    const bench_sync_kind_t *kind;
    bench_pin_t pin;
} task_t;

typedef struct run_t {
    const bench_sync_kind_t *kind;
    void *pair;
    uint64_t count;
} run_t;

static char *room;

static double run_alone(const bench_subject_t *subject, uint64_t count) {
    const bench_sync_kind_t *kind = ((const task_t *)subject->context)->kind;
    double begin;
    int rv = 0;
    void *pair;
    memset(room, 0, ROOM);
    pair = kind->open(room);
    if (!pair)
        return -1;
    begin = bench_now();
    for (uint64_t i = 0; i < count && !rv; i++) {
        rv = kind->give(pair, 0);
        rv |= kind->take(pair, 0);
    }
    begin = bench_now() - begin;
    kind->close(pair);
    return rv ? -1 : begin;
}

static int play(unsigned index, void *context) {
    const run_t *run = context;
    for (uint64_t i = 0; i < run->count; i++) {
        if (index == 0 && run->kind->give(run->pair, 1))
            return -1;
        if (run->kind->take(run->pair, index))
            return -1;
        if (index == 1 && run->kind->give(run->pair, 0))
            return -1;
    }
    return 0;
}

static double run_round_trip(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    run_t run = {task->kind, NULL, count};
    bench_team_t team = {.size = 2,
                         .role = play,
                         .context = &run,
                         .pin = task->pin,
                         .brood = task->kind->brood};
    double seconds;
    memset(room, 0, ROOM);
    run.pair = task->kind->open(room);
    if (!run.pair)
        return -1;
    seconds = bench_team_run(&team);
    task->kind->close(run.pair);
    return seconds;
}

static void work(const char *name, const bench_sync_kind_t *const *kinds, unsigned count,
                 int together, bench_pin_t pin) {
    bench_subject_t subjects[KINDS_MOST];
    task_t tasks[KINDS_MOST];
    bench_work_t work = {.name = name, .rounds = 200, .slice_seconds = 0.001};
    work.unit = together ? "us" : "ns";
    work.scale = together ? 1e6 : 1e9;
    if (together) {
        work.rounds = 9;
        work.slice_seconds = 0.1;
        work.probe = pin == BENCH_TWO;
    }
    for (unsigned i = 0; i < count; i++) {
        tasks[i] = (task_t){kinds[i], pin};
        subjects[i] =
            (bench_subject_t){kinds[i]->name, kinds[i]->part,
                              NULL,           together ? run_round_trip : run_alone,
                              &tasks[i],      0};
    }
    bench_work_run(&work, subjects, count);
}

int main(int argc, char **argv) {
    static const bench_sync_kind_t *const semaphores[] = {
        &bench_brood_semaphore, &bench_brood_bounded_semaphore, &bench_posix_semaphore,
        &bench_sysv_semaphore, &bench_brood_owned_semaphore};
    static const bench_sync_kind_t *const events[] = {
        &bench_brood_event, &bench_posix_semaphore, &bench_pthread_condition};
    static const bench_sync_kind_t *const conditions[] = {&bench_brood_condition,
                                                          &bench_pthread_condition};
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) {
        bench_say_errno("mmap");
        return 1;
    }
    work("semaphore, give and take alone", semaphores, 5, 0, BENCH_FREE);
    /* Of an owned one only the holder may release: nobody is told anything by it. */
    work("semaphore, round trip, two cores", semaphores, 4, 1, BENCH_TWO);
    work("semaphore, round trip, one core", semaphores, 4, 1, BENCH_ONE);
    work("event, set, wait and clear alone", events, 3, 0, BENCH_FREE);
    work("event, round trip, two cores", events, 3, 1, BENCH_TWO);
    work("event, round trip, one core", events, 3, 1, BENCH_ONE);
    work("condition, notify and wait alone", conditions, 2, 0, BENCH_FREE);
    work("condition, round trip, two cores", conditions, 2, 1, BENCH_TWO);
    work("condition, round trip, one core", conditions, 2, 1, BENCH_ONE);
    return 0;
}
