/* Semaphore: a number of permits. Acquiring takes one or waits for one, releasing gives some.
 *
 * A plain semaphore is a number and nothing else: whoever likes may release, also what it has
 * not acquired, and the permits of a process that dies are gone for good, as in POSIX, Windows
 * and CPython. That suits signals from one process to another (room, items). For permits that
 * stand for the use of something there is BROOD_SEM_OWNED: such a semaphore knows which process
 * holds each permit. Those of a process that dies, or ends without having released them, come
 * back exactly, within 200 ms, and only a holder may release.
 *
 * No semaphore is fair: a permit goes to who asks first when it is there, and one who has just
 * come may be quicker than those who sleep. The system chooses which sleeper is woken (Linux:
 * the oldest). Nobody sleeps on for longer than 200 ms while a permit is free, whoever dies.
 *
 * An uncontended acquire and release are one atomic operation each and no system call. A
 * semaphore takes 64 bytes of shared memory, and no descriptor of its own; one with
 * BROOD_SEM_OWNED and more than 4 permits has 8 bytes for each in a segment of its own. */
#ifndef BROOD_SEMAPHORE_H
#define BROOD_SEMAPHORE_H

#include "brood/status.h"
#include "brood/types.h"

/* The most permits that a semaphore can have, and one with BROOD_SEM_OWNED. */
#define BROOD_SEM_VALUE_MAX 2147483647u
#define BROOD_SEM_OWNED_MAX 65535u

/* For brood_semaphore_create(): the permits know which process holds them. */
#define BROOD_SEM_OWNED 1u

BROOD_BEGIN_DECLS

/* Makes a semaphore.
 *
 * @param semaphore  receives it; NULL on failure
 * @param value      how many permits are free at the start, 0 to BROOD_SEM_VALUE_MAX. With
 *                   BROOD_SEM_OWNED it is how many permits there are, 1 to
 *                   BROOD_SEM_OWNED_MAX: there can never be more.
 * @param flags      0 or BROOD_SEM_OWNED
 * @param pool       owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_EINVAL: value or flags out of range, named in the detail;
 *          APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. Platforms: same everywhere.
 * Like: multiprocessing.Semaphore(value); sem_init() with pshared; CreateSemaphore(). */
BROOD_API apr_status_t brood_semaphore_create(brood_semaphore_t **semaphore,
                                              uint32_t value, uint32_t flags,
                                              apr_pool_t *pool);

/* Makes a semaphore that refuses a release beyond its ceiling.
 *
 * @param semaphore  receives it; NULL on failure
 * @param value      how many permits are free at the start, 0 to `ceiling`
 * @param ceiling    how many may be free at most, 1 to BROOD_SEM_VALUE_MAX
 * @param pool       owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_EINVAL: value or ceiling out of range, named in the detail;
 *          APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: as brood_semaphore_create(). Platforms: same
 * everywhere; CPython does not hold macOS to the ceiling.
 * Like: multiprocessing.BoundedSemaphore(value), where the ceiling is the value. */
BROOD_API apr_status_t brood_semaphore_create_bounded(brood_semaphore_t **semaphore,
                                                      uint32_t value, uint32_t ceiling,
                                                      apr_pool_t *pool);

/* Takes a permit.
 *
 * @param semaphore  an open semaphore
 * @param timeout    microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: with BROOD_SEM_OWNED this process holds one more. That it is a dead
 *          process's is not told: who needs to know guards what is used with a lock;
 *          APR_TIMEUP: no permit was free; with BROOD_SEM_OWNED, no holder was dead either;
 *          BROOD_ECLOSED; APR_EINVAL: semaphore is NULL.
 * Blocking: while no permit is free, as `timeout` says. Threads and processes: any number.
 * Killed in it, a process has or has not taken a permit, never half of one. Platforms: same
 * everywhere.
 * Like: Semaphore.acquire(timeout=…); sem_timedwait(), with a monotonic clock. */
BROOD_API apr_status_t brood_semaphore_acquire(brood_semaphore_t *semaphore,
                                               apr_interval_time_t timeout);

/* Gives permits, all of them or, when it fails, none; wakes as many of those who wait.
 *
 * @param semaphore  an open semaphore
 * @param count      how many, at least 1
 * @returns APR_SUCCESS;
 *          BROOD_EOVERRELEASE: more would be free than the ceiling, or than
 *          BROOD_SEM_VALUE_MAX, allows; nothing changed;
 *          BROOD_ENOTOWNER: with BROOD_SEM_OWNED, this process does not hold so many; nothing
 *          changed;
 *          BROOD_ECLOSED; APR_EINVAL: semaphore is NULL or count is 0.
 * Blocking: never. Threads and processes: any number; with BROOD_SEM_OWNED any thread of a
 * process that holds them. Killed in it, a plain semaphore has got all or none of them; of
 * one with BROOD_SEM_OWNED all come back. Platforms: same everywhere.
 * Like: Semaphore.release(n) of threading, ValueError of BoundedSemaphore; sem_post() and its
 * EOVERFLOW; ReleaseSemaphore(). */
BROOD_API apr_status_t brood_semaphore_release(brood_semaphore_t *semaphore,
                                               uint32_t count);

/* How many permits were free at one moment during the call. Those of a dead process count as
 * held until somebody learns of its death.
 *
 * @param semaphore  an open semaphore
 * @param value      receives the number; 0 on failure
 * @returns APR_SUCCESS; BROOD_ECLOSED; APR_EINVAL: semaphore is NULL.
 * Blocking: never. With BROOD_SEM_OWNED the permits are counted, again and again until none
 * has changed hands meanwhile; after a hundred times in vain the last count is given.
 * Threads and processes: any number. Platforms: same everywhere; CPython has no such thing on
 * macOS. Like: Semaphore.get_value(); sem_getvalue(), never negative. */
BROOD_API apr_status_t brood_semaphore_value(brood_semaphore_t *semaphore,
                                             uint32_t *value);

/* How many permits this process holds of a semaphore with BROOD_SEM_OWNED.
 *
 * @param semaphore  an open semaphore
 * @returns the number; 0 for a plain one, which does not know, for a closed handle or NULL; 0
 *          in a forked child, whatever its parent holds.
 * Blocking: never; it counts as brood_semaphore_value() does. Threads and processes: any
 * number. Platforms: same everywhere. */
BROOD_API uint32_t brood_semaphore_held(brood_semaphore_t *semaphore);

/* Closes this process's handle; the semaphore lives until the last process lets go. A second
 * close is harmless.
 *
 * @param semaphore  a semaphore
 * @returns APR_SUCCESS; BROOD_EBUSY: a thread of this process waits in it, or with
 *          BROOD_SEM_OWNED this process holds permits of it, nothing was closed; APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_semaphore_close(brood_semaphore_t *semaphore);

BROOD_END_DECLS

#endif
