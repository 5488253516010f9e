/* Shared values and arrays: C numbers in shared memory. */
#ifndef BROOD_SHARED_H
#define BROOD_SHARED_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
