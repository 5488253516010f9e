/* Storms: workers in several processes, killed and stopped at random, while a log that they
 * share outlives them.
 *
 * The engine starts the workers under each start method, kills (SIGKILL, TerminateProcess) and
 * stops one at a random moment, again and again, waits after each death until the survivors
 * have moved on and notes how long that took, puts a new worker in the place of the dead one,
 * ends all of them, and prints one line of figures. A storm has its log, its worker, and what
 * must hold:
 *
 *     typedef struct log_t {
 *         storm_log_t head;               // first: the engine's part
 *         _Atomic uint64_t one, other;    // what the lock guards
 *     } log_t;
 *
 *     static int work(const brood_values_t *state, apr_pool_t *pool) {
 *         storm_worker_t self;
 *         brood_lock_t *lock;
 *         CHILD_OK(storm_worker(&self, state, pool));
 *         CHILD_OK(BROOD_UNPACK(self.state, &lock));
 *         log_t *log = self.log;
 *         while (!storm_stopping(log)) {
 *             …one round; storm_violation(log, "the words differ (%d)", gap) when it is wrong;
 *             storm_repaired(log) when a death was told and put right…
 *             storm_step(&self);
 *         }
 *         return 0;
 *     }
 *     static apr_status_t make(storm_t *storm) {
 *         return brood_lock_create(&lock, storm->pool);   // lock: a static variable
 *     }
 *     static apr_status_t place(storm_t *storm, uint32_t worker) {
 *         return storm_place(storm, worker, work, BROOD_ARGS(lock));
 *     }
 *     static const storm_kind_t kinds[] = {{.name = "lock", .workers = 6,
 *         .log_size = sizeof(log_t), .make = make, .place = place, .check = check,
 *         .steps = "times inside", .repairs = "owners dead"}};
 *     STORM_MAIN(kinds)
 *
 *   storm_NAME [--kills N] [--seconds S] [--seed X] [--method NAME] [--kind NAME]
 *
 * The exit code is 0 when nothing was violated. Workers should not sleep for ever: give each
 * wait a timeout (100 ms, say), or the storm a nudge. */
#ifndef BROOD_STORM_H
#define BROOD_STORM_H

#include "brood/brood.h"
#include "methods.h"
#include <stdatomic.h>
#include <stdint.h>

#define STORM_WORKERS_MAX 16u
#define STORM_STALL_US \
    (5 * 1000000)            /* survivors that stand still for so long: a violation */
#define STORM_LATE_US 200000 /* longer than Brood promises: counted in the figures */

/* The head of every storm's log. All of it is zero at the start. */
typedef struct storm_log_t {
    _Atomic uint32_t stop;       /* read with storm_stopping() */
    _Atomic uint32_t violations; /* counted by storm_violation() */
    _Atomic uint64_t repairs;    /* counted by storm_repaired() */
    _Atomic uint64_t
        steps[STORM_WORKERS_MAX]; /* counted by storm_step(); the next worker in
                                                  the same place counts on */
} storm_log_t;

typedef struct storm_options_t {
    unsigned kills;   /* for each kind, over its methods */
    unsigned seconds; /* at the most, for each method; 0: until the kills are done */
    uint64_t seed;
    brood_start_method_t method; /* BROOD_START_DEFAULT: every one in turn */
    const char *kind;            /* NULL: all */
} storm_options_t;

/* How long the others stood still after a death, in microseconds. */
typedef struct storm_delays_t {
    uint32_t *us;
    size_t count;
    size_t room;
} storm_delays_t;

typedef struct storm_kind_t storm_kind_t;

/* One storm under one start method; the callbacks read it. */
typedef struct storm_t {
    const storm_kind_t *kind;
    storm_options_t options; /* options.seed steps on */
    brood_start_method_t method;
    void *log;        /* begins with a storm_log_t */
    apr_pool_t *pool; /* of this round: put the objects here */
    unsigned kills;   /* so far, of all rounds */
    unsigned stops;
    uint64_t steps; /* of the rounds that are over */
    uint64_t repairs;
    uint32_t violations;
    /* the engine's own */
    const char *path;
    apr_pool_t *pools[STORM_WORKERS_MAX];
    brood_process_t *workers[STORM_WORKERS_MAX];
    storm_delays_t delays;
} storm_t;

struct storm_kind_t {
    const char *name;
    uint32_t workers; /* at most STORM_WORKERS_MAX */
    size_t log_size;

