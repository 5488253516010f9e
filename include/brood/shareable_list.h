/* Shareable list: scalars of mixed kinds in shared memory. */
#ifndef BROOD_SHAREABLE_LIST_H
#define BROOD_SHAREABLE_LIST_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
