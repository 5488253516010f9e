/* At fork: functions that run around each fork that Brood makes.
 *
 * A fork copies the memory as it is at that moment, and of the threads only the one that calls.
 * A library that keeps a lock, a cache of the process's own number, a connection or the state of
 * a random generator in memory puts that right here:
 *
 *     brood_at_fork(lock_all, unlock_all, forget_and_unlock_all, &library, pool);
 *
 * They run in the process that starts another one by the fork method or that calls
 * brood_fork(), and in the forkserver for each of its children (registered there by its preload
 * function, or before brood_init()). The other methods copy nothing. A fork(2) of the program's
 * own does not run them: that is what pthread_atfork() is for.
 *
 * What Brood does itself: standard output and every FILE that was opened for writing are
 * flushed before (not by brood_fork()), so that nothing is written twice; APR's random
 * generators (apr_random.h) are told, so that no two children draw the same
 * (apr_generate_random_bytes() and Brood's own ask the kernel); exit handlers and pool cleanups
 * of the parent do not run in a child that runs a function. (Where the C library has no
 * on_exit(), as on macOS and with musl, what the program itself registered with atexit() does
 * run if the target calls exit(); it does not if the target returns.) rand() and random() go on from the
 * parent's state in every child, as POSIX has it: seed them. */
#ifndef BROOD_AT_FORK_H
#define BROOD_AT_FORK_H

#include "brood/status.h"
#include "brood/types.h"

typedef void brood_at_fork_fn(void *data);

BROOD_BEGIN_DECLS

/* Registers functions to run around forks. Of several registrations the `before` functions run
 * in the reverse order of registration, the others in its order.
 *
 * @param before     runs before the fork, in the thread that forks; or NULL
 * @param in_parent  runs after it in the parent, also when the fork failed; or NULL
 * @param in_child   runs after it in the child, which is a process of its own by then and may
 *                   use Brood's objects; before its target; or NULL
 * @param data       is given to them
 * @param pool       when it is cleared the registration ends, after a fork of another thread that
 *                   is on its way; NULL: never
 * @returns APR_SUCCESS; APR_EINVAL: all three are NULL; APR_ENOMEM.
 * Blocking: never. Threads and processes: any thread. The functions must not register others,
 * nor start processes; one that blocks or crashes in the child makes the start fail (forkserver)
 * or the child end (fork).
 * Platforms: POSIX; on Windows nothing forks, so they never run.
 * Like: pthread_atfork(), os.register_at_fork(). */
BROOD_API apr_status_t brood_at_fork(brood_at_fork_fn *before,
                                     brood_at_fork_fn *in_parent,
                                     brood_at_fork_fn *in_child, void *data,
                                     apr_pool_t *pool);

BROOD_END_DECLS

#endif