    /* Makes the objects, in storm->pool. Called again for each round. */
    apr_status_t (*make)(storm_t *storm);
    /* Starts worker 0, 1, … by storm_place(). Called again after each death. */
    apr_status_t (*place)(storm_t *storm, uint32_t worker);
    /* After the workers have ended: what must hold now. Calls storm_violation(). */
    void (*check)(storm_t *storm);

    /* ---- the rest may be left out ---- */

    /* Whether the survivors have moved on since `before`, the workers' steps at the death of
     * worker `dead`. NULL: one of them has done 2 steps. storm_steps() helps. */
    int (*moved)(const storm_t *storm, const uint64_t *before, uint32_t dead);
    /* A worker has died and the others have moved on; its successor is not there yet. */
    void (*bury)(storm_t *storm, uint32_t worker);
    /* Called every few milliseconds while the workers are waited for at the end: wakes those
     * who sleep for ever. */
    void (*nudge)(storm_t *storm);
    /* The middle of the printed line. NULL: "N <steps>, M <repairs>" with these words, or
     * without them "N steps, M repairs". */
    void (*tell)(const storm_t *storm, char *line, size_t size);
    const char *steps;
    const char *repairs;
    /* Workers below this number are ended first (stop is 1 for all), the others when those
     * have ended (stop is 2): so consumers outlive producers. 0: all at once, stop is 2. */
    uint32_t ended_first;
    /* After so many kills everything is made anew, with a fresh log. 0: never. */
    unsigned round_kills;
    /* 1: after each round nothing is left of the system's that was not there before. */
    int keeps_ledger;
};

#define STORM_MAIN(kinds)                                                     \
    int main(int argc, char **argv) {                                         \
        return storm_main(kinds, sizeof kinds / sizeof kinds[0], argc, argv); \
    }
int storm_main(const storm_kind_t *kinds, size_t count, int argc, char **argv);

/* ---- for the callbacks -------------------------------------------------------------- */

/* Starts a worker by the storm's method. The worker gets `args` by storm_worker(). */
apr_status_t storm_place(storm_t *storm, uint32_t worker, brood_target_fn *target,
                         brood_args_t args);

/* The steps that the workers first, first + 1, … (so many) have done since `before`. */
uint64_t storm_steps(const storm_t *storm, const uint64_t *before, uint32_t first,
                     uint32_t count);

/* ---- for workers -------------------------------------------------------------------- */

typedef struct storm_worker_t {
    void *log;                   /* mapped here; begins with a storm_log_t */
    const brood_values_t *state; /* the args given to storm_place() */
    uint32_t me;                 /* its number; its successor has the same */
    uint64_t seed;               /* for storm_random(); its successor has another */
} storm_worker_t;

/* The first thing a worker does: finds out who it is and maps the log. */
apr_status_t storm_worker(storm_worker_t *self, const brood_values_t *state,
                          apr_pool_t *pool);

/* One round is done: that is what progress is measured by. */
void storm_step(storm_worker_t *self);

/* 0: go on. 1: those who are ended first shall end. 2: all shall end. */
uint32_t storm_stopping(const void *log);

/* A death was told to this worker, and it has put things right. */
void storm_repaired(void *log);

/* Something is wrong: says so on standard error and counts it. */
void storm_violation(void *log, const char *format, ...)
#if defined(__GNUC__) && !defined(__MINGW32__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* ---- parts -------------------------------------------------------------------------- */

/* Reads the options. 0: they are wrong, and said so. */
int storm_options(storm_options_t *options, int argc, char **argv);

/* Whether this machine and the options have a method; and how many there are. */
int storm_has(const storm_options_t *options, brood_start_method_t method);
unsigned storm_methods(const storm_options_t *options);

/* A number below `below`, from a seed that is stepped on. */
uint32_t storm_random(uint64_t *seed, uint32_t below);

void storm_delay_add(storm_delays_t *delays, int64_t us);

/* Sorts them and says the one that `percent` of them do not exceed. */
uint32_t storm_delay_at(storm_delays_t *delays, unsigned percent);

/* How many are longer than this. */
size_t storm_delays_over(const storm_delays_t *delays, uint32_t us);

/* Lets a random moment pass, at most `most_us` microseconds: the next blow may fall anywhere
 * in what the workers do. */
void storm_moment(uint64_t *seed, uint32_t most_us);

#endif
