/* Event: a flag that many may wait for.
 *
 * It is set or clear, at first clear. Whoever waits sleeps until it is set. A set wakes all who
 * wait at that moment, even if a clear follows before they have looked: none of them misses a
 * flag that was up for an instant.
 *
 * It has no owner, so no death can leave it in disorder: a process that is killed while it sets
 * the event has either set it or not, and those who sleep learn which within 200 ms.
 *
 * A set, a clear, and a wait for an event that is set are one atomic operation each. An event
 * takes 64 bytes of shared memory, and no descriptor of its own. */
#ifndef BROOD_EVENT_H
#define BROOD_EVENT_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Makes an event, clear.
 *
 * @param event  receives it; NULL on failure
 * @param pool   owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. Platforms: same everywhere.
 * Like: multiprocessing.Event(); a manual-reset event of Win32. Example: event_gate.c. */
BROOD_API apr_status_t brood_event_create(brood_event_t **event, apr_pool_t *pool);

/* Sets it, and wakes all who wait. What the caller did before is seen by those who find the
 * event set.
 *
 * @param event  an open event; one that is set stays so
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: event is NULL.
 * Blocking: never; it does not wait for those it wakes. Threads and processes: any number.
 * Killed in the middle it has set the event or not; it is never half set.
 * Platforms: same everywhere. Like: Event.set(), which hangs after a waiter was killed. */
BROOD_API apr_status_t brood_event_set(brood_event_t *event);

/* Clears it. Those who waited when it was set go on all the same.
 *
 * @param event  an open event; one that is clear stays so
 * @returns as brood_event_set().
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Event.clear(). */
BROOD_API apr_status_t brood_event_clear(brood_event_t *event);

/* Whether it was set at one moment during the call.
 *
 * @param event  an open event
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Event.is_set(). */
BROOD_API int brood_event_is_set(brood_event_t *event);

/* Waits until it is set.
 *
 * @param event    an open event
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: it is set, or has been since the call began;
 *          APR_TIMEUP: it was clear all the time;
 *          BROOD_ECLOSED; APR_EINVAL: event is NULL.
 * Blocking: while it is clear, as `timeout` says; a death between set and wake-up costs at most
 * 200 ms. Threads and processes: any number. Platforms: same everywhere.
 * Like: Event.wait(timeout), which misses a set that is followed by a clear. */
BROOD_API apr_status_t brood_event_wait(brood_event_t *event,
                                        apr_interval_time_t timeout);

/* Closes this process's handle; the event lives until the last process lets go. A second
 * close is harmless.
 *
 * @param event  an event in which no thread of this process waits
 * @returns APR_SUCCESS; BROOD_EBUSY: a thread of this process waits in it, nothing was closed;
 *          APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_event_close(brood_event_t *event);

BROOD_END_DECLS

#endif
