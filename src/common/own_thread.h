/* Own threads: those of the library in this process, which do not count as the program's.
 * Internal. */
#ifndef BROOD_COMMON_OWN_THREAD_H
#define BROOD_COMMON_OWN_THREAD_H

#include "os/types.h"

/* Starts one that lives as long as the process. A fork must find it harmless: what it holds for
 * a moment is put right in the child by an ..._after_fork(). */
apr_status_t brood__own_thread_start(void (*run)(void *data), void *data);

/* How many threads the program itself has in this process; 0 when the system does not say. */
unsigned brood__program_threads(void);

/* In a forked child: none of them is here. */
void brood__own_thread_after_fork(void);

#endif
