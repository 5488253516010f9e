/* Parent: what the boot tells about it. Internal. */
#ifndef BROOD_COMMON_PARENT_H
#define BROOD_COMMON_PARENT_H

#include "brood/parent.h"

/* Its name, told at the start. */
void brood__parent_set_name(const char *name);

/* In a forked child: the parent is another. */
void brood__parent_after_fork(void);

#endif
