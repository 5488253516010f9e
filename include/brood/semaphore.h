/* Semaphore: a number of permits. */
#ifndef BROOD_SEMAPHORE_H
#define BROOD_SEMAPHORE_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
