/* Boot: the child's side of a start, and the guard of main.
 *
 * A spawned child is the program started again. Its main runs, as the parent's did, until it
 * comes to brood_init(); there the child takes over what its parent packed, runs the target
 * and ends. So a program calls brood_init() early in main, before it reads its arguments
 * and before it does the work that only the first process should do:
 *
 *     int main(int argc, char **argv) {
 *         brood_init(&argc, &argv);
 *         … only the first process comes here …
 *     }
 *
 * What stands before brood_init() runs in every process: it is the counterpart of the top
 * level of a Python module under the spawn and forkserver methods. A queue made there is
 * a new queue in each of them; under fork it is the parent's.
 *
 * The cost is that of apr_initialize() and one mapping. */
#ifndef BROOD_BOOT_H
#define BROOD_BOOT_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* Makes this program one that can start functions in other processes. In the first process
 * it returns; in a child started by spawn it never does: it runs the child's target and
 * exits with what that returned. The forkserver stays in it, too. A second call returns at
 * once and does nothing. At the normal exit of a process that called it (return from main
 * or exit()), daemons among its children are terminated and the other children are joined.
 *
 * Called with NULL for both, by a library or a host whose main is not the caller's, it gives
 * everything but the spawn and forkserver methods: with them brood_process_start() answers
 * BROOD_EMAINGUARD.
 *
 * @param argc  address of main's argc, or NULL; in a child it is irrelevant
 * @param argv  address of main's argv, or NULL
 * @returns APR_SUCCESS, or in the first process a status of APR or the system when memory
 *          for the session cannot be had. A child that cannot boot tells its parent, whose
 *          start returns the failure, and exits.
 * Blocking: in the first process never; a child waits for its parent's state and ends when
 * the parent dies.
 * Threads and processes: call it from main before other threads run. Calls apr_initialize()
 * and registers apr_terminate() at exit.
 * Platforms: same everywhere.
 * Like: `if __name__ == "__main__"` with multiprocessing.freeze_support() of CPython. */
BROOD_API apr_status_t brood_init(int *argc, char ***argv);

/* The name of this process: "MainProcess" in the first one, else the name its parent gave
 * it or the default, "Process-1" or "Process-1:2" for the second child of the first.
 *
 * @returns a string that lives until the process ends; never NULL.
 * Blocking: never. Threads and processes: safe from any thread after brood_init().
 * Platforms: same everywhere. Like: multiprocessing.current_process().name. */
BROOD_API const char *brood_current_name(void);

/* Whether this process is a daemon: it ends when its creator ends and may start no process.
 *
 * @returns 1 or 0; 0 in the first process.
 * Blocking: never. Threads and processes: safe from any thread after brood_init().
 * Platforms: same everywhere. Like: multiprocessing.current_process().daemon. */
BROOD_API int brood_current_daemon(void);

/* The process number of this process.
 * @returns getpid(), or GetCurrentProcessId().
 * Blocking: never. Threads and processes: safe everywhere. Platforms: same everywhere. */
BROOD_API int64_t brood_current_pid(void);

/* The process number of the Brood process that started this one, whatever has become of it.
 * Under forkserver that is the process that called brood_process_start(), not the server.
 *
 * @returns its number, or 0 in the first process.
 * Blocking: never. Threads and processes: safe everywhere. Platforms: same everywhere; the
 * number may belong to another process by now. Like: os.getppid() of CPython. */
BROOD_API int64_t brood_parent_pid(void);

BROOD_END_DECLS

#endif
