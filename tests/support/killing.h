/* Kill points: a process is killed, or stopped, exactly where it hurts, while others work.
 *
 * The engine goes through a table of points. For each it makes the objects anew, starts the
 * survivors and one victim that has a fault plan ("POINT:K:kill" or "POINT:K:stop"), waits
 * until that has happened, and wants each survivor to complete so many steps more. It keeps the
 * longest time between two steps of each survivor, joins all, lets the object's own check
 * look, and counts what is left of descriptors, mappings, children and threads. Each point is
 * gone through in three ways: killed and buried by its parent at once, which tells everybody;
 * killed and not buried, so that the survivors find out by themselves; and stopped, then
 * continued. An object's file has the points and the workers:
 *
 *     typedef struct log_t {
 *         killing_log_t head;                 // first: the engine's part
 *         atomic_int counted, mirrored;       // what the lock guards
 *     } log_t;
 *
 *     static int use(const brood_values_t *state, apr_pool_t *pool) {
 *         killing_worker_t self;
 *         brood_lock_t *lock;
 *         CHILD_OK(killing_worker(&self, state, pool));
 *         CHILD_OK(BROOD_UNPACK(self.state, &lock));
 *         log_t *log = self.log;
 *         killing_plan(&self);                // from here on the victim's points count
 *         while (!killing_over(&self)) {
 *             …one round; killing_fault(&self, "torn", gap) when something is wrong;
 *             killing_step(&self);
 *         }
 *         return 0;
 *     }
 *     static apr_status_t make(killing_t *run) {
 *         return brood_lock_create(&lock, run->pool);    // lock: a static variable
 *     }
 *     static apr_status_t place(killing_t *run, uint32_t worker) {
 *         return killing_place(run, worker, use, BROOD_ARGS(lock));
 *     }
 *     static const killing_point_t points[] = {
 *         {"lock.acquired", 50, .holds = 1u << 1 | 1u << 2},
 *         {"lock.waiting", 1},
 *     };
 *     static const killing_kind_t kinds[] = {{.name = "lock", .points = points,
 *         .point_count = 2, .workers = 3, .log_size = sizeof(log_t), .make = make,
 *         .place = place}};
 *     KILLING_MAIN(kinds)
 *
 *   fault_kill_points_NAME [--rounds N] [--method NAME] [--point NAME]
 *
 * BROOD_KILL_METHOD names the one method of builds for which one is enough: every method is swept
 * in the plain build. It prints how long the survivors waited; the exit code is 0 when no fault was found. */
#ifndef BROOD_KILLING_H
#define BROOD_KILLING_H

#include "brood/brood.h"
#include "methods.h"
#include <stdatomic.h>
#include <stdint.h>

#define KILLING_WORKERS_MAX 8u
#define KILLING_VICTIM 0u /* the victim is worker 0, the survivors are 1, 2, … */
#define KILLING_LATE_US (20 * 1000000)

/* The head of every log. All of it is zero at the start. */
typedef struct killing_log_t {
    atomic_int over;   /* read with killing_over() */
    atomic_int faults; /* counted by killing_fault() */
    _Atomic int64_t steps[KILLING_WORKERS_MAX];
    _Atomic int64_t longest_us[KILLING_WORKERS_MAX]; /* between two steps */
} killing_log_t;

typedef struct killing_point_t {
    const char *point;
    unsigned passing; /* of the point by the victim at which it happens, from 1 */
    int variant;      /* whatever make(), place() and the workers want to know */
    uint32_t
        holds; /* bit n: survivor n must stand still while the victim is stopped there;
                         bit 1 is (1u << 1) */
    uint32_t stands; /* bit n: survivor n need not move on after a kill there */
} killing_point_t;

typedef enum killing_way_t {
    KILLING_JOINED,     /* killed, and buried by its parent at once */
    KILLING_NOT_JOINED, /* killed, and its parent does not look */
    KILLING_STOPPED     /* stopped, and continued after a while */
} killing_way_t;

typedef struct killing_kind_t killing_kind_t;

/* One case; the callbacks read it. */
typedef struct killing_t {
    const killing_kind_t *kind;
    const killing_point_t *at;
    killing_way_t way;
    brood_start_method_t method;
    void *log;        /* begins with a killing_log_t */
    apr_pool_t *pool; /* of this case: put the objects here */
    /* the engine's own */
    const char *path;
    char plan[100];
    brood_process_t *workers[KILLING_WORKERS_MAX];
} killing_t;

struct killing_kind_t {
    const char *name;
    const killing_point_t *points;
    size_t point_count;
    uint32_t workers; /* the victim included */
    size_t log_size;
    /* Makes the objects, in run->pool. */
    apr_status_t (*make)(killing_t *run);
    /* Starts a worker by killing_place(). The survivors come first, the victim last. */
    apr_status_t (*place)(killing_t *run, uint32_t worker);

    /* ---- the rest may be left out ---- */

    /* After the workers have ended: what must hold now. Calls killing_complain(). */
    void (*check)(killing_t *run);
    /* The log says that it is over and the workers are waited for: called every few
     * milliseconds, wakes those who sleep for ever. */
    void (*nudge)(killing_t *run);
    /* What each survivor must complete after it has happened. 0: 30 steps. */
    unsigned steps_after;
    /* 1: gone through under one start method, the first there is; where the way in which workers
     * came to be does not matter any more. */
    int one_method;
};

#define KILLING_MAIN(kinds)                                                     \
    int main(int argc, char **argv) {                                           \
        return killing_main(kinds, sizeof kinds / sizeof kinds[0], argc, argv); \
    }
int killing_main(const killing_kind_t *kinds, size_t count, int argc, char **argv);

/* ---- for the callbacks -------------------------------------------------------------- */

/* Starts a worker by the case's method. The worker gets `args` by killing_worker(). */
apr_status_t killing_place(killing_t *run, uint32_t worker, brood_target_fn *target,
                           brood_args_t args);

/* Something is wrong: says so with the name of the point and counts it. */
void killing_complain(const char *point, const char *what, int64_t number);

/* ---- for workers -------------------------------------------------------------------- */

typedef struct killing_worker_t {
    void *log;                   /* mapped here; begins with a killing_log_t */
    const brood_values_t *state; /* the args given to killing_place() */
    uint32_t me;                 /* 0: the victim */
    int variant;                 /* of the point */
    const char *plan;
    int64_t last_us;
} killing_worker_t;

/* The first thing a worker does: finds out who it is and maps the log. */
apr_status_t killing_worker(killing_worker_t *self, const brood_values_t *state,
                            apr_pool_t *pool);

/* The victim's plan holds from here on; nothing for survivors. */
void killing_plan(const killing_worker_t *self);

/* A step is complete. */
void killing_step(killing_worker_t *self);

/* Whether the worker shall end. */
int killing_over(const killing_worker_t *self);

/* Something is wrong: says so and counts it. */
void killing_fault(killing_worker_t *self, const char *what, int64_t number);

/* ---- for programs that go through points of their own ------------------------------- */

/* Joins a child within 20 seconds and says its code; 1001: it did not end. */
int killing_code_of(brood_process_t *process);

/* Counts a case that is not of the engine's. */
void killing_count_case(void);

/* Prints one line about the cases and the waits since the last one. */
void killing_report(const char *name, const char *how, brood_start_method_t method);

/* Prints how many cases there were and how many faults. Returns the exit code. */
int killing_end(void);

#endif
