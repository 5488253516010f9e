/* Finalizers at the end of a process. Internal. */
#ifndef BROOD_COMMON_FINALIZER_H
#define BROOD_COMMON_FINALIZER_H

#include "brood/finalizer.h"

/* At exit: runs those of priority 0 and above; then all the others, and drops those that are not
 * for the exit. What they register runs, too. */
void brood__finalizers_run_first(void);
void brood__finalizers_run_rest(void);

/* In a forked child: those there are, are the parent's. */
void brood__finalizers_after_fork(void);

#endif
