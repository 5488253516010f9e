/* Finalizers at the end of a process. Internal. */
#ifndef BROOD_COMMON_FINALIZER_H
#define BROOD_COMMON_FINALIZER_H

#include "brood/finalizer.h"

/* Runs those of this process whose priority is `least` or more, but not those that are not for
 * the exit. What they register runs, too. */
void brood__finalizers_run(int least);

/* In a forked child: those there are, are the parent's. */
void brood__finalizers_after_fork(void);

#endif
