/* Rlock: a lock that the thread which holds it may take again, and again.
 *
 * It is a lock (lock.h) that knows more of its owner: a thread of a process, and how often it
 * has taken the lock. Nobody else gets it before that thread has released it as often. A
 * thread that ends does not release what it holds; when its process dies the next one to
 * acquire gets the lock with BROOD_EOWNERDEAD, within 200 ms, at depth one.
 *
 * A forked child holds nothing of what its parent's threads hold, at no depth. An uncontended
 * acquire and release are one atomic operation each, and taking it once more is none. It takes
 * 64 bytes of shared memory, and no descriptor of its own. */
#ifndef BROOD_RLOCK_H
#define BROOD_RLOCK_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Makes a recursive lock, free.
 *
 * @param rlock  receives it; NULL on failure
 * @param pool   owns this process's handle to it; NULL: until the process ends
 * @returns APR_SUCCESS; APR_ENOMEM or APR_ENOSPC: no shared memory; or the system's status.
 * Blocking: never. Threads and processes: the handle may be used by all threads. It is
 * handed to a child in its state, or inherited under fork. Platforms: same everywhere.
 * Like: multiprocessing.RLock(). */
BROOD_API apr_status_t brood_rlock_create(brood_rlock_t **rlock, apr_pool_t *pool);

/* Takes the lock, or one level more of it when the calling thread holds it already.
 *
 * @param rlock    an open lock
 * @param timeout  microseconds; negative: for ever; 0: tries once
 * @returns APR_SUCCESS: the calling thread holds it, one level deeper than before;
 *          BROOD_EOWNERDEAD: the calling thread holds it at depth one, and the last owner died
 *          holding it. Told to one acquirer for each such death;
 *          APR_TIMEUP: another holds it, another thread of this process included;
 *          BROOD_ERANGE: the thread holds it 4294967295 times, nothing changed;
 *          BROOD_EUNRECOVERABLE: it was abandoned;
 *          BROOD_ECLOSED; APR_EINVAL: rlock is NULL.
 * Blocking: while another holds it, as `timeout` says; a death costs at most 200 ms. Never
 * when the thread holds it. Threads and processes: any number. A thread that ends while it
 * holds the lock leaves it held: only the death of the process is told. Platforms: same
 * everywhere.
 * Like: RLock.acquire(timeout=…); pthread_mutex_lock of a robust recursive mutex, whose
 * BROOD_EOWNERDEAD needs no call here to make the lock consistent. */
BROOD_API apr_status_t brood_rlock_acquire(brood_rlock_t *rlock,
                                           apr_interval_time_t timeout);

/* Gives one level back; with the last one others may have the lock.
 *
 * @param rlock  a lock held by the calling thread
 * @returns APR_SUCCESS; BROOD_ENOTOWNER: the calling thread does not hold it, whoever else
 *          does, nothing changed; BROOD_ECLOSED; APR_EINVAL.
 * Blocking: never. Threads and processes: the thread that holds it. Platforms: same
 * everywhere.
 * Like: RLock.release(), whose AssertionError BROOD_ENOTOWNER is. */
BROOD_API apr_status_t brood_rlock_release(brood_rlock_t *rlock);

/* Gives the lock back at all levels and declares what it guards lost: every acquire from now
 * on, anywhere, is BROOD_EUNRECOVERABLE.
 *
 * @param rlock  a lock held by the calling thread
 * @returns as brood_rlock_release().
 * Blocking: never. Threads and processes: the thread that holds it. Platforms: same
 * everywhere. Like: unlocking a robust mutex without pthread_mutex_consistent(). */
BROOD_API apr_status_t brood_rlock_abandon(brood_rlock_t *rlock);

/* Whether the calling thread holds the lock.
 *
 * @param rlock  an open lock
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: each thread has its own answer, which nobody else
 * can change. Platforms: same everywhere. Like: RLock._is_owned() of threading. */
BROOD_API int brood_rlock_is_mine(brood_rlock_t *rlock);

/* How often the calling thread has taken the lock and not released it.
 *
 * @param rlock  an open lock
 * @returns the depth; 0: the thread does not hold it, the handle is closed, or NULL.
 * Blocking: never. Threads and processes: as brood_rlock_is_mine(); 0 in a forked child,
 * whatever its parent held. Platforms: same everywhere.
 * Like: the count of CPython's RLock, which is zero after a fork, too. */
BROOD_API uint32_t brood_rlock_depth(brood_rlock_t *rlock);

/* Whether somebody held the lock at one moment during the call, at whatever depth. A dead
 * owner counts.
 *
 * @param rlock  an open lock
 * @returns 1 or 0; 0 for a closed handle or NULL.
 * Blocking: never. Threads and processes: any number. Platforms: same everywhere.
 * Like: RLock.locked() of CPython 3.14. */
BROOD_API int brood_rlock_locked(brood_rlock_t *rlock);

/* Closes this process's handle; the lock lives until the last process lets go. A second
 * close is harmless.
 *
 * @param rlock  a lock that no thread of this process holds
 * @returns APR_SUCCESS; BROOD_EBUSY: a thread of this process holds it or waits for it,
 *          nothing was closed; APR_EINVAL.
 * Blocking: never. Threads and processes: no other thread may be using the handle.
 * Platforms: same everywhere. */
BROOD_API apr_status_t brood_rlock_close(brood_rlock_t *rlock);

BROOD_END_DECLS

#endif
