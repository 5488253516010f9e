/* Benchmark of locks: a pair of acquire and release alone, and increments of one counter by
 * several processes. The counter must come out right. */
#include "peers/locks.h"
#include "support/clock.h"
#include "support/options.h"
#include "support/say.h"
#include "support/team.h"
#include "support/work.h"

#include <brood/boot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { KINDS = 7, IDLE_SECONDS = 2 };

static const bench_lock_kind_t *const kinds[KINDS] = {
    &bench_brood_lock,  &bench_pthread_robust, &bench_pthread_plain, &bench_apr_pthread,
    &bench_apr_default, &bench_apr_fcntl,      &bench_futex_word};

/* Shared by the members of a team; the lock itself lies beside it. */
typedef struct arena_t {
    uint64_t counter;
    char apart[120];
    char lock[256];
} arena_t;

typedef struct task_t {
    const bench_lock_kind_t *kind;
    unsigned processes;
    bench_pin_t pin;
} task_t;

typedef struct run_t {
    const bench_lock_kind_t *kind;
    void *lock;
    uint64_t count;
} run_t;

static arena_t *arena;

static int increment(unsigned index, void *context) {
    const run_t *run = context;
    (void)index;
    for (uint64_t i = 0; i < run->count; i++) {
        if (run->kind->acquire(run->lock))
            return -1;
        arena->counter++;
        if (run->kind->release(run->lock))
            return -1;
    }
    return 0;
}

static double run_alone(const bench_lock_kind_t *kind, void *lock, uint64_t count) {
    run_t run = {kind, lock, count};
    double begin = bench_now();
    return increment(0, &run) ? -1 : bench_now() - begin;
}

static double run_together(const task_t *task, void *lock, uint64_t count) {
    run_t run = {task->kind, lock, count / task->processes + 1};
    bench_team_t team = {.size = task->processes,
                         .role = increment,
                         .context = &run,
                         .pin = task->pin,
                         .brood = task->kind->brood};
    double seconds = bench_team_run(&team);
    if (seconds >= 0 && arena->counter != run.count * task->processes) {
        fprintf(stderr, "%s: the counter is wrong\n", task->kind->name);
        return -1;
    }
    return seconds;
}

static double run_task(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    double seconds;
    void *lock;
    memset(arena, 0, sizeof *arena);
    lock = task->kind->open(arena->lock);
    if (!lock)
        return -1;
    seconds = task->processes == 1 ? run_alone(task->kind, lock, count)
                                   : run_together(task, lock, count);
    task->kind->close(lock);
    return seconds;
}

static void work(unsigned processes, bench_pin_t pin) {
    bench_subject_t subjects[KINDS];
    task_t tasks[KINDS];
    char name[80];
    bench_work_t work = {.name = name, .rounds = 9, .most_seconds = 2};
    if (processes == 1) {
        snprintf(name, sizeof name, "lock, uncontended pair");
        work.unit = "ns";
        work.scale = 1e9;
        work.rounds = 200;
        work.slice_seconds = 0.001; /* short: most are not interrupted */
    } else {
        snprintf(name, sizeof name, "lock, %u processes, %s", processes,
                 bench_pin_name(pin));
        work.rate = 1;
        work.unit = "M/s";
        work.scale = 1e-6;
        work.probe = pin != BENCH_ONE;
    }
    for (unsigned i = 0; i < KINDS; i++) {
        tasks[i] = (task_t){kinds[i], processes, pin};
        subjects[i] = (bench_subject_t){kinds[i]->name, kinds[i]->part, NULL,
                                        run_task,       &tasks[i],      0};
    }
    bench_work_run(&work, subjects, KINDS);
}

/* ---- what waiting costs ------------------------------------------------------------------ */

static double processor_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

/* Member 0 holds the lock for long, member 1 waits for it. */
static int hold_long(unsigned index, void *context) {
    const run_t *run = context;
    double before;
    if (index == 0) {
        bench_team_uncounted();
        if (run->kind->acquire(run->lock))
            return -1;
        sleep(IDLE_SECONDS);
        return run->kind->release(run->lock);
    }
    usleep(20000);
    before = processor_seconds();
    if (run->kind->acquire(run->lock) || run->kind->release(run->lock))
        return -1;
    bench_team_took(processor_seconds() - before);
    return 0;
}

static double run_idle(const bench_subject_t *subject, uint64_t count) {
    const bench_lock_kind_t *kind = subject->context;
    run_t run = {kind, kind->open(arena->lock), count};
    bench_team_t team = {
        .size = 2, .role = hold_long, .context = &run, .brood = kind->brood};
    double seconds = run.lock ? bench_team_run(&team) : -1;
    if (run.lock)
        kind->close(run.lock);
    return seconds;
}

static void idle(void) {
    bench_subject_t subjects[2] = {
        {bench_brood_lock.name, BENCH_BROOD, NULL, run_idle, &bench_brood_lock, 0},
        {bench_pthread_robust.name, BENCH_PEER, NULL, run_idle, &bench_pthread_robust,
         0}};
    bench_work_t work = {.name = "lock, processor use of a process that waits",
                         .unit = "%",
                         .scale = 100.0 / IDLE_SECONDS,
                         .rounds = 1,
                         .count = 1};
    bench_work_run(&work, subjects, 2);
}

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    arena = mmap(NULL, sizeof *arena, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (arena == MAP_FAILED) {
        bench_say_errno("mmap");
        return 1;
    }
    work(1, BENCH_FREE);
    work(2, BENCH_TWO);
    work(2, BENCH_ONE);
    work(8, BENCH_FREE);
    idle();
    return 0;
}
