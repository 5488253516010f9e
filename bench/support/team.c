/* A team: several processes that begin a piece of work at the same moment. */
#include "support/team.h"

#include "support/clock.h"
#include "support/say.h"

#include <brood/process.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* One for each member, written by it alone and read when it has ended. */
typedef struct member_t {
    double begin;
    double end;
    double processor_seconds;
    double switches;
    uint64_t served;
    int counted;
    int went_well;
} member_t;

typedef struct board_t {
    _Atomic unsigned arrived;
    member_t members[BENCH_TEAM_MOST];
} board_t;

static board_t *board; /* shared by all processes of this program, made once */

/* The run that members are being started for, for them to inherit. */
static const bench_team_t *current;
static unsigned current_index;

/* Adds what this process has used until now, `sign` times. */
static void count_use(member_t *me, double sign) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    me->processor_seconds +=
        sign * ((double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6);
    me->switches += sign * (double)use.ru_nvcsw;
}

static void member_run(unsigned index) {
    member_t *me = &board->members[index];
    alarm(BENCH_TEAM_SECONDS);
    bench_pin(current->pin, index);
    atomic_fetch_add(&board->arrived, 1);
    while (atomic_load(&board->arrived) < current->size)
        sched_yield();
    me->counted = 1;
    count_use(me, -1);
    me->begin = bench_now();
    me->went_well = current->role(index, current->context) == 0;
    count_use(me, 1);
    if (me->end == 0)
        me->end = bench_now();
}

void bench_team_begin(void) {
    board->members[current_index].begin = bench_now();
}

void bench_team_end(void) {
    board->members[current_index].end = bench_now();
}

void bench_team_uncounted(void) {
    board->members[current_index].counted = 0;
}

void bench_team_took(double seconds) {
    member_t *me = &board->members[current_index];
    me->end = me->begin + seconds;
}

void bench_team_served(uint64_t count) {
    board->members[current_index].served = count;
}

uint64_t bench_team_served_by(unsigned index) {
    return board->members[index].served;
}

double bench_team_processor_seconds(void) {
    double sum = 0;
    for (unsigned i = 0; i < current->size; i++)
        sum += board->members[i].processor_seconds;
    return sum;
}

double bench_team_switches(void) {
    double sum = 0;
    for (unsigned i = 0; i < current->size; i++)
        sum += board->members[i].switches;
    return sum;
}

static int brood_member(const brood_values_t *state, apr_pool_t *pool) {
    (void)state, (void)pool;
    member_run(current_index);
    return 0;
}

static int start_brood(brood_process_t **child, apr_pool_t *pool) {
    brood_process_options_t options = BROOD_PROCESS_OPTIONS_INIT;
    apr_status_t status;
    options.method = BROOD_START_FORK;
    status = brood_process_create(child, brood_member, BROOD_NO_ARGS, &options, pool);
    if (status == APR_SUCCESS)
        status = brood_process_start(*child);
    if (status != APR_SUCCESS)
        bench_say_status("a member was not started", status);
    return status != APR_SUCCESS;
}

static int start_bare(pid_t *child) {
    fflush(NULL);
    *child = fork();
    if (*child == 0) {
        member_run(current_index);
        _exit(0);
    }
    return *child < 0;
}

/* The times of all who count; less than 0 when a member failed. */
static double team_seconds(const bench_team_t *team) {
    double begin = 0, end = 0;
    int found = 0;
    for (unsigned i = 0; i < team->size; i++) {
        const member_t *member = &board->members[i];
        if (!member->went_well)
            return -1;
        if (!member->counted)
            continue;
        if (!found || member->begin < begin)
            begin = member->begin;
        if (!found || member->end > end)
            end = member->end;
        found = 1;
    }
    return end - begin;
}

double bench_team_run(const bench_team_t *team) {
    brood_process_t *processes[BENCH_TEAM_MOST] = {NULL};
    pid_t pids[BENCH_TEAM_MOST] = {0};
    apr_pool_t *pool = NULL;
    unsigned started = 0;
    int failed = 0;

    if (!board) {
        board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (board == MAP_FAILED)
            board = NULL;
    }
    if (!board || team->size > BENCH_TEAM_MOST ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS)
        return -1;
    memset(board->members, 0, sizeof board->members);
    atomic_store(&board->arrived, 0);
    current = team;
    while (!failed && started < team->size) {
        current_index = started;
        failed = team->brood ? start_brood(&processes[started], pool)
                             : start_bare(&pids[started]);
        if (!failed)
            started++;
    }
    if (failed) /* those who wait for the rest go on, to fail or to end by their alarm */
        atomic_store(&board->arrived, team->size);
    for (unsigned i = 0; i < started; i++)
        if (team->brood)
            (void)brood_process_join(processes[i], BROOD_FOREVER);
        else
            (void)waitpid(pids[i], NULL, 0);
    apr_pool_destroy(pool);
    return failed ? -1 : team_seconds(team);
}
