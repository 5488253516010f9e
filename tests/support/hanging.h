/* Deaths that others wait for: a victim comes to a place, a bystander waits at the same place
 * behind it, the victim is killed, and the first process does what would hang if the dead were
 * waited for. Both must be through within 200 ms of the death. Every other time the dead one is
 * buried at once, which tells everybody; otherwise nobody is told, and they find out by
 * themselves.
 *
 *     static int wait_there(const brood_values_t *state, apr_pool_t *pool) {
 *         const brood_values_t *args;
 *         brood_event_t *event;
 *         hang_log_t *log;
 *         CHILD_OK(hang_arrive(&args, &log, state, pool));
 *         CHILD_OK(BROOD_UNPACK(args, &event));
 *         CHILD_OK(brood_event_wait(event, HANG_STALL_US));
 *         return hang_passed(log);
 *     }
 *     static apr_status_t make(hang_round_t *round) {
 *         brood_event_t *event;
 *         apr_status_t rv = brood_event_create(&event, round->pool);
 *         round->object = event;
 *         return rv == APR_SUCCESS
 *             ? brood_values_pack(&round->args, BROOD_ARGS(event), round->pool) : rv;
 *     }
 *     static apr_status_t set(hang_round_t *round) {
 *         return brood_event_set(round->object);
 *     }
 *     static const hang_t hangs[] = {{.name = "event, a waiter killed", .make = make,
 *         .victim = wait_there, .bystander = wait_there, .go_on = set}};
 *     HANG_MAIN(hangs)
 *
 *   fault_NAME [--rounds N] [--method NAME]
 *
 * Prints how long it took, one line for each hang and start method. The exit code is 0 when all
 * went on; so busy a machine that a few rounds in a hundred are late is no failure. */
#ifndef BROOD_HANGING_H
#define BROOD_HANGING_H

#include "brood/brood.h"
#include "methods.h"
#include <stdatomic.h>
#include <stdint.h>

#define HANG_STALL_US (10 * 1000000) /* as good as for ever */

typedef struct hang_log_t {
    _Atomic int64_t passed_us; /* when the bystander was through */
    _Atomic int told;          /* who learned of the death */
} hang_log_t;

/* One round: the object, and the two that are at it. */
typedef struct hang_round_t {
    brood_start_method_t method;
    apr_pool_t *pool;
    hang_log_t *log;
    void *object;         /* its handle, from make */
    brood_values_t *args; /* what victim and bystander get, from make */
    /* the engine's own */
    const char *path;
    brood_process_t *victim, *bystander;
} hang_round_t;

typedef struct hang_t {
    const char *name;
    apr_status_t (*make)(hang_round_t *round);
    brood_target_fn *victim, *bystander;
    /* What would hang; in the first process, right after the death. */
    apr_status_t (*go_on)(hang_round_t *round);
    /* Waits until the victim is at its place. NULL: it sleeps in the object. */
    int (*is_there)(hang_round_t *round);
    /* So many must learn of the death. */
    int told;
} hang_t;

#define HANG_MAIN(hangs)                                                     \
    int main(int argc, char **argv) {                                        \
        return hang_main(hangs, sizeof hangs / sizeof hangs[0], argc, argv); \
    }
int hang_main(const hang_t *hangs, size_t count, int argc, char **argv);

/* The first thing a victim or bystander does. */
apr_status_t hang_arrive(const brood_values_t **args, hang_log_t **log,
                         const brood_values_t *state, apr_pool_t *pool);

/* The last thing a bystander does; its exit code. */
int hang_passed(hang_log_t *log);

#endif
