/* Block: a piece of shared memory, with or without a name. */
#ifndef BROOD_BLOCK_H
#define BROOD_BLOCK_H

#include "brood/status.h"
#include "brood/types.h"

BROOD_BEGIN_DECLS

BROOD_END_DECLS

#endif
