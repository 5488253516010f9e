/* Starter: starts of programs that must end with this process. Internal.
 *
 * Where the kernel ties such a child's end to its parent (PR_SET_PDEATHSIG), it ties it to the
 * thread that made it, not to the process. So these starts are made by a thread of the library's
 * own that ends only with the process. */
#ifndef BROOD_COMMON_STARTER_H
#define BROOD_COMMON_STARTER_H

#include "os/process.h"

/* brood_os_process_start() for any start: here and now, or, with end_with_parent, on the
 * starter's thread. The same statuses, and APR_ENOMEM or the like when there can be no thread. */
apr_status_t brood__starter_start(brood_os_process_t *process,
                                  const brood_os_start_t *start,
                                  brood_os_start_step_t *step);

/* In a forked child: the thread is not here. */
void brood__starter_after_fork(void);

#endif
