/* Lock: mutual exclusion between processes and threads, robust against any death.
 *
 * The owner is recorded in the lock itself in the same step that takes it. When the owner
 * dies the next one to acquire gets the lock with BROOD_EOWNERDEAD, within 200 ms: it holds
 * the lock and knows that what the lock guards may be half changed. Having put that right
 * it goes on; if it cannot, it calls brood_lock_abandon().
 *
 * An uncontended acquire and release are one atomic operation each. A lock takes 64 bytes of
 * shared memory, and no descriptor of its own. It is not recursive. */
#ifndef BROOD_LOCK_H
#define BROOD_LOCK_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Makes a lock, free.
 *
 * @param lock  receives it; NULL on failure
 * @param pool  owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. Platforms: same everywhere.
 * Like: multiprocessing.Lock(). */
BROOD_API apr_status_t brood_lock_create(brood_lock_t **lock, apr_pool_t *pool);

/* Takes the lock.
 *
 * @param lock     an open lock
 * @param timeout  microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: the caller's process holds it;
 *          BROOD_EOWNERDEAD: the caller's process holds it, and the last owner died holding
 *          it. Told to one acquirer for each such death;
 *          APR_TIMEUP: another holds it, a thread of this process included;
 *          BROOD_EUNRECOVERABLE: it was abandoned;
 *          BROOD_ECLOSED; APR_EINVAL: lock is NULL.
 * Blocking: while another holds it, as `timeout` says; a death costs at most 200 ms.
 * Threads and processes: any number. A thread that ends while it holds the lock leaves it
 * held: only the death of the process is told. Platforms: same everywhere.
 * Like: Lock.acquire(timeout=…); pthread_mutex_lock of a robust mutex for BROOD_EOWNERDEAD,
 * which here needs no call to make the lock consistent. */
BROOD_API apr_status_t brood_lock_acquire(brood_lock_t *lock, apr_interval_time_t timeout);

/* Gives the lock back.
 *
 * @param lock  a lock held by this process, by whichever of its threads
 * @returns APR_SUCCESS; BROOD_ENOTOWNER: this process does not hold it, nothing changed;
 *          BROOD_ECLOSED; APR_EINVAL.
 * Blocking: never. Threads and processes: any thread of the owning process.
 * Platforms: same everywhere. Like: Lock.release(), which lets strangers release. */
BROOD_API apr_status_t brood_lock_release(brood_lock_t *lock);

/* Gives the lock back and declares what it guards lost: every acquire from now on, anywhere,
 * is BROOD_EUNRECOVERABLE.
 *
 * @param lock  a lock held by this process
 * @returns as brood_lock_release().
 * Blocking: never. Threads and processes: as brood_lock_release(). Platforms: same
 * everywhere. Like: unlocking a robust mutex without pthread_mutex_consistent(). */
BROOD_API apr_status_t brood_lock_abandon(brood_lock_t *lock);

/* Whether somebody held the lock at one moment during the call. A dead owner counts.
 *
 * @param lock  an open lock
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: Lock.locked() of CPython 3.14. */
BROOD_API int brood_lock_locked(brood_lock_t *lock);

/* Closes this process's handle; the lock lives until the last process lets go. A second
 * close is harmless.
 *
 * @param lock  a lock that this process does not hold
 * @returns APR_SUCCESS; BROOD_EBUSY: this process holds it or a thread of it waits, nothing was
 *          closed; APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_lock_close(brood_lock_t *lock);

BROOD_END_DECLS

#endif
