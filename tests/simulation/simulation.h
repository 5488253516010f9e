/* Simulation: processes that take turns as a seed says.
 *
 * The library's real code runs in coroutines that stand for processes, all in one thread, on a
 * seam of its own (os.c): shared memory is a block of memory, time is a number, sleepers are a
 * list. Whenever the code comes to an atomic, a copy or a point of os/fault.h, the scheduler may let
 * another process run, kill one or stop one for a while. So a run depends on its seed alone and
 * can be had again.
 *
 * Schedules are sequentially consistent: what processors reorder is not seen here.
 *
 * A run is one fork of the program (main.c), begun by simulation_begin(); its first process is the
 * caller of simulation_run(). */
#ifndef BROOD_SIMULATION_H
#define BROOD_SIMULATION_H

#include <stddef.h>
#include <stdint.h>

#define SIMULATION_PROCESSES 64u
#define SIMULATION_MS INT64_C(1000000)

/* What a run tells the program that forked it. */
typedef struct simulation_result_t {
    uint64_t seed;
    uint64_t steps, switches;
    uint64_t deaths, stops;
    uint64_t put, taken, again; /* messages; of those taken, deliveries after the first */
    uint32_t faults;
    char fault[400]; /* the first one's words */
    char where[400]; /* where everybody was then */
} simulation_result_t;

typedef struct simulation_plan_t {
    uint32_t deaths; /* at the most */
    uint32_t stops;
    uint64_t length; /* about so many steps the run has: deaths are spread over them */
    uint64_t steps_most; /* more than these are a fault */
    int64_t ns_most;
} simulation_plan_t;

typedef void simulation_entry_t(void *argument);

/* Before the first fork. */
void simulation_prepare(void);

/* Begins a run. */
void simulation_begin(simulation_result_t *result, uint64_t seed, int trace);

/* Chooses from [0, below) as the seed says: for whoever sets up the run. */
uint32_t simulation_random(uint32_t below);
int simulation_chance(uint32_t percent);

/* Runs `entry` as process 0, which never dies; returns when that does. */
void simulation_run(const simulation_plan_t *plan, simulation_entry_t *entry,
                    void *argument);

/* Another process that runs `entry`; if it is mortal, it may die at any step. Returns its number,
 * never used again in this run. */
uint32_t simulation_start(simulation_entry_t *entry, void *argument, int mortal);

typedef enum simulation_life_t {
    SIMULATION_LIVES,
    SIMULATION_ENDED, /* its entry has returned */
    SIMULATION_KILLED
} simulation_life_t;
simulation_life_t simulation_life(uint32_t process);

/* How often somebody was killed, or stopped. */
uint64_t simulation_deaths(void);
uint64_t simulation_stops(void);

/* The process that runs, and the time. */
uint32_t simulation_self(void);
int64_t simulation_now_ns(void);

/* From now on nobody dies or is stopped. */
void simulation_calm(void);

/* The caller sleeps so long. */
void simulation_sleep(int64_t ns);

/* The caller waits for something, and `may_go_on` says whether it is there: if it is, and the
 * caller waits 200 ms longer, while nobody is stopped, that is a fault. NULL: it does not wait
 * any more. */
typedef int simulation_may_go_on_t(void *context);
void simulation_waits(simulation_may_go_on_t *may_go_on, void *context);

/* Called before each step. */
extern void (*simulation_every_step)(void);

/* Something is wrong: the run ends here. */
void simulation_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line of the trace. */
void simulation_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds the messages that `more` counts. */
void simulation_count(const simulation_result_t *more);

/* ---- for the seam ---- */

void simulation_step(const char *file, int line, const char *what);
int simulation_fails_for_nothing(void);
void *simulation_copy(void *to, const void *from, size_t size, const char *file,
                      int line);

/* Sleeps while the word is what was expected; 0: the deadline has passed. Wakes sleepers. */
int simulation_park(const void *word, int64_t deadline_ns);
void simulation_unpark(const void *word, uint32_t count);

/* Time passes, and others come first. */
void simulation_yield(void);

#define SIMULATION_SPARSE_MOST (1u << 20)
/* How much address space there is for an object of which little is committed. */
extern uint64_t simulation_sparse;

/* ---- the scenarios ---- */

void queue_scenario(void);

/* A ring that the tester must find faulty, or whole. */
typedef struct toy_t {
    const char *name;
    int is_faulty;
    unsigned mistakes;
} toy_t;
extern const toy_t simulation_toys[];
extern const size_t simulation_toy_count;
void toy_scenario(const toy_t *toy);

#endif
