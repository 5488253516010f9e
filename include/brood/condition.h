/* Condition: waiting, with a lock given up meanwhile, until somebody says that something has
 * changed.
 *
 * What is waited for is data that a lock guards. Whoever needs it to be otherwise takes the
 * lock, looks, and waits: that gives the lock up and takes it again when it is over. Whoever
 * changes the data has the lock, too, and notifies:
 *
 *     brood_condition_acquire(changed, BROOD_FOREVER);
 *     while (!*ready) {
 *         brood_condition_wait(changed, BROOD_FOREVER);
 *     }
 *     …
 *     brood_condition_release(changed);
 *
 * The lock is the condition's own recursive one, or a brood_lock_t or brood_rlock_t that it is
 * made with; several conditions may share one lock. Every function here that takes or gives
 * back the lock does it with either.
 *
 * Exactly as many are woken as notify is told to, those who have waited longest first, and
 * never one who came later. Whoever notifies waits for nobody. A waiter that was killed is
 * passed over. One that is killed after it was notified takes the notification with it: who
 * must not lose one by a death looks at the data now and then, by a timeout, or notifies all.
 *
 * When the owner of the lock dies, the next one to get the lock is told by BROOD_EOWNERDEAD, as
 * in lock.h. If all others wait here, one of them is: a wait may end with BROOD_EOWNERDEAD
 * without a notification, within 200 ms of the death. It holds the lock then, and should put
 * right what the lock guards, and notify others if that is what the dead one would have done.
 *
 * All the threads in a session that sleep, for whatever object, are in one table of 4096. A
 * condition takes 64 bytes of shared memory and no descriptor of its own. Acquire and release
 * cost what they cost with the lock; to notify costs a look at each entry of the table up to
 * the highest one that was ever in use, and a system call for each one woken. */
#ifndef BROOD_CONDITION_H
#define BROOD_CONDITION_H

#include "brood/status.h"
#include "brood/types.h"

/* Whether what is waited for is there. Called with the lock held, any number of times.
 * `data` is what brood_condition_wait_for() was given. Returns 0 for no. */
typedef int brood_predicate_fn(void *data);

BROOD_BEGIN_DECLS

/* Makes a condition with a recursive lock of its own, free.
 *
 * @param condition  receives it; NULL on failure
 * @param pool       owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. Platforms: same everywhere.
 * Like: multiprocessing.Condition(). Example: condition_turns.c. */
BROOD_API apr_status_t brood_condition_create(brood_condition_t **condition,
                                              apr_pool_t *pool);

/* Makes a condition that uses a lock which is there already.
 *
 * @param condition  receives it; NULL on failure
 * @param lock       an open lock. The condition has a handle of its own to it: the caller may
 *                   go on using `lock`, here and in children that are given both, and may close
 *                   it
 * @param pool       as with brood_condition_create()
 * @returns as brood_condition_create(); BROOD_ECLOSED: the lock has been closed;
 *          APR_EINVAL: lock is NULL; BROOD_EFULL: too many holders of small objects.
 * Blocking, Threads and processes, Platforms: as brood_condition_create(). A plain lock is
 * held by a process: to all functions here its threads are one.
 * Like: multiprocessing.Condition(lock). */
BROOD_API apr_status_t brood_condition_create_with_lock(brood_condition_t **condition,
                                                        brood_lock_t *lock,
                                                        apr_pool_t *pool);

/* The same with a recursive lock.
 *
 * @param condition  receives it; NULL on failure
 * @param rlock      an open recursive lock, as `lock` there
 * @param pool       as with brood_condition_create()
 * @returns as brood_condition_create_with_lock().
 * Blocking, Threads and processes, Platforms: as brood_condition_create().
 * Like: multiprocessing.Condition(rlock). */
BROOD_API apr_status_t brood_condition_create_with_rlock(brood_condition_t **condition,
                                                         brood_rlock_t *rlock,
                                                         apr_pool_t *pool);

/* Takes the condition's lock.
 *
 * @param condition  an open condition
 * @param timeout    microseconds; negative: for ever; 0: tries once
 * @returns as brood_rlock_acquire(), or with a plain lock as brood_lock_acquire():
 *          APR_SUCCESS; BROOD_EOWNERDEAD: the caller holds it, and the last owner died with it;
 *          APR_TIMEUP; BROOD_EUNRECOVERABLE; BROOD_ERANGE: held 2^32 - 1 times already;
 *          BROOD_ECLOSED; APR_EINVAL: condition is NULL.
 * Blocking: while another holds it, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: as with the lock. Platforms: same everywhere.
 * Like: Condition.acquire(). */
BROOD_API apr_status_t brood_condition_acquire(brood_condition_t *condition,
                                               apr_interval_time_t timeout);

/* Gives the condition's lock back, one level of it.
 *
 * @param condition  a condition whose lock the caller holds
 * @returns APR_SUCCESS; BROOD_ENOTOWNER: the caller does not hold it, nothing changed;
 *          BROOD_ECLOSED; APR_EINVAL: condition is NULL.
 * Blocking: never. Threads and processes: as with the lock. Platforms: same everywhere.
 * Like: Condition.release(). */
