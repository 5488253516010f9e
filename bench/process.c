/* Benchmark of starting a process: from the start to the end that has been seen, for a child
 * that does nothing, beside the ways of the system and of other libraries.
 *
 * Children that are this program started again run the same image with the same libraries;
 * the bare ones return from main at once. */
#include "peers/idle.h"
#include "peers/pairs.h"
#include "peers/starts.h"
#include "support/clock.h"
#include "support/options.h"
#include "support/python.h"
#include "support/say.h"
#include "support/work.h"

#include <apr_general.h>
#include <brood/boot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STARTS_MOST = 8 };

static const bench_start_t *const forks[] = {&bench_brood_fork, &bench_fork,
                                             &bench_python_fork};

static const bench_start_t *const spawns[] = {
    &bench_brood_spawn, &bench_posix_spawn, &bench_python_spawn, &bench_posix_spawn_apr};

static const bench_start_t *const commands[] = {
    &bench_brood_command,   &bench_posix_spawn, &bench_vfork,
    &bench_apr_proc_create, &bench_uv_spawn,    &bench_g_spawn,
    &bench_python_command};

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

/* With as much again, so that nobody else is driven out. */
static int is_free(unsigned megabytes) {
    long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages < 0 || size < 0 ||
           (double)pages * (double)size / (1 << 20) > 2.0 * megabytes;
}

static double run_python(const task_t *task) {
    char arguments[1200];
    int is_command = !strcmp(task->start->python, BENCH_PYTHON_COMMAND);
    snprintf(arguments, sizeof arguments, "%s %s %s %u", task->start->python,
             is_command ? bench_image() : "", is_command ? BENCH_RETURN_AT_ONCE : "",
             task->megabytes);
    return bench_python_run("python_start.py", arguments);
}

/* To touch much memory takes CPython long, and of its methods only fork is not flat. */
static const char *absent(const bench_start_t *start, unsigned megabytes) {
    if (start->python && megabytes != 10 && megabytes != 1024)
        return "measured at 10 and 1024 MB";
    return start->absent ? start->absent() : NULL;
}

static double run_task(const bench_subject_t *subject, uint64_t count) {
    const task_t *task = subject->context;
    double begin;
    if (task->start->python)
        return run_python(task) * (double)count;
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
            start->name, start->part, absent(start, megabytes), run_task, &tasks[i], 0};
    }
    bench_work_run(&work, subjects, start_count);
}

static void works(unsigned megabytes) {
    if (!is_free(megabytes)) {
        printf("\n%u MB of touched memory: there is not so much free here\n", megabytes);
        return;
    }
    work("fork", megabytes, forks, sizeof forks / sizeof *forks);
    work("spawn", megabytes, spawns, sizeof spawns / sizeof *spawns);
    work("forkserver", megabytes, forkservers, sizeof forkservers / sizeof *forkservers);
    work("command", megabytes, commands, sizeof commands / sizeof *commands);
}

static void other_works(void) {
    const bench_work_t pairs = {.name = "process, external commands, two at a time",
                                .unit = "us",
                                .scale = 1e6,
                                .rounds = 15,
                                .count = 100,
                                .most_seconds = 4};
    const bench_work_t idles = {.name = "process, private dirty memory of an idle child",
                                .unit = "KB",
                                .scale = 1,
                                .rounds = 3,
                                .count = 1};
    bench_work_run(&pairs, bench_pairs(), BENCH_PAIRS);
    bench_work_run(&idles, bench_idles(), BENCH_IDLES);
}

static void other_role(const char *option) {
    if (!strcmp(option, BENCH_RETURN_AT_ONCE))
        exit(0);
    if (!strcmp(option, BENCH_RETURN_AFTER_APR))
        exit(apr_initialize() != APR_SUCCESS);
    if (!strcmp(option, BENCH_FORK_SERVER))
        exit(bench_serve_forks());
    while (!strcmp(option, BENCH_WAIT_FOR_EVER))
        pause();
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], BENCH_RETURN_AT_ONCE))
        return 0;
    if (argc == 2)
        other_role(argv[1]);
    if (brood_init(&argc, &argv) != APR_SUCCESS)
        return 1;
    bench_options_read(argc, argv);
    other_works();
    works(10);
    works(256);
    works(1024);
    works(4096);
    return 0;
}
