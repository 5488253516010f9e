/* Stop: how something that runs is brought to its end, step by step.
 *
 * A ladder is a list of steps: what is done, and how long the other side is given to end
 * before the next step. It serves brood_process_stop() and the commands alike:
 *
 *     static const brood_stop_step_t ladder[] = {
 *         {BROOD_STOP_WAIT, 500000},       // it may be about to end by itself
 *         {BROOD_STOP_ASK, 2000000},       // it is asked, and may finish what it is at
 *         {BROOD_STOP_TERMINATE, 1000000}, // SIGTERM
 *         {BROOD_STOP_KILL, BROOD_FOREVER}};
 *     status = brood_process_stop(worker, ladder, 4, &ended_by);
 *
 * To ask is the one step with which a process can end well on every system: Windows has no
 * SIGTERM. A child sees that it has been asked when it looks, at the price of one load, or
 * wakes from its pause:
 *
 *     while (!brood_stop_requested()) { … one piece of work … }
 *
 *     while (brood_stop_wait(interval) == APR_TIMEUP) { … once an interval … }
 *
 * Nothing else is disturbed: no signal is sent, no call is interrupted. What a child that has
 * been asked does is its own affair; its own children are asked by it, or not at all. */
#ifndef BROOD_STOP_H
#define BROOD_STOP_H

#include "brood/status.h"
#include "brood/types.h"

typedef enum brood_stop_what_t {
    BROOD_STOP_NONE,      /* nothing: what ended_by says of one that had ended before */
    BROOD_STOP_WAIT,      /* nothing is done; it may end by itself */
    BROOD_STOP_ASK,       /* it is asked to end: see each thing's own manual */
    BROOD_STOP_TERMINATE, /* SIGTERM; on Windows it is ended, exit code -15 */
    BROOD_STOP_KILL       /* SIGKILL; on Windows it is ended, exit code -9 */
} brood_stop_what_t;

/* One step of a ladder. */
typedef struct brood_stop_step_t {
    brood_stop_what_t what;
    /* Microseconds until the next step; negative: for ever; 0: one look. */
    apr_interval_time_t timeout;
} brood_stop_step_t;

/* How many steps a ladder may have. */
#define BROOD_STOP_STEPS_MAX 64

BROOD_BEGIN_DECLS

/* Whether this process has been asked to end by the one that started it.
 *
 * @returns 1 or 0; it stays 1. Always 0 in the first process and in one that was forked
 *          without Brood.
 * Blocking: never; one load. Threads and processes: any thread; async-signal-safe. What the
 * asking process did before is seen. Platforms: same everywhere, by every start method.
 * Like: Interruption tokens of many libraries; CPython's programs pass an Event. */
BROOD_API int brood_stop_requested(void);

/* Pauses until this process is asked to end.
 *
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: it has been asked; APR_TIMEUP: it has not;
 *          or the status of a session that could not be made.
 * Blocking: as `timeout` says. Threads and processes: any number of threads; all are woken.
 * Platforms: same everywhere. In the first process, which nobody asks, it is a pause.
 * Like: threading.Event.wait(timeout). */
BROOD_API apr_status_t brood_stop_wait(apr_interval_time_t timeout);

/* The name of a kind of step: "none", "wait", "ask", "terminate" or "kill".
 *
 * @param what  any
 * @returns a string that lives for ever, or NULL for a number that is none.
 * Blocking: never. Threads and processes: safe. Platforms: same everywhere. */
BROOD_API const char *brood_stop_name(brood_stop_what_t what);

BROOD_END_DECLS

#endif