BROOD_API apr_status_t brood_condition_release(brood_condition_t *condition);

/* Gives the lock back, all levels, and declares what it guards lost. All who wait are woken;
 * they and every later acquire, anywhere, get BROOD_EUNRECOVERABLE.
 *
 * @param condition  a condition whose lock the caller holds
 * @returns as brood_condition_release().
 * Blocking: never. Threads and processes: as brood_condition_release(). A given lock that is
 * abandoned by its own function is told to those who wait here within 200 ms.
 * Platforms: same everywhere. Like: brood_lock_abandon(). */
BROOD_API apr_status_t brood_condition_abandon(brood_condition_t *condition);

/* Gives the lock up, waits until notified, and takes the lock again, all levels of it.
 *
 * @param condition  a condition whose lock the caller holds
 * @param timeout    microseconds until a wait without a notification ends; negative: for ever;
 *                   0: gives the lock up and takes it again
 * @returns APR_SUCCESS: notified; the caller holds the lock;
 *          APR_TIMEUP: not notified in time; the caller holds the lock;
 *          BROOD_EOWNERDEAD: the caller holds the lock, and its last owner died holding it.
 *          Whether this one was notified is not told: look at the data, having put it right;
 *          BROOD_EUNRECOVERABLE: the lock was abandoned. The caller does not hold it;
 *          BROOD_EFULL: 4096 threads of the session sleep. The lock was not given up;
 *          BROOD_ENOTOWNER: the caller does not hold the lock, nothing was done;
 *          BROOD_ECLOSED; APR_EINVAL: condition is NULL.
 * Blocking: until notified, as `timeout` says, and then while another holds the lock, however
 * long that is. Threads and processes: any number. Nothing but a notification wakes it, but
 * what the notifier saw may have changed before this one has the lock: look again.
 * Platforms: same everywhere. Like: Condition.wait(timeout). */
BROOD_API apr_status_t brood_condition_wait(brood_condition_t *condition,
                                            apr_interval_time_t timeout);

/* Waits until a predicate holds: looks, with the lock held, and waits until notified and looks
 * again as long as it does not.
 *
 * @param condition  a condition whose lock the caller holds
 * @param predicate  the question; it must leave the lock as it is
 * @param data       given to the predicate; belongs to the caller
 * @param timeout    microseconds for all waits together; negative: for ever; 0: looks, and once
 *                   more after the lock was given up
 * @returns APR_SUCCESS: the predicate held at the last look; the caller holds the lock;
 *          APR_TIMEUP: it did not, and the time is over; the caller holds the lock;
 *          BROOD_EOWNERDEAD: as brood_condition_wait(); the predicate was not asked again, for
 *          what it looks at may be half changed. Put that right and call again;
 *          BROOD_EUNRECOVERABLE, BROOD_EFULL, BROOD_ENOTOWNER, BROOD_ECLOSED: as there;
 *          APR_EINVAL: condition or predicate is NULL.
 * Blocking, Threads and processes, Platforms: as brood_condition_wait().
 * Like: Condition.wait_for(predicate, timeout), which returns the predicate's last value. */
BROOD_API apr_status_t brood_condition_wait_for(brood_condition_t *condition,
                                                brood_predicate_fn *predicate, void *data,
                                                apr_interval_time_t timeout);

/* Wakes some of those who wait now: those who have waited longest.
 *
 * @param condition  a condition whose lock the caller holds
 * @param count      at most so many; 0 wakes nobody
 * @param woken      receives how many were notified; NULL: is not told
 * @returns APR_SUCCESS, also when nobody waits;
 *          BROOD_ENOTOWNER: the caller does not hold the lock, nobody was woken;
 *          BROOD_ECLOSED; APR_EINVAL: condition is NULL.
 * Blocking: never. Those who are woken go on when they get the lock. Threads and processes: any
 * number. Whoever is killed in the middle has notified some and not the others.
 * Platforms: same everywhere.
 * Like: Condition.notify(n), which waits for those it wakes, for ever if one was killed. */
BROOD_API apr_status_t brood_condition_notify(brood_condition_t *condition,
                                              uint32_t count, uint32_t *woken);

/* Wakes all of those who wait now.
 *
 * @param condition  a condition whose lock the caller holds
 * @returns as brood_condition_notify().
 * Blocking, Threads and processes, Platforms: as brood_condition_notify().
 * Like: Condition.notify_all(). */
BROOD_API apr_status_t brood_condition_notify_all(brood_condition_t *condition);

/* Closes this process's handle; the condition lives until the last process lets go, and a lock
 * that was given stays open. A second close is harmless.
 *
 * @param condition  a condition in which no thread of this process waits, and whose own lock
 *                   this process does not hold
 * @returns APR_SUCCESS; BROOD_EBUSY: one of the two, nothing was closed; APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_condition_close(brood_condition_t *condition);

BROOD_END_DECLS

#endif
