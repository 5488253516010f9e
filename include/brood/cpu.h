/* Processors: how many workers can run at the same time. */
#ifndef BROOD_CPU_H
#define BROOD_CPU_H

#include "brood/export.h"

BROOD_BEGIN_DECLS

/* How many processors this process may use: those of its affinity, or fewer where a limit
 * leaves less time than theirs: the quota of a container (control groups, versions 1 and 2,
 * every level of them), the hard cap of a Windows job. A part of a processor counts as one.
 *
 * @returns at least 1.
 * Blocking: never, but reads a few files on Linux: ask once. Threads and processes: any
 * thread; children inherit affinity and limit.
 * Platforms: macOS and the BSDs other than FreeBSD have no affinity: what is online. Windows:
 * of the process's own group when there are more than 64 processors.
 * Like: os.process_cpu_count() of CPython 3.13, which does not know of quotas. */
BROOD_API unsigned brood_cpu_count(void);

/* How many processors the machine has online, whoever may use them.
 *
 * @returns their number; 0 when the system does not say.
 * Blocking: never. Threads and processes: any thread. Platforms: same everywhere.
 * Like: multiprocessing.cpu_count(), which raises NotImplementedError for 0. */
BROOD_API unsigned brood_cpu_online(void);

BROOD_END_DECLS

#endif
