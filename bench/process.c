/* Benchmark of starting a process: from the start to the end that has been seen, for a child
 * that does nothing, beside the ways of the system and of other libraries.
 *
 * Children that are this program started again run the same image with the same libraries;
 * the bare ones return from main at once. */
#include "peers/starts.h"
#include "support/clock.h"
#include "support/options.h"
#include "support/python.h"
#include "support/say.h"
#include "support/work.h"

#include <apr_general.h>
#include <brood/boot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STARTS_MOST = 8 };

static const bench_start_t *const forks[] = {&bench_brood_fork, &bench_fork,
                                             &bench_python_fork};

static const bench_start_t *const spawns[] = {
    &bench_brood_spawn, &bench_posix_spawn,  &bench_apr_proc_create, &bench_uv_spawn,
    &bench_g_spawn,     &bench_python_spawn, &bench_posix_spawn_apr};

static const bench_start_t *const forkservers[] = {
    &bench_brood_forkserver, &bench_fork_server, &bench_python_forkserver};

/* What a subject's context points to. */
typedef struct task_t {
    const bench_start_t *start;
    unsigned megabytes;
} task_t;

const char *bench_image(void) {
    static char path[1024];
    ssize_t size;
    if (path[0])
        return path;
    size = readlink("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = 0;
    return path;
}

/* Gives this process so much memory that has been touched, in pages of the usual size. */
static int grow(unsigned megabytes) {
    static unsigned has;
    size_t size = (size_t)(megabytes - has) << 20;
    char *memory;
    if (megabytes == has) {
        return 0;
    }
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        bench_say_errno("mmap");
        return -1;
    }
#ifdef MADV_NOHUGEPAGE
    (void)madvise(memory, size, MADV_NOHUGEPAGE);
#endif
    for (size_t at = 0; at < size; at += 4096)
        memory[at] = 1;
    has = megabytes;
    return 0;
}

static double run_task(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    char arguments[64];
    double begin;
    if (task->start->python) {
        snprintf(arguments, sizeof arguments, "%s %u", task->start->python,
                 task->megabytes);
        return bench_python_run("python_start.py", arguments) * (double)count;
    }
    begin = bench_now();
    for (uint64_t i = 0; i < count; i++)
        if (task->start->once())
            return -1;
    return bench_now() - begin;
}

static void work(const char *what, unsigned megabytes, const bench_start_t *const *starts,
                 size_t start_count) {
    bench_subject_t subjects[STARTS_MOST];
    task_t tasks[STARTS_MOST];
    char name[120];
    bench_work_t work = {.name = name,
                         .unit = "us",
                         .scale = 1e6,
                         .rounds = 300,
                         .count = 1,
                         .most_seconds = 1};
    snprintf(name, sizeof name, "process, %s to reaped, parent of %u MB", what,
             megabytes);
    if (!bench_wants_work(name) || grow(megabytes)) {
        return;
    }
    for (size_t i = 0; i < start_count; i++) {
        const bench_start_t *start = starts[i];
        tasks[i] = (task_t){start, megabytes};
        subjects[i] = (bench_subject_t){
            start->name, start->part, start->absent ? start->absent() : NULL,
            run_task,    &tasks[i],   0};
    }
    bench_work_run(&work, subjects, start_count);
}

static void works(unsigned megabytes) {
    work("fork", megabytes, forks, sizeof forks / sizeof *forks);
    work("spawn", megabytes, spawns, sizeof spawns / sizeof *spawns);
    work("forkserver", megabytes, forkservers, sizeof forkservers / sizeof *forkservers);
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], BENCH_RETURN_AT_ONCE))
        return 0;
    if (argc == 2 && !strcmp(argv[1], BENCH_RETURN_AFTER_APR))
        return apr_initialize() != APR_SUCCESS;
    if (argc == 2 && !strcmp(argv[1], BENCH_FORK_SERVER))
        return bench_serve_forks();
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    works(10);
    if (bench_options()->all)
        works(256);
    works(1024);
    return 0;
}
