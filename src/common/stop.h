/* The stop ladder: the one runner for all that can be stopped. Internal. */
#ifndef BROOD_COMMON_STOP_H
#define BROOD_COMMON_STOP_H

#include "brood/stop.h"
#include "os/process.h"

/* What is to be stopped. */
typedef struct brood__stop_target_t {
    void *data;
    const char *name; /* for the detail line */
    /* Waits for the end. APR_SUCCESS, APR_TIMEUP or a failure, which ends the ladder. */
    apr_status_t (*wait)(void *data, brood_os_deadline_t deadline);
    /* Asks it to end. A failure (it cannot be asked) goes on to the next step at once. */
    apr_status_t (*ask)(void *data);
    /* Terminates or kills it. A failure goes on to the next step at once. */
    apr_status_t (*signal)(void *data, brood_os_end_t how);
} brood__stop_target_t;

/* Whether these steps make a ladder: APR_SUCCESS, or APR_EINVAL with the bad one named. */
apr_status_t brood__stop_check(const brood_stop_step_t *steps, size_t count);

/* Takes the steps until one has ended the target. NULL and 0 are the default: ask, 5 s;
 * terminate, 5 s; kill, for ever.
 *
 * *ended_by (may be NULL) receives the step after which it ended, BROOD_STOP_NONE when it had
 * ended before. APR_EINVAL: a bad step, named; nothing was done. APR_TIMEUP: it runs still.
 * When the last step could not be taken, its failure. */
apr_status_t brood__stop_run(const brood__stop_target_t *target,
                             const brood_stop_step_t *steps, size_t count,
                             brood_stop_what_t *ended_by);

/* Asks the participant `id` to end: what brood_stop_requested() says there. Does nothing when
 * that id is dead. */
void brood__stop_ask(uint32_t id);

#endif
