/* Finalizer: a function that runs once, at the latest when its process ends.
 *
 *     brood_finalizer_register(&finalizer, remove_scratch_file, path, 10, pool);
 *
 * It runs when it is called by hand, when its pool is cleared, or at the normal exit of the
 * process (return from main, from the target, or exit()), whichever comes first; and only in
 * the process that registered it: a child that was forked has none of its parent's. In a
 * child it works the same, by every start method. A process that is killed, terminated or
 * calls _exit() runs none.
 *
 * At exit, in this order:
 *   1. finalizers of priority 0 and above, the highest first, of equals the newest first;
 *   2. daemons among the children are terminated, all children are joined;
 *   3. the other finalizers, in the same order;
 *   4. the exit handlers (atexit()) that were registered before brood_init(), and pools that
 *      still exist.
 * So a finalizer of priority 0 or above can still talk to the children, and one below can rely
 * on their end. One that is registered by another takes its place in the order, too. */
#ifndef BROOD_FINALIZER_H
#define BROOD_FINALIZER_H

#include "brood/status.h"
#include "brood/types.h"
#include <limits.h>

typedef struct brood_finalizer_t brood_finalizer_t;

/* What is to be done. */
typedef void brood_finalizer_fn(void *data);

/* A priority for one that does not run at exit, only when called or when its pool is cleared
 * before. */
#define BROOD_FINALIZER_NOT_AT_EXIT INT_MIN

BROOD_BEGIN_DECLS

/* Registers a function.
 *
 * @param finalizer  receives the handle, valid until the pool is cleared; may be NULL
 * @param function   what is to be called, with `data`
 * @param data       the caller's; must live until then: it may be memory of `pool`
 * @param priority   any number, or BROOD_FINALIZER_NOT_AT_EXIT
 * @param pool       when it is cleared or destroyed, the function is called before anything
 *                   else in it goes, subpools included; not NULL
 * @returns APR_SUCCESS;
 *          APR_EINVAL: function or pool is NULL;
 *          BROOD_ENOTINIT: brood_init() was not called; APR_ENOMEM.
 * Blocking: never. Threads and processes: any thread, by the rules of the pool. The function
 * runs in the thread that calls it, clears the pool, or ends the process. Whoever clears the pool
 * while another thread runs the function waits until that has returned.
 * Platforms: same everywhere.
 * Like: multiprocessing.util.Finalize(obj, callback, args, exitpriority), with the pool for
 * the object; but what finalizers register at exit runs too. Example: finalizers.c */
BROOD_API apr_status_t brood_finalizer_register(brood_finalizer_t **finalizer,
                                                brood_finalizer_fn *function, void *data,
                                                int priority, apr_pool_t *pool);

/* Calls the function now; it will not be called again.
 *
 * @param finalizer  one that is registered
 * @returns APR_SUCCESS: it has run;
 *          BROOD_ECLOSED: it had run before, runs just now, was cancelled, or is another
 *          process's; nothing was done; APR_EINVAL: finalizer is NULL.
 * Blocking: as the function does. Threads and processes: any thread; of several, one runs it.
 * Platforms: same everywhere. Like: calling a Finalize object. */
BROOD_API apr_status_t brood_finalizer_call(brood_finalizer_t *finalizer);

/* Takes it back: the function will not be called.
 *
 * @param finalizer  one that is registered
 * @returns APR_SUCCESS; BROOD_ECLOSED and APR_EINVAL as brood_finalizer_call().
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere.
 * Like: Finalize.cancel(). */
BROOD_API apr_status_t brood_finalizer_cancel(brood_finalizer_t *finalizer);

/* Whether its function is still to be called in this process.
 *
 * @param finalizer  may be NULL: 0
 * @returns 1 or 0.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere.
 * Like: Finalize.still_active(). */
BROOD_API int brood_finalizer_is_active(const brood_finalizer_t *finalizer);

BROOD_END_DECLS

#endif
