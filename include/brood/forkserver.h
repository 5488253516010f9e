/* Forkserver: the process that forks children under the start method of that name.
 *
 * It is this program's image, spawned once, in which main ran up to brood_init(); that is where
 * it stays. Each child is a copy of it: fast whatever the size of the process that asks, and
 * without that one's threads, locks and memory. What every child needs can be made ready in it
 * once, by a preload function:
 *
 *     static int preload(apr_pool_t *pool) { return tables_read(&tables, pool); }
 *     …
 *     brood_forkserver_set_preload(preload);
 *     brood_set_start_method(BROOD_START_FORKSERVER);
 *
 * The server starts with the first process that needs it (or by brood_forkserver_start()), ends
 * with its parent, and is started again when it has died; then children of the dead one go on,
 * only how they end is not known (BROOD_ESTATUSLOST). Each process has a server of its own, and
 * so has each context with a preload function or a program of its own.
 *
 * Who can reach it: the process that started it, over a stream that both inherited and that has
 * no name in any file system or name space. So there is nobody to authenticate, and no key.
 *
 * POSIX only; on Windows each of these functions is BROOD_EMETHOD. */
#ifndef BROOD_FORKSERVER_H
#define BROOD_FORKSERVER_H

#include "brood/status.h"
#include "brood/types.h"

/* A function that runs once in a forkserver, before its first child; children have what it left
 * in memory. `pool` lives until the server ends, and in each child until that ends. It returns
 * 0, or another number when it failed. It may make shared objects, which its children then have
 * in common; it may not start processes (BROOD_EPRELOAD), and no thread of its may be left when
 * it returns: threads do not exist in a copy. What it printed is flushed. */
typedef int brood_preload_fn(apr_pool_t *pool);

BROOD_BEGIN_DECLS

/* Chooses the preload function of the program's own forkserver.
 *
 * A start by a server whose preload function failed (it returned something else than 0, ended
 * or crashed the server, left threads) is BROOD_EPRELOAD with the reason in the detail, and one
 * that does not return within the start's timeout is APR_TIMEUP; the server is gone then, and
 * the next start tries anew.
 *
 * @param preload  the function; NULL: none
 * @returns APR_SUCCESS; BROOD_EBUSY: the server runs already, and what it has loaded cannot be
 *          undone: brood_forkserver_stop() it before; BROOD_EMETHOD: there is no forkserver on
 *          this system.
 * Blocking: while another thread starts the server. Threads and processes: safe. Children do
 * not inherit the choice, except by fork. Platforms: POSIX.
 * Like: multiprocessing.set_forkserver_preload(names), which ignores failures. */
BROOD_API apr_status_t brood_forkserver_set_preload(brood_preload_fn *preload);

/* Starts the forkserver now, if it does not run, so that the first process need not wait for it
 * and its preload function.
 *
 * @param context  the context whose server it is; NULL: the program's
 * @returns APR_SUCCESS: it runs; or why not, as brood_process_start():
 *          BROOD_EMETHOD, BROOD_ENOTINIT, BROOD_EMAINGUARD, BROOD_EDAEMON, BROOD_EPRELOAD,
 *          BROOD_ENOTARGET, BROOD_EBUILD, BROOD_EBOOT, BROOD_EFULL, APR_TIMEUP, or the
 *          system's own status.
 * Blocking: until it answers, at most the context's start_timeout. Threads and processes: any
 * thread; two that call it at once get one server. Platforms: POSIX.
 * Like: multiprocessing.forkserver.ensure_running(). */
BROOD_API apr_status_t brood_forkserver_start(brood_context_t *context);

/* Gives the forkserver up: the next start by it gets a new one. It ends now, or, when children
 * of it run, with the last of them: their ends are told as before.
 *
 * @param context  the context whose server it is; NULL: the program's
 * @returns APR_SUCCESS, also when none runs; BROOD_EMETHOD: there is none on this system.
 * Blocking: until a server without children has ended, at most some seconds.
 * Threads and processes: any thread. Platforms: POSIX. */
BROOD_API apr_status_t brood_forkserver_stop(brood_context_t *context);

/* The number of the forkserver's process.
 *
 * @param context  the context whose server it is; NULL: the program's
 * @returns its process number, or 0: none has been started, or it has been stopped or found
 *          dead.
 * Blocking: never. Threads and processes: any thread. Platforms: 0 on Windows. */
BROOD_API int64_t brood_forkserver_pid(const brood_context_t *context);

BROOD_END_DECLS

#endif
