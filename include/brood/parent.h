/* Parent: the process that started this one, as its child sees it.
 *
 *     if (brood_parent_join(0) == APR_SUCCESS) { … it is gone, nobody wants the result … }
 *
 * The parent is the process that called brood_process_start(), under forkserver too. It is
 * known by its number and the moment of its birth: what is said of it stays right after its
 * death, when the number may be another's. Its number is brood_parent_pid() (boot.h). To end
 * with it is the affair of daemons, and of options. */
#ifndef BROOD_PARENT_H
#define BROOD_PARENT_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

/* The name that the parent had when it started this process.
 *
 * @returns a string that lives until the process ends; NULL in the first process.
 * Blocking: never. Threads and processes: safe from any thread. Platforms: same everywhere.
 * Like: multiprocessing.parent_process().name. */
BROOD_API const char *brood_parent_name(void);

/* Whether the parent lives. A parent that is stopped lives.
 *
 * @returns 1 or 0; 0 in the first process.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere; where the
 * kernel does not tell, it is taken to live.
 * Like: multiprocessing.parent_process().is_alive(). */
BROOD_API int brood_parent_is_alive(void);

/* Waits for the parent's end, however it ends. Its exit code is its own parent's to know.
 *
 * @param timeout  microseconds; negative: for ever; 0: looks once
 * @returns APR_SUCCESS: it has ended;
 *          APR_TIMEUP: it lives;
 *          BROOD_ENOPARENT: this is the first process;
 *          or the system's status (no descriptors).
 * Blocking: as `timeout` says. Threads and processes: any number of threads. A parent that
 * joins its children at its exit waits for this one at the same time: then both wait.
 * Platforms: same everywhere; where the kernel has nothing to wait on (pidfd, kqueue, process
 * handle), it is looked for every 5 ms. Like: multiprocessing.parent_process().join(). */
BROOD_API apr_status_t brood_parent_join(apr_interval_time_t timeout);

/* A kernel object that becomes ready when the parent has ended: poll a descriptor for
 * reading, or wait for a HANDLE. It belongs to the library: do not read from or close it.
 *
 * @param sentinel  receives it
 * @returns APR_SUCCESS;
 *          BROOD_ENOPARENT: this is the first process;
 *          APR_ENOENT: the parent ended before anybody asked, and the system has no object
 *          for it any more; APR_ENOTIMPL: the system has no such objects; or its own status.
 * Blocking: never. Threads and processes: any thread; valid until the process ends, and not in
 * a forked child of it. Platforms: a descriptor on POSIX, a HANDLE on Windows.
 * Like: multiprocessing.parent_process().sentinel. */
BROOD_API apr_status_t brood_parent_sentinel(brood_native_t *sentinel);

BROOD_END_DECLS

#endif
