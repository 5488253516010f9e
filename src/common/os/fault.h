/* Named points where tests make a call fail, or kill or stop the process.
 *
 * Compiled to nothing unless BROOD_FAULTS is defined. The environment variable
 * BROOD_FAULT holds the plan, entries separated by commas:
 *
 *   POINT:K:STATUS   the K-th passing of POINT fails; STATUS is a number or one of
 *                    ENOMEM EMFILE ENOSPC EIO EAGAIN EINTR EPIPE
 *   *:K:STATUS       the K-th passing of any failing point
 *   POINT:K:kill     the K-th passing of POINT kills the process (SIGKILL)
 *   POINT:K:stop     the K-th passing of POINT stops it (SIGSTOP)
 *   *:K:kill, *:K:stop   the K-th passing of any point at all
 *   -POINT           POINT is not meant by *
 *
 * K+ in place of K means that passing and every later one.
 *
 * BROOD_FAULT_ONLY, when set, names the one process (by its Brood name) that the plan is
 * for. A program may set the plan itself with brood__fault_plan(). A forked child keeps the
 * plan and counts from zero. */
#ifndef BROOD_OS_FAULT_H
#define BROOD_OS_FAULT_H

#include "os/types.h"

#ifdef BROOD_FAULTS
/* Each returns APR_SUCCESS or the status that the plan asks for. */
apr_status_t brood__fault_at(const char *point);
/* Kills or stops the process when the plan says so. */
void brood__kill_at(const char *point);
/* Replaces the plan ("" or NULL: none) and sets all counters to zero. */
void brood__fault_plan(const char *plan);
/* How many failures the plan has injected in this process so far. */
unsigned brood__fault_count(void);

/* In a function that returns apr_status_t: leaves it with the planned failure. */
#define BROOD_FAULT(point)                                      \
    do {                                                        \
        apr_status_t brood_fault_status = brood__fault_at(point); \
        if (brood_fault_status != APR_SUCCESS) {                \
            return brood_fault_status;                          \
        }                                                       \
    } while (0)
/* A place where a test may kill or stop this process. */
#define BROOD_KILL_POINT(point) brood__kill_at(point)
/* A place where a test may stop this process until it is continued. */
#define BROOD_WAIT_POINT(point) brood__kill_at(point)
#else
#define BROOD_FAULT(point) ((void)0)
#define BROOD_KILL_POINT(point) ((void)0)
#define BROOD_WAIT_POINT(point) ((void)0)
#endif

#endif
